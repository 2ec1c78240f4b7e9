using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using QdrantBackup.App.Http;
using QdrantBackup.App.Runs;
using QdrantBackup.App.Stores;
using QdrantBackup.Configuration;
using QdrantBackup.Runs;

namespace QdrantBackup.App.Backups;

/// <summary>Starts and cancels backups.</summary>
public sealed class BackupApi(PerStore<BackupServices> stores, RunStarter starter, RunViews views, InterruptedRuns interrupted, Janitor janitor, BackupOptions options)
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
            var services = await stores.OpenAsync(cancellationToken);
            return ApiResults.Ok(await services.Planner.PreviewAsync(run, cancellationToken));
        }

        await janitor.SweepBeforeBackupAsync(client, cancellationToken);
        return await RunControl.StartUnlessRunningAsync(client, starter, run, running => $"Backup {running} of this cluster is running", request, cancellationToken);
    }

    /// <summary>Asks a backup to stop: it deletes what it made on the nodes and ends as cancelled.</summary>
    [Function(nameof(CancelBackup))]
    public Task<IResult> CancelBackup(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/v1/backup/{id}/cancel")] HttpRequest request,
        string id,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken) => RunControl.CancelAsync(client, views, interrupted, id, RunKind.Backup, request, cancellationToken);

    /// <summary>One backup run.</summary>
    [Function(nameof(BackupRunStatus))]
    public Task<IResult> BackupRunStatus(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "api/v1/backup/status/{id}")] HttpRequest request,
        string id,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken) => RunControl.ShowAsync(client, views, id, RunKind.Backup, cancellationToken);

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

/// <summary>POST /api/v1/backup/create.</summary>
internal sealed record CreateBackupBody
{
    public IReadOnlyList<string>? Collections { get; init; }

    public IReadOnlyList<string>? Exclude { get; init; }

    public string? Description { get; init; }

    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    /// <summary>True: a backup without any collection is wanted all the same.</summary>
    public bool AllowEmpty { get; init; }

    public bool DryRun { get; init; }
}
