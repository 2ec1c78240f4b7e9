using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using QdrantBackup.App.Http;
using QdrantBackup.App.Runs;
using QdrantBackup.App.Stores;
using QdrantBackup.Configuration;
using QdrantBackup.Ids;
using QdrantBackup.Retention;
using QdrantBackup.Runs;
using QdrantBackup.Storage;
using QdrantBackup.Stores;

namespace QdrantBackup.App.Retention;

/// <summary>Shows what retention says of each backup, applies a plan that somebody has seen, ends single backups, and holds them.</summary>
public sealed class RetentionApi(PerStore<RetentionServices> stores, RunStarter starter, BackupOptions options, TimeProvider time)
{
    private const string FreesNothingYet =
        "ending it frees no room on the disk now: after those hours a cleanup moves what no other backup needs into trash/, on the same disk, and emptying the trash frees it ('qdrant-backup cleanup --empty-trash')";

    /// <summary>What the policy says of each backup now, and why.</summary>
    [Function(nameof(ShowRetention))]
    public async Task<IResult> ShowRetention(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "api/v1/retention/plan")] HttpRequest request, CancellationToken cancellationToken)
    {
        var services = await stores.OpenAsync(cancellationToken);
        return ApiResults.Ok(await ViewAsync(services, await PreviewAsync(services, cancellationToken), cancellationToken));
    }

    /// <summary>Applies a plan by its hash; when the backups have changed since, the answer is the new plan.</summary>
    [Function(nameof(ApplyRetention))]
    public async Task<IResult> ApplyRetention(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/v1/retention/apply")] HttpRequest request,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken)
    {
        RetentionServices.ThrowUnlessAllowed(options);
        var body = await RequestBody.ReadAsync<ApplyRetentionBody>(request, cancellationToken);
        var hash = PlanHashOf(body.PlanHash, "Send {\"planHash\": \"…\"} with the 64 hex digits that 'qdrant-backup cleanup --dry-run' shows.");
        var services = await stores.OpenAsync(cancellationToken);
        var preview = await PreviewAsync(services, cancellationToken);
        if (preview.Hash != hash)
        {
            return PlanChanged(await ViewAsync(services, preview, cancellationToken));
        }

        if (preview.Unusual is { } unusual && !body.AllowUnusual)
        {
            throw new RefusedException($"nothing was ended: {unusual}", "Look at the plan. If it is as it should be, allow it with 'qdrant-backup cleanup --yes-delete-unusual'.");
        }

        if (body.EmptyTrash)
        {
            services.Opened.TrashOf();
        }

        var run = starter.NewRequest(RunKind.Retention, ApiMiddleware.CallerOf(request.HttpContext)) with
        {
            Retention = new RetentionRequest { PlanHash = hash, AllowUnusual = body.AllowUnusual, ConfirmClock = body.ConfirmClock, Prune = body.Prune, EmptyTrash = body.EmptyTrash },
        };
        run = run with { Retention = run.Retention!.ProvenFor(services.Opened.Store, run.RunId) };
        try
        {
            return await StartAsync();
        }
        catch (StoreException) when (body.EmptyTrash)
        {
            // Not even the reserve is left: the trash goes before the run that it was to be part of.
            if (!await services.Opened.IsShortAsync(cancellationToken))
            {
                throw;
            }

            await services.Opened.EmptyTrashAsync(cancellationToken);
            return await StartAsync();
        }

        Task<IResult> StartAsync() =>
            RunControl.StartUnlessRunningAsync(client, starter, run, running => $"Retention {running} of this cluster is running", request, cancellationToken);
    }

    /// <summary>Shows what ending a backup means, and with the plan's hash ends it.</summary>
    [Function(nameof(DeleteBackup))]
    public async Task<IResult> DeleteBackup(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "api/v1/backups/{id}")] HttpRequest request, string id, CancellationToken cancellationToken)
    {
        RetentionServices.ThrowUnlessAllowed(options);
        var services = await stores.OpenAsync(cancellationToken);
        var plan = await services.Planner.PreviewDeletionAsync(options.ClusterName, TypedIds.BackupOf(id), cancellationToken);
        if (services.Opened.Store.Blobs is IStoreRoom)
        {
            plan = plan with { Remarks = [.. plan.Remarks, FreesNothingYet] };
        }

        if (new Query(request).Text("confirm") is not { } confirmed)
        {
            return ApiResults.Ok(plan);
        }

        if (PlanHashOf(confirmed, "Confirm with the 64 hex digits that DELETE without confirm shows.") != plan.Hash)
        {
            return PlanChanged(plan);
        }

        if (plan.IsLast && new Query(request).Text("last") != "true")
        {
            throw new RefusedException(
                $"backup {plan.Id} is the newest whole one of cluster '{options.ClusterName}': without it nothing may be left to restore",
                $"Make another backup first. If this one must go all the same, confirm that it is the last: 'qdrant-backup delete {plan.Id} --last'.");
        }

        var by = ApiMiddleware.CallerOf(request.HttpContext);
        var template = new Retirement { Id = plan.Id, Reason = "", By = by, At = time.GetUtcNow(), Confirmed = true, EndsLast = plan.IsLast ? true : null };
        var verdict = new RetentionVerdict(plan.Id, Keep: false, [$"deleted by {by}"]);
        await services.Opened.MakeRoomAsync(cancellationToken);
        var receipt = (await services.Endings.EndAsync(options.ClusterName, [verdict], plan.Now, template, cancellationToken))[0];
        await services.Opened.KeepRoomAsync(cancellationToken);
        return receipt.Ended
            ? ApiResults.Ok(new { Id = plan.Id.Value, Ended = true, plan.Remarks, Undo = $"'qdrant-backup undelete {plan.Id}'" })
            : throw new RefusedException($"backup {plan.Id} was left alone: {receipt.Why}", "Look at it again: 'qdrant-backup list'.");
    }

    /// <summary>Takes the end of a backup back while its grace period lasts.</summary>
    [Function(nameof(UndeleteBackup))]
    public async Task<IResult> UndeleteBackup(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/v1/backups/{id}/undelete")] HttpRequest request, string id, CancellationToken cancellationToken)
    {
        RetentionServices.ThrowUnlessAllowed(options);
        var backup = TypedIds.BackupOf(id);
        var services = await stores.OpenAsync(cancellationToken);
        return await services.Undelete.TakeBackAsync(backup, ApiMiddleware.CallerOf(request.HttpContext), cancellationToken)
            ? ApiResults.Ok(new { Id = backup.Value, Undeleted = true })
            : Problems.NotFound($"Backup {backup} is not ended", "'qdrant-backup cleanup --dry-run' shows which ones are.");
    }

    /// <summary>Holds a backup: it is kept whatever the policy says.</summary>
    [Function(nameof(HoldBackup))]
    public async Task<IResult> HoldBackup(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/v1/backups/{id}/hold")] HttpRequest request, string id, CancellationToken cancellationToken)
    {
        var body = await RequestBody.ReadAsync<HoldBody>(request, cancellationToken);
        var services = await stores.OpenAsync(cancellationToken);
        return ApiResults.Ok(HoldView.Of(await services.Holds.PlaceAsync(TypedIds.BackupOf(id), body.Reason ?? "", ApiMiddleware.CallerOf(request.HttpContext), cancellationToken)));
    }

    /// <summary>Releases a hold.</summary>
    [Function(nameof(ReleaseBackup))]
    public async Task<IResult> ReleaseBackup(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "api/v1/backups/{id}/hold")] HttpRequest request, string id, CancellationToken cancellationToken)
    {
        RetentionServices.ThrowUnlessAllowed(options);
        var backup = TypedIds.BackupOf(id);
        var services = await stores.OpenAsync(cancellationToken);
        return await services.Opened.Store.Blobs.FindAsync(BlobNames.Manifest(backup), cancellationToken) is not null
            && await services.Holds.ReleaseAsync(backup, ApiMiddleware.CallerOf(request.HttpContext), cancellationToken)
            ? ApiResults.Ok(new { Id = backup.Value, Released = true })
            : Problems.NotFound($"Backup {backup} is not on hold", "'qdrant-backup list' shows which ones are.");
    }

    private Task<RetentionPreview> PreviewAsync(RetentionServices services, CancellationToken cancellationToken) =>
        services.Planner.PreviewAsync(options.ClusterName, now: null, cancellationToken);

    private async Task<RetentionView> ViewAsync(RetentionServices services, RetentionPreview preview, CancellationToken cancellationToken)
    {
        var ends = preview.Backups.Where(b => !b.Verdict.Keep).Select(b => b.Verdict.Id).ToHashSet();
        return RetentionView.Of(preview, await services.Opened.ReportRoomAsync(ends, preview.Now, options, cancellationToken));
    }

    private static string PlanHashOf(string? text, string hint) => TypedIds.PlanHashOf(text, "The request names no plan", hint);

    private static IResult PlanChanged<T>(T plan) => Problems.Conflict(
        "plan-changed", "The backups changed after that plan was made; nothing was ended", "Look at the new plan and apply that.",
        new Dictionary<string, object?> { ["plan"] = plan });
}

/// <summary>POST /api/v1/retention/apply.</summary>
internal sealed record ApplyRetentionBody
{
    public string? PlanHash { get; init; }

    public bool AllowUnusual { get; init; }

    public bool ConfirmClock { get; init; }

    public bool Prune { get; init; } = true;

    /// <summary>True: what a directory store keeps in its trash is removed for good now.</summary>
    public bool EmptyTrash { get; init; }
}

/// <summary>POST /api/v1/backups/{id}/hold.</summary>
internal sealed record HoldBody
{
    public string? Reason { get; init; }
}
