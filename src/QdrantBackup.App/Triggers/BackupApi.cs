using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using QdrantBackup.App.Api;
using QdrantBackup.App.Wiring;
using QdrantBackup.Configuration;
using QdrantBackup.Runs;

namespace QdrantBackup.App.Triggers;

/// <summary>Starts and cancels backups.</summary>
public sealed class BackupApi(StoreConnection connection, RunStarter starter, RunViews views, BackupOptions options)
{
    /// <summary>Starts a backup, or shows what it would do.</summary>
    [Function(nameof(CreateBackup))]
    public async Task<IResult> CreateBackup(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/v1/backup/create")] HttpRequest request,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken)
    {
        var body = await RequestBody.ReadAsync<CreateBackupBody>(request, cancellationToken);
        var run = starter.NewRequest(RunKind.Backup, ApiMiddleware.CallerOf(request.HttpContext)) with { Backup = RequestOf(body) };
        if (body.DryRun)
        {
            var services = await connection.OpenAsync(cancellationToken);
            return ApiResults.Ok(await services.Planner.PreviewAsync(run, cancellationToken));
        }

        return await RunControl.StartUnlessRunningAsync(client, starter, run, running => $"Backup {running} of this cluster is running", request, cancellationToken);
    }

    /// <summary>Asks a backup to stop: it deletes what it made on the nodes and ends as cancelled.</summary>
    [Function(nameof(CancelBackup))]
    public Task<IResult> CancelBackup(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/v1/backup/{id}/cancel")] HttpRequest request,
        string id,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken) => RunControl.CancelAsync(client, views, id, RunKind.Backup, request, cancellationToken);

    private BackupRequest RequestOf(CreateBackupBody body) => new()
    {
        Collections = body.Collections ?? [],
        Exclude = body.Exclude ?? [],
        AllowEmpty = body.AllowEmpty,
        Description = body.Description,
        Labels = Merge(options.Labels, body.Labels),
    };

    private static Dictionary<string, string> Merge(IReadOnlyDictionary<string, string> configured, IReadOnlyDictionary<string, string>? given)
    {
        var labels = new Dictionary<string, string>(configured, StringComparer.Ordinal);
        foreach (var (name, value) in given ?? new Dictionary<string, string>())
        {
            labels[name] = value;
        }

        return labels;
    }
}
