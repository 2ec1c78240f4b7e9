using System.Diagnostics;

namespace QdrantBackup.Harness;

/// <summary>Microsoft's emulator of Azure Blob Storage as a process of its own on a loopback port; gone when it is disposed.</summary>
public sealed class AzuriteServer : IAsyncDisposable
{
    private const string ReadyLine = "Azurite Blob service successfully listens on ";
    private const string ClosedLine = "Azurite Blob service successfully closed";

    /// <summary>The emulator's published account and key: everybody's, and no secret.</summary>
    private const string Account = "devstoreaccount1";
    private const string Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    private readonly Lock _gate = new();
    private readonly List<string> _output = [];
    private readonly TaskCompletionSource<string> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Process _process;
    private bool _isDisposed;

    /// <summary>Newer clients name a version of the API that the emulator does not know, hence skipApiVersionCheck; the operations used here have not changed.</summary>
    private AzuriteServer(string root, string main, string? folder, int port) => _process = new Process
    {
        StartInfo = new ProcessStartInfo("node",
        [
            "--require", Path.Combine(root, "tests", "azurite", "exit-with-parent.cjs"), main,
            "--blobHost", "127.0.0.1", "--blobPort", $"{port}", .. folder is null ? ["--inMemoryPersistence"] : new[] { "--location", folder }, "--skipApiVersionCheck", "--disableTelemetry", "--silent",
        ])
        {
            RedirectStandardInput = true,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        },
        EnableRaisingEvents = true,
    };

    /// <summary>Where it listens.</summary>
    public Uri Address { get; private set; } = null!;

    /// <summary>What a client connects with, without a container.</summary>
    public string ConnectionString => $"DefaultEndpointsProtocol=http;AccountName={Account};AccountKey={Key};BlobEndpoint={Address.GetLeftPart(UriPartial.Authority)}/{Account}";

    /// <summary>Processor time that it has used so far.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Starts it, installed first where it is missing, and returns when it serves.</summary>
    /// <param name="folder">Where it keeps its data; in memory without one.</param>
    /// <param name="port">Where it listens; any free port without one.</param>
    public static async Task<AzuriteServer> StartAsync(string? folder = null, int port = 0)
    {
        var root = Path.GetFullPath(Path.Combine(Fixtures.Root, "..", ".."));
        var packages = await NodePackages.EnsureAsync(root, "azurite", CancellationToken.None);
        var server = new AzuriteServer(root, Path.Combine(packages, "node_modules", "azurite", "dist", "src", "blob", "main.js"), folder, port);
        await server.BeginAsync();
        return server;
    }

    /// <summary>The text that configuration gives for a container here.</summary>
    public string LocationOf(string container) => $"{ConnectionString};Container={container}";

    /// <summary>Has it end as an operator would: it no longer listens, and its data is on disk.</summary>
    public async Task StopAsync()
    {
        await Installation.ProgramAsync(["kill", "-TERM", $"{_process.Id}"]);
        await _closed.Task;
        await DisposeAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private async Task BeginAsync()
    {
        _process.OutputDataReceived += (_, line) => Read(line.Data);
        _process.ErrorDataReceived += (_, line) => Read(line.Data);
        _process.Exited += (_, _) =>
        {
            _ready.TrySetException(new InvalidOperationException($"Azurite ended: {Output()}"));
            _closed.TrySetResult();
        };
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        Address = new Uri(await _ready.Task);
    }

    private void Read(string? line)
    {
        lock (_gate)
        {
            _output.Add(line ?? "");
        }

        if (line?.StartsWith(ReadyLine, StringComparison.Ordinal) == true)
        {
            _ready.TrySetResult(line[ReadyLine.Length..].Trim());
        }
        else if (line?.StartsWith(ClosedLine, StringComparison.Ordinal) == true)
        {
            _closed.TrySetResult();
        }
    }

    private string Output()
    {
        lock (_gate)
        {
            return string.Join('\n', _output.TakeLast(20));
        }
    }
}
