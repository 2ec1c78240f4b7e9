using System.Diagnostics;
using QdrantBackup.Harness;
using QdrantBackup.OnAzure;
using QdrantBackup.Tests.Storage;

[assembly: AssemblyFixture(typeof(Azurite))]

namespace QdrantBackup.Tests.Storage;

/// <summary>
/// Microsoft's emulator of Azure Blob Storage on a free port, with its data in memory. Started by the first test that asks, stopped after the last.
/// A test class takes it by constructor.
/// </summary>
public sealed class Azurite : IAsyncDisposable
{
    private const string ReadyLine = "Azurite Blob service successfully listens on ";

    /// <summary>The emulator's published account and key: everybody's, and no secret.</summary>
    private const string Account = "devstoreaccount1";
    private const string Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    private readonly Lock _gate = new();
    private readonly List<string> _output = [];
    private Task<string>? _address;
    private Process? _process;
    private int _containers;

    /// <summary>The text that configuration gives for a container here, for <see cref="Stores.Open"/>.</summary>
    public async Task<string> LocationAsync(string container)
    {
        lock (_gate)
        {
            _address ??= StartAsync();
        }

        return $"DefaultEndpointsProtocol=http;AccountName={Account};AccountKey={Key};BlobEndpoint={await _address}/{Account};Container={container}";
    }

    /// <summary>A new, empty container's location.</summary>
    public async Task<string> NewContainerAsync()
    {
        var location = await LocationAsync($"test{Interlocked.Increment(ref _containers)}");
        await BlobStores.OpenConnectionString(location).CreateContainerIfMissingAsync(TestContext.Current.CancellationToken);
        return location;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
            _process.Dispose();
        }
    }

    /// <summary>Newer clients name a version of the API that the emulator does not know, hence skipApiVersionCheck; the operations used here have not changed.</summary>
    private async Task<string> StartAsync()
    {
        var main = Path.Combine(await NodePackages.EnsureAsync(Repository.Root, "azurite", CancellationToken.None), "node_modules", "azurite", "dist", "src", "blob", "main.js");
        var ready = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        _process = new Process
        {
            StartInfo = new ProcessStartInfo("node",
            [
                "--require", Repository.Path("tests", "azurite", "exit-with-parent.cjs"), main,
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
        _process.OutputDataReceived += (_, line) => Read(line.Data, ready);
        _process.ErrorDataReceived += (_, line) => Read(line.Data, ready);
        _process.Exited += (_, _) => ready.TrySetException(new InvalidOperationException($"Azurite ended: {Output()}"));
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        return await ready.Task;
    }

    private void Read(string? line, TaskCompletionSource<string> ready)
    {
        lock (_gate)
        {
            _output.Add(line ?? "");
        }

        if (line?.StartsWith(ReadyLine, StringComparison.Ordinal) == true)
        {
            ready.TrySetResult(line[ReadyLine.Length..].Trim());
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
