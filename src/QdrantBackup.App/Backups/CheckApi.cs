using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using QdrantBackup.App.Http;
using QdrantBackup.App.Runs;
using QdrantBackup.App.Stores;
using QdrantBackup.Capture;
using QdrantBackup.Configuration;
using QdrantBackup.Runs;

namespace QdrantBackup.App.Backups;

/// <summary>Tries whether a backup could be made now.</summary>
public sealed class CheckApi(PerStore<BackupServices> stores, ClusterNodes nodes, RunStarter starter, BackupOptions options)
{
    /// <summary>Tries for real what a backup must be able to do. All problems are listed, also those of a store that does not open.</summary>
    [Function(nameof(CheckConnections))]
    public async Task<IResult> CheckConnections(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/v1/check")] HttpRequest request, CancellationToken cancellationToken)
    {
        var run = starter.NewRequest(RunKind.Backup, ApiMiddleware.CallerOf(request.HttpContext)) with { Backup = new BackupRequest() };
        BackupServices services;
        try
        {
            services = await stores.OpenAsync(cancellationToken);
        }
        catch (BackupException e)
        {
            return ApiResults.Ok(new CheckResult(Plan: null, [new CheckProblem("open the store", e.Message, e.Hint), .. await OfNodesAsync(cancellationToken)]));
        }

        var check = new BackupCheck(services.Opened.Store.Blobs, services.Planner, nodes, mayDelete: options.Role != AppRole.Backup);
        return ApiResults.Ok(await check.RunAsync(run, cancellationToken) with { Warnings = StoreWarnings.Of(services.Opened.Store, options) });
    }

    // The nodes can be asked without a store.
    private async Task<IReadOnlyList<CheckProblem>> OfNodesAsync(CancellationToken cancellationToken)
    {
        var problems = new List<CheckProblem>();
        foreach (var node in nodes.All)
        {
            try
            {
                await node.ListCollectionsAsync(cancellationToken);
            }
            catch (BackupException e)
            {
                problems.Add(new CheckProblem($"ask {ClusterNodes.NameOf(node)}", e.Message, e.Hint));
            }
        }

        return problems;
    }
}
