using LocalFunctions.Hosting;

namespace QdrantBackup.Cli.Connection;

/// <summary>
/// How a command reaches the app: at an address that was given, in a process that works on the same state directory, or in this process. A process on the directory that
/// is just starting or ending is waited for.
/// </summary>
internal sealed class Reach : IAsyncDisposable
{
    private static readonly TimeSpan LongestChange = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(150);

    private static readonly Uri OfSocket = new("http://localhost");

    private Reach(Uri address, string? apiKey) => (Address, ApiKey) = (address, apiKey);

    public Uri Address { get; }

    public string? ApiKey { get; }

    /// <summary>The socket to connect by; null to connect to the address.</summary>
    public string? Socket { get; private init; }

    /// <summary>The app in this process; null if another one has it.</summary>
    public LocalApp? Own { get; private init; }

    /// <summary>The process on this machine that has the app; null where an address was given, or this one has it.</summary>
    public RunningServer? Other { get; private init; }

    public static async Task<Reach> OpenAsync(Settings settings, TimeProvider time, CancellationToken cancellationToken)
    {
        if (settings.Server is { } server)
        {
            return new Reach(server, settings.ApiKey);
        }

        if (settings.GroupSocket is { } socket && File.Exists(socket) && !MayEnter(settings.StateDirectory))
        {
            return new Reach(OfSocket, apiKey: null) { Socket = socket };
        }

        using var room = settings.MakesRoom ? StateRoom.GiveUp(settings.StateDirectory) : null;
        for (var began = time.GetTimestamp(); ;)
        {
            if (await TryOnceAsync(settings, isLast: time.GetElapsedTime(began) > LongestChange, cancellationToken) is { } reached)
            {
                return reached;
            }

            await Task.Delay(BetweenLooks, time, cancellationToken);
        }
    }

    public ValueTask DisposeAsync() => Own?.DisposeAsync() ?? ValueTask.CompletedTask;

    // The state directory belongs to the service's user alone; other users of the machine come through the socket, if its permissions let them.
    private static bool MayEnter(string directory)
    {
        try
        {
            _ = Directory.EnumerateFileSystemEntries(directory).Any();
            return true;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }

    private static async Task<Reach?> TryOnceAsync(Settings settings, bool isLast, CancellationToken cancellationToken)
    {
        var running = RunningServer.TryFind(settings.StateDirectory);
        if (running is { Addresses: [var address, ..] } && (isLast || await AnswersAsync(address, cancellationToken)))
        {
            return new Reach(address, settings.ApiKey ?? LocalCallers.TryReadKey(settings.StateDirectory)) { Other = running };
        }

        if (running is not null && !isLast)
        {
            return null;
        }

        try
        {
            var app = await LocalApp.StartAsync(settings, cancellationToken);
            return new Reach(app.Address, app.ApiKey) { Own = app };
        }
        catch (StateInUseException) when (!isLast)
        {
            // Two commands at one moment: the other was first.
            return null;
        }
    }

    /// <summary>Whether somebody listens. A process that ends still holds the directory for a moment.</summary>
    private static async Task<bool> AnswersAsync(Uri address, CancellationToken cancellationToken)
    {
        using var http = ServerConnection.Open(address, apiKey: null, allowsPlainHttp: true);
        try
        {
            using var answer = await http.GetAsync(new Uri("/health", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            return true;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
