using QdrantBackup.Harness;
using QdrantBackup.Tests.Storage;

[assembly: AssemblyFixture(typeof(Azurite))]

namespace QdrantBackup.Tests.Storage;

/// <summary>
/// One emulator of Azure Blob Storage for all tests, with its data in memory. Started by the first test that asks, stopped after the last.
/// A test class takes it by constructor.
/// </summary>
public sealed class Azurite : IAsyncDisposable
{
    private readonly Lazy<Task<AzuriteProcess>> _process = new(() => AzuriteProcess.StartAsync());
    private int _containers;

    /// <summary>The text that configuration gives for a container here.</summary>
    public async Task<string> LocationAsync(string container) => (await _process.Value).Location(container);

    /// <summary>A new, empty container's location.</summary>
    public async Task<string> NewContainerAsync() => await (await _process.Value).NewContainerAsync($"test{Interlocked.Increment(ref _containers)}");

    public async ValueTask DisposeAsync()
    {
        if (_process.IsValueCreated)
        {
            await (await _process.Value).DisposeAsync();
        }
    }
}
