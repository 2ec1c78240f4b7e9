using LocalFunctions.Hosting;

namespace QdrantBackup.Harness;

/// <summary><c>qdrant-backup serve</c> as a process of its own on a free loopback port.</summary>
public sealed class AppProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);
    private readonly ChildProcess _process;

    private AppProcess(ChildProcess process, Uri address)
    {
        _process = process;
        Address = address;
        Api = new ApiCalls(address, AppFiles.ApiKey);
    }

    public Uri Address { get; }

    public ApiCalls Api { get; }

    public int Id => _process.Id;

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
        using var http = new HttpClient();
        try
        {
            var address = await Waiting.FindAsync("the app to be ready", async () =>
            {
                if (process.HasExited)
                {
                    throw new InvalidOperationException($"the app ended while starting:\n{process.Output}");
                }

                return RunningServer.TryFind(files.StateDirectory) is { Addresses: [var server, ..] } && await IsReadyAsync(http, server) ? server : null;
            }, StartTimeout, Pause);
            return new AppProcess(process, address);
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    /// <summary>kill -9, and nothing of it is left running.</summary>
    public Task KillAsync() => _process.KillAsync();

    public async ValueTask DisposeAsync()
    {
        Api.Dispose();
        await _process.DisposeAsync();
    }

    private static async Task<bool> IsReadyAsync(HttpClient http, Uri server)
    {
        try
        {
            using var answer = await http.GetAsync(new Uri(server, "/ready"));
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
