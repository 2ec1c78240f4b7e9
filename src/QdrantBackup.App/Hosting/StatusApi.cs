using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using QdrantBackup.App.Copies;
using QdrantBackup.App.Http;
using QdrantBackup.App.Runs;
using QdrantBackup.App.Schedules;
using QdrantBackup.App.Stores;
using QdrantBackup.App.Verifications;
using QdrantBackup.Catalog;
using QdrantBackup.Configuration;
using QdrantBackup.Ids;
using QdrantBackup.Parts;
using QdrantBackup.Runs;
using QdrantBackup.Verification;

namespace QdrantBackup.App.Hosting;

/// <summary>Shows at one look how a cluster's backups are.</summary>
public sealed class StatusApi(
    PerStore<VerificationServices> verifications, PerStore<CopyServices> copies, RunStarter starter, RunViews views, TickReports ticks, BackupOptions options)
{
    private const int MaxPassedOver = 10;
    private static readonly TimeSpan LookBack = TimeSpan.FromDays(35);

    /// <summary>The running and the last backup of the cluster, and how old the last good one is.</summary>
    [Function(nameof(BackupStatus))]
    public async Task<IResult> BackupStatus(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "api/v1/backup/status")] HttpRequest request,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken)
    {
        var services = await verifications.OpenReadableAsync(cancellationToken);
        var opened = services.Opened;
        var now = await opened.Store.Blobs.NowAsync(cancellationToken);
        RunView? running = null;
        if (RunId.TryParse(await starter.FindRunningAsync(client, RunKind.Backup, cancellationToken), out var runningId))
        {
            running = await views.FindAsync(client, runningId, cancellationToken);
        }

        RunView? last = null;
        await foreach (var run in opened.Records.ListAsync(now - LookBack, cancellationToken))
        {
            if (run is { IsAhead: false, Request.Kind: RunKind.Backup, Result: not null } && run.Request.Cluster == options.ClusterName)
            {
                last = RunViews.Recorded(run);
                break;
            }
        }

        var left = (await opened.Records.Open.ListAsync(options.ClusterName, cancellationToken)).Where(r => r.Left.Count > 0).ToList();
        var failing = await ticks.FindFailingOfAllAsync(opened, cancellationToken);
        var rolling = await services.Rolling.FindAsync(cancellationToken);
        var catalog = (await opened.Catalog.ListWithFindingsAsync(new CatalogFilter { Cluster = options.ClusterName }, cancellationToken)).Where(e => e is { Summary: not null, Retired: false }).ToList();
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
            SecondStore = opened is { HasSecond: true, StandsInFor: null } ? await copies.On(opened).Records.LagAsync(CountedForCopies(catalog, now), cancellationToken) : null,
            StoreReadSince = rolling?.CoveredSince(),
            StoreAway = opened.StandsInFor?.Message,
            Warnings = StoreWarnings.Of(opened.Store, options) is { Count: > 0 } warnings ? warnings : null,
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
}
