using System.Diagnostics;
using QdrantBackup.OnAzure;

namespace QdrantBackup.Harness;

/// <summary>Microsoft's emulator of Azure Blob Storage as a process on a loopback port.</summary>
public sealed class AzuriteProcess : IAsyncDisposable
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

    private AzuriteProcess(Process process) => _process = process;

    /// <summary>Where it listens.</summary>
    public Uri Address { get; private set; } = null!;

    /// <summary>Starts it and returns when it listens.</summary>
    /// <param name="folder">Where it keeps its data; in memory without one.</param>
    /// <param name="port">Where it listens; any free port without one.</param>
    /// <remarks>Newer clients name a version of the API that the emulator does not know, hence skipApiVersionCheck; the operations used here have not changed.</remarks>
    public static async Task<AzuriteProcess> StartAsync(string? folder = null, int port = 0)
    {
        var root = Path.GetFullPath(Path.Combine(Fixtures.Root, "..", ".."));
        var main = Path.Combine(await NodePackages.EnsureAsync(root, "azurite", CancellationToken.None), "node_modules", "azurite", "dist", "src", "blob", "main.js");
        string[] data = folder is null ? ["--inMemoryPersistence"] : ["--location", folder];
        var azurite = new AzuriteProcess(new Process
        {
            StartInfo = new ProcessStartInfo("node",
            [
                "--require", Path.Combine(root, "tests", "azurite", "exit-with-parent.cjs"), main,
                "--blobHost", "127.0.0.1", "--blobPort", $"{port}", .. data, "--skipApiVersionCheck", "--disableTelemetry", "--silent",
            ])
            {
                RedirectStandardInput = true,
                UseShellExecute = false,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            },
            EnableRaisingEvents = true,
        });
        azurite.Start();
        azurite.Address = new Uri(await azurite._ready.Task.WithinAsync("Azurite to listen"));
        return azurite;
    }

    /// <summary>What a client connects with, without a container.</summary>
    public string ConnectionString =>
        $"DefaultEndpointsProtocol=http;AccountName={Account};AccountKey={Key};BlobEndpoint={Address.GetLeftPart(UriPartial.Authority)}/{Account}";

    /// <summary>Processor time that it has used so far.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>The text that configuration gives for a container here, for <see cref="StoreAddress.Open"/>.</summary>
    public string Location(string container) => $"{ConnectionString};Container={container}";

    /// <summary>Makes a container and returns its location.</summary>
    public async Task<string> NewContainerAsync(string container)
    {
        var location = Location(container);
        await BlobStores.OpenConnectionString(location).CreateContainerIfMissingAsync(CancellationToken.None);
        return location;
    }

    /// <summary>Has it end as an operator would: it no longer listens, and its data is on disk.</summary>
    public async Task StopAsync()
    {
        await Installation.ProgramAsync(["kill", "-TERM", $"{_process.Id}"]);
        await _closed.Task.WithinAsync("Azurite to close");
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
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.EndAsync("Azurite, which was killed");
        }

        _process.Dispose();
    }

    private void Start()
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
