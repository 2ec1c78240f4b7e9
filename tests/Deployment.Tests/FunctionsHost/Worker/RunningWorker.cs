using QdrantBackup.Harness;

namespace QdrantBackup.Deployment.Tests.FunctionsHost.Worker;

/// <summary>The built app on the official worker, with a store of its own, once for all tests.</summary>
public sealed class RunningWorker : IAsyncDisposable
{
    private readonly AppFiles _files = new(new Uri("http://127.0.0.1:9"));

    internal FunctionsHostStandIn Host { get; private set; } = null!;

    /// <summary>Starts it, unless that is done.</summary>
    public async Task<RunningWorker> OnAsync(PublishedApp published)
    {
        if (Host is null)
        {
            await Installation.InitialiseKeyAsync(_files);
            Host = await FunctionsHostStandIn.StartAsync(published.Folder, new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["BACKUP_CONFIG"] = _files.Config,
                ["BACKUP_TICK"] = "0 */5 * * * *",
            });
        }

        return this;
    }

    public async ValueTask DisposeAsync()
    {
        await (Host?.DisposeAsync() ?? ValueTask.CompletedTask);
        _files.Dispose();
    }
}
