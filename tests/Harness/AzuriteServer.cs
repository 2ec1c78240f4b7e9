using System.Diagnostics;

namespace QdrantBackup.Harness;

/// <summary>Microsoft's emulator of Azure Blob Storage as a process of its own on a free loopback port, with its data in memory; gone when it is disposed.</summary>
public sealed class AzuriteServer : IAsyncDisposable
{
    private const string ReadyLine = "Azurite Blob service successfully listens on ";

    /// <summary>The emulator's published account and key: everybody's, and no secret.</summary>
    private const string Account = "devstoreaccount1";
    private const string Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    private readonly Lock _gate = new();
    private readonly List<string> _output = [];
    private readonly TaskCompletionSource<string> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Process _process;

    /// <summary>Newer clients name a version of the API that the emulator does not know, hence skipApiVersionCheck; the operations used here have not changed.</summary>
    private AzuriteServer(string root, string main) => _process = new Process
    {
        StartInfo = new ProcessStartInfo("node",
        [
            "--require", Path.Combine(root, "tests", "azurite", "exit-with-parent.cjs"), main,
            "--blobHost", "127.0.0.1", "--blobPort", "0", "--inMemoryPersistence", "--skipApiVersionCheck", "--disableTelemetry", "--silent",
        ])
        {
            RedirectStandardInput = true,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        },
        EnableRaisingEvents = true,
    };

    /// <summary>What a client connects with, without a container.</summary>
    public string ConnectionString { get; private set; } = "";

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
    public static async Task<AzuriteServer> StartAsync()
    {
        var root = Path.GetFullPath(Path.Combine(Fixtures.Root, "..", ".."));
        var packages = await NodePackages.EnsureAsync(root, "azurite", CancellationToken.None);
        var server = new AzuriteServer(root, Path.Combine(packages, "node_modules", "azurite", "dist", "src", "blob", "main.js"));
        await server.BeginAsync();
        return server;
    }

    /// <summary>The text that configuration gives for a container here.</summary>
    public string LocationOf(string container) => $"{ConnectionString};Container={container}";

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private async Task BeginAsync()
    {
        _process.OutputDataReceived += (_, line) => Read(line.Data);
        _process.ErrorDataReceived += (_, line) => Read(line.Data);
        _process.Exited += (_, _) => _ready.TrySetException(new InvalidOperationException($"Azurite ended: {Output()}"));
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        ConnectionString = $"DefaultEndpointsProtocol=http;AccountName={Account};AccountKey={Key};BlobEndpoint={await _ready.Task}/{Account}";
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
    }

    private string Output()
    {
        lock (_gate)
        {
            return string.Join('\n', _output.TakeLast(20));
        }
    }
}
