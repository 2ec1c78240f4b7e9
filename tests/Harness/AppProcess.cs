using LocalFunctions.Hosting;

namespace QdrantBackup.Harness;

/// <summary><c>qdrant-backup serve</c> as a process of its own on a free loopback port.</summary>
public sealed class AppProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromMinutes(2);
    private readonly ChildProcess _process;

    private AppProcess(ChildProcess process, Uri address)
    {
        _process = process;
        Address = address;
        Api = new ApiCalls(address, AppFiles.ApiKey);
    }

    public Uri Address { get; }

    public ApiCalls Api { get; }

    public string Output => _process.Output;

    public TimeSpan ProcessorTime => _process.ProcessorTime;

    public long PeakMemoryBytes => _process.PeakMemoryBytes;

    public bool HasExited => _process.HasExited;

    /// <summary>Starts it and returns when it is ready to serve.</summary>
    public static Task<AppProcess> StartAsync(AppFiles files, IReadOnlyDictionary<string, string>? environment = null, params IEnumerable<string> arguments) =>
        StartThroughAsync([], files, environment, arguments);

    /// <summary>Starts it through another program, e.g. one that sets limits, and returns when it is ready to serve.</summary>
    public static async Task<AppProcess> StartThroughAsync(
        IEnumerable<string> through, AppFiles files, IReadOnlyDictionary<string, string>? environment = null, params IEnumerable<string> arguments)
    {
        var process = ChildProcess.Start("qdrant-backup.dll", ["serve", "--urls", "http://127.0.0.1:0", .. arguments, .. files.Options], environment, through);
        using var timeout = new CancellationTokenSource(StartTimeout);
        using var http = new HttpClient();
        while (true)
        {
            if (process.HasExited)
            {
                var output = process.Output;
                await process.DisposeAsync();
                throw new InvalidOperationException($"the app ended while starting:\n{output}");
            }

            if (RunningServer.TryFind(files.StateDirectory) is { Addresses: [var server, ..] } && await IsReadyAsync(http, server, timeout.Token))
            {
                return new AppProcess(process, server);
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, timeout.Token);
        }
    }

    /// <summary>kill -9, and nothing of it is left running.</summary>
    public Task KillAsync() => _process.KillAsync();

    public async ValueTask DisposeAsync()
    {
        Api.Dispose();
        await _process.DisposeAsync();
    }

    private static async Task<bool> IsReadyAsync(HttpClient http, Uri server, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await http.GetAsync(new Uri(server, "/ready"), cancellationToken);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
