using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using QdrantBackup.App.Api;
using QdrantBackup.App.Wiring;
using QdrantBackup.Catalog;
using QdrantBackup.Configuration;
using QdrantBackup.Ids;
using QdrantBackup.Parts;
using QdrantBackup.Runs;
using QdrantBackup.Verification;

namespace QdrantBackup.App.Triggers;

/// <summary>Tells of runs: those that go on, and those that are over.</summary>
public sealed class RunApi(StoreConnection connection, RunStarter starter, RunViews views, TickReports ticks, BackupOptions options, TimeProvider time)
{
    private const int DefaultTop = 50;
    private const int MaxPassedOver = 10;
    private static readonly TimeSpan LookBack = TimeSpan.FromDays(35);

    /// <summary>The running and the last backup of the cluster, and how old the last good one is.</summary>
    [Function(nameof(BackupStatus))]
    public async Task<IResult> BackupStatus(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/backup/status")] HttpRequest request,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken)
    {
        var services = await connection.OpenReadableAsync(cancellationToken);
        RunView? running = null;
        if (RunId.TryParse(await starter.FindRunningAsync(client, RunKind.Backup, cancellationToken), out var runningId))
        {
            running = await views.FindAsync(client, runningId, cancellationToken);
        }

        RunView? last = null;
        await foreach (var run in services.Records.ListAsync(time.GetUtcNow() - LookBack, cancellationToken))
        {
            if (run is { IsAhead: false, Request.Kind: RunKind.Backup, Result: not null } && run.Request.Cluster == options.ClusterName)
            {
                last = RunViews.Recorded(run);
                break;
            }
        }

        var left = (await services.Records.Open.ListAsync(options.ClusterName, cancellationToken)).Where(r => r.Left.Count > 0).ToList();
        var failing = await ticks.FindFailingOfAllAsync(services.Ticks, cancellationToken);
        var rolling = await services.Rolling.FindAsync(cancellationToken);
        var now = await services.Store.Blobs.NowAsync(cancellationToken);
        var catalog = (await services.Catalog.ListWithFindingsAsync(new CatalogFilter { Cluster = options.ClusterName }, cancellationToken)).Where(e => e is { Summary: not null, Retired: false }).ToList();
        var good = BackupStanding.NewestGood(catalog, now)?.Id;
        return ApiResults.Ok(new
        {
            Cluster = options.ClusterName,
            Running = running,
            Last = last,
            LastGood = good?.Value,
            LastGoodAgeSeconds = good is null ? (long?)null : (long)(now - good.Value.Began).TotalSeconds,
            LastGoodVerified = good is null ? null : VerifiedView.Of(await services.Verified.FindAsync(good.Value, cancellationToken)),
            PassedOver = PassedOver(catalog, good, now),
            SecondStore = services is { HasSecond: true, StandsInFor: null } ? await services.Copies.LagAsync(CountedForCopies(catalog, now), cancellationToken) : null,
            StoreReadSince = rolling?.CoveredSince(),
            StoreAway = services.StandsInFor?.Message,
            Left = left.Count == 0 ? null : left.Select(r => new { Run = r.RunId.Value, What = r.Left }),
            Failing = failing.Count == 0 ? null : failing.Select(s => new { Step = s.Name, Since = s.FailingSince, s.Problem, s.Hint }),
        });
    }

    // What is newer than the last good backup and whole, and every suspect one until somebody acts on it: each with why it does not count.
    private static List<string>? PassedOver(IEnumerable<CatalogEntry> newestFirst, BackupId? good, DateTimeOffset now)
    {
        var told = newestFirst
            .Where(e => BackupStanding.IsSuspect(e) || (BackupStanding.IsWhole(e) && string.CompareOrdinal(e.Id.Value, good?.Value) > 0))
            .Select(e => $"backup {e.Id} {BackupStanding.WhyNotGood(e, now)}")
            .Take(MaxPassedOver).ToList();
        return told.Count == 0 ? null : told;
    }

    // A selection that was copied must not hide that the last whole backup was not.
    private static List<BackupId> CountedForCopies(IEnumerable<CatalogEntry> newestFirst, DateTimeOffset now) =>
        [.. newestFirst.Where(e => e.Summary!.State == BackupState.Complete && BackupStanding.IsWhole(e) && !BackupStanding.IsSuspect(e) && !BackupStanding.IsAhead(e.Id, now)).Select(e => e.Id)];

    /// <summary>One backup run.</summary>
    [Function(nameof(BackupRunStatus))]
    public Task<IResult> BackupRunStatus(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/backup/status/{id}")] HttpRequest request,
        string id,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken) => ShowAsync(client, id, RunKind.Backup, cancellationToken);

    /// <summary>One restore run.</summary>
    [Function(nameof(RestoreStatus))]
    public Task<IResult> RestoreStatus(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/restore/status/{id}")] HttpRequest request,
        string id,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken) => ShowAsync(client, id, RunKind.Restore, cancellationToken);

    /// <summary>One run of whatever kind.</summary>
    [Function(nameof(ShowRun))]
    public Task<IResult> ShowRun(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/runs/{id}")] HttpRequest request,
        string id,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken) => ShowAsync(client, id, kind: null, cancellationToken);

    /// <summary>Runs, newest first, failed ones too.</summary>
    [Function(nameof(ListRuns))]
    public async Task<IResult> ListRuns(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/runs")] HttpRequest request,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken)
    {
        var query = new Query(request);
        var kind = query.Choice<RunKind>("kind");
        var state = query.Text("state");
        var to = query.Time("to");
        var top = query.Top(DefaultTop);
        var services = await connection.OpenReadableAsync(cancellationToken);
        var runs = new List<RunView>();
        await foreach (var run in services.Records.ListAsync(query.Time("from") ?? time.GetUtcNow() - LookBack, cancellationToken))
        {
            if ((kind is not null && run.Request.Kind != kind) || run.Request.RequestedAt > to)
            {
                continue;
            }

            var view = run.Result is null ? await views.ViewAsync(client, services, run, cancellationToken) : RunViews.Recorded(run);
            if (state is null || string.Equals(view.State, state, StringComparison.OrdinalIgnoreCase))
            {
                runs.Add(view with { Items = null, Steps = null });
            }

            if (runs.Count == top)
            {
                break;
            }
        }

        return ApiResults.Ok(new { Runs = runs });
    }

    /// <summary>Asks a verification, a repair or a copy to stop after the step it is at. Backups and restores have addresses of their own for that.</summary>
    [Function(nameof(CancelRun))]
    public async Task<IResult> CancelRun(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/v1/runs/{id}/cancel")] HttpRequest request,
        string id,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken)
    {
        var runId = TypedIds.RunOf(id);
        return await views.FindAsync(client, runId, cancellationToken) is { Kind: RunKind.Verify or RunKind.Repair or RunKind.Copy } run
            ? await RunControl.CancelAsync(client, views, id, run.Kind, request, cancellationToken)
            : Problems.NotFound($"There is no verification, repair or copy {runId}", "GET /api/v1/runs lists them; backups and restores are cancelled at their own addresses.");
    }

    private async Task<IResult> ShowAsync(DurableTaskClient client, string id, RunKind? kind, CancellationToken cancellationToken)
    {
        var runId = TypedIds.RunOf(id);
        return await views.FindAsync(client, runId, cancellationToken) is { } run && (kind is null || run.Kind == kind)
            ? ApiResults.Ok(run)
            : Problems.NotFound($"There is no such run: {runId}", "GET /api/v1/runs lists them.");
    }
}
