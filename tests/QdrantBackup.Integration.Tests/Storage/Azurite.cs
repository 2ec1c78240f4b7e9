using QdrantBackup.Harness;
using QdrantBackup.OnAzure;
using QdrantBackup.Tests.Storage;

[assembly: AssemblyFixture(typeof(Azurite))]

namespace QdrantBackup.Tests.Storage;

/// <summary>One Azurite for all tests: started by the first that asks, stopped after the last. A test class takes it by constructor.</summary>
public sealed class Azurite : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private Task<AzuriteServer>? _server;
    private int _containers;

    /// <summary>The text that configuration gives for a container here, for <see cref="Stores.Open"/>.</summary>
    public async Task<string> LocationAsync(string container)
    {
        lock (_gate)
        {
            _server ??= AzuriteServer.StartAsync();
        }

        return (await _server).LocationOf(container);
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
        if (_server is not null)
        {
            await (await _server).DisposeAsync();
        }
    }
}
