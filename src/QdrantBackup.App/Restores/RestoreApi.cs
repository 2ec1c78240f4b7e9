using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using QdrantBackup.App.Http;
using QdrantBackup.App.Runs;
using QdrantBackup.App.Stores;
using QdrantBackup.Ids;
using QdrantBackup.Restores;
using QdrantBackup.Runs;

namespace QdrantBackup.App.Restores;

/// <summary>Starts, approves and cancels restores.</summary>
public sealed class RestoreApi(
    PerStore<RestoreServices> stores, RunStarter starter, RunViews views, InterruptedRuns interrupted, CommittedBackups committed, TimeProvider time)
{
    /// <summary>Starts a restore, or shows what it would do.</summary>
    [Function(nameof(CreateRestore))]
    public async Task<IResult> CreateRestore(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/v1/restore")] HttpRequest request,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken)
    {
        var body = await RequestBody.ReadAsync<CreateRestoreBody>(request, cancellationToken);
        var run = starter.NewRequest(RunKind.Restore, ApiMiddleware.CallerOf(request.HttpContext)) with
        {
            Restore = RequestOf(body) with { Newest = await committed.FindNewestAsync(client, cancellationToken) },
        };
        var services = await stores.OpenReadableAsync(cancellationToken);

        // Planned once for the caller, who learns at once what is refused; the run plans again, and its plan counts.
        var plan = await services.Planner.PreviewAsync(run, cancellationToken);
        if (body.DryRun)
        {
            return ApiResults.Ok(plan);
        }

        return await RunControl.StartUnlessRunningAsync(client, starter, run, running => $"Restore {running} into this cluster is running", request, cancellationToken);
    }

    /// <summary>Approves a restore's plan by its hash.</summary>
    [Function(nameof(ApproveRestore))]
    public async Task<IResult> ApproveRestore(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/v1/restore/{id}/approve")] HttpRequest request,
        string id,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken)
    {
        var body = await RequestBody.ReadAsync<ApproveBody>(request, cancellationToken);
        var hash = TypedIds.PlanHashOf(body.PlanHash, "The body names no plan", "Send {\"planHash\": \"…\"} with the 64 hex digits that the restore's plan shows.");
        await RecordApprovalAsync(TypedIds.RunOf(id), hash, ApiMiddleware.CallerOf(request.HttpContext), cancellationToken);
        return await RunControl.TellAsync(client, views, id, RunKind.Restore, Events.Approve, "", request, cancellationToken);
    }

    /// <summary>Asks a restore to stop after the upload it is at.</summary>
    [Function(nameof(CancelRestore))]
    public Task<IResult> CancelRestore(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/v1/restore/{id}/cancel")] HttpRequest request,
        string id,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken) => RunControl.CancelAsync(client, views, interrupted, id, RunKind.Restore, request, cancellationToken);

    /// <summary>One restore run.</summary>
    [Function(nameof(RestoreStatus))]
    public Task<IResult> RestoreStatus(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "api/v1/restore/status/{id}")] HttpRequest request,
        string id,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken) => RunControl.ShowAsync(client, views, id, RunKind.Restore, cancellationToken);

    // The record approves; the event that follows wakes the run. What is no open restore is answered by what tells it.
    private async Task RecordApprovalAsync(RunId runId, string planHash, string by, CancellationToken cancellationToken)
    {
        var services = await stores.OpenForRunAsync(runId, cancellationToken);
        if (await services.Opened.Records.FindAsync(runId, cancellationToken) is { Request: { Kind: RunKind.Restore, Restore.Approve: true }, Result: null })
        {
            var approval = new RestoreApproval { RunId = runId, PlanHash = planHash, By = by, At = time.GetUtcNow() };
            await new RestoreApprovals(services.Opened.Store).ApproveAsync(approval, cancellationToken);
        }
    }

    private static RestoreRequest RequestOf(CreateRestoreBody body)
    {
        // An empty body would replace what is live by whatever is newest.
        if (body is { BackupId: null, Latest: false, Date: null, AtOrBefore: null })
        {
            throw new UsageException("The request names no backup to restore from", "Send one of backupId (an id, or \"latest\"), latest: true, date, atOrBefore.");
        }

        return new()
        {
            BackupId = body.BackupId is { } id and not TypedIds.Latest ? TypedIds.BackupOf(id) : null,
            Latest = body.Latest || body.BackupId is TypedIds.Latest,
            Date = body.Date,
            AtOrBefore = body.AtOrBefore,
            FromCluster = body.FromCluster,
            Collections = body.Collections ?? [],
            Rename = body.Rename ?? new Dictionary<string, string>(),
            Suffix = body.Suffix,
            Overwrite = body.Overwrite,
            AllowPartial = body.AllowPartial,
            SwitchAliases = body.AliasSwitch,
            Approve = body.NeedsApproval,
        };
    }
}

/// <summary>POST /api/v1/restore.</summary>
internal sealed record CreateRestoreBody
{
    public string? BackupId { get; init; }

    public bool Latest { get; init; }

    public DateOnly? Date { get; init; }

    public DateTimeOffset? AtOrBefore { get; init; }

    public string? FromCluster { get; init; }

    public IReadOnlyList<string>? Collections { get; init; }

    public IReadOnlyDictionary<string, string>? Rename { get; init; }

    public string? Suffix { get; init; }

    public bool Overwrite { get; init; }

    public bool AllowPartial { get; init; }

    public bool? AliasSwitch { get; init; }

    public bool DryRun { get; init; }

    /// <summary>True: the plan waits until somebody approves it.</summary>
    [JsonPropertyName("approve")]
    public bool NeedsApproval { get; init; }
}

/// <summary>POST /api/v1/restore/{id}/approve.</summary>
internal sealed record ApproveBody
{
    public string? PlanHash { get; init; }
}
