using QdrantBackup.Ids;
using QdrantBackup.Sealing;
using QdrantBackup.Storage;
using QdrantBackup.Stores;

namespace QdrantBackup.Runs;

/// <summary>Which run holds the lease of a cluster.</summary>
/// <param name="IsMine">Whether the run that asked holds it.</param>
/// <param name="Holder">The run that holds it.</param>
/// <param name="Until">When it ends unless renewed, by the store's clock.</param>
public sealed record LeaseReceipt(bool IsMine, RunId Holder, DateTimeOffset Until);

/// <summary>The content of <c>leases/cluster</c>; the lease ends <paramref name="Seconds"/> after the blob's modification time.</summary>
/// <param name="Format">Version of the format.</param>
/// <param name="Holder">The run that holds it.</param>
/// <param name="Seconds">How long it lasts from when it was written; 0 gives it back.</param>
internal sealed record LeaseRecord(int Format, RunId Holder, double Seconds);

/// <summary>
/// Keeps two runs from working on one cluster at once. It saves double work; no guarantee of the store depends on it.
/// Time is the store's: the run writes its pin, whose modification time is "now".
/// </summary>
public sealed class ClusterLease(SealedStore store, RunPins pins)
{
    /// <summary>How long the lease of a run lasts without being renewed.</summary>
    public static readonly TimeSpan Time = TimeSpan.FromMinutes(15);

    /// <summary>How often a run renews its lease and its pin: a renewal that is tried for as long as a run has patience is still in time, with a minute to spare.</summary>
    public static readonly TimeSpan RenewEvery = Time - Patience.OfRun.Away - TimeSpan.FromMinutes(1);

    // A record with a huge duration must not block a cluster longer than a run can be silent before it counts as dead.
    private const double MaxSeconds = 24 * 60 * 60;

    /// <summary>Takes the lease, or renews it if the run holds it; an expired lease, or one that does not open, is taken over. Otherwise returns the holder.</summary>
    public async Task<LeaseReceipt> TryTakeAsync(string cluster, RunId runId, RunKind kind, TimeSpan duration, CancellationToken cancellationToken)
    {
        PinEntry pin = await pins.WriteAsync(runId, kind, [], cancellationToken);
        var record = new LeaseRecord(1, runId, duration.TotalSeconds);
        return await SealedRecords.SwapAsync(async () =>
        {
            FoundRecord<LeaseRecord> found = await FindAsync(cluster, cancellationToken);
            if (found is { Value: { } there, Entry: { } entry } && !IsFree(there, entry, pin.Renewed) && Receipt(entry, there, runId) is { IsMine: false } held)
            {
                return held;
            }

            return Receipt(await PutAsync(cluster, record, found.Condition, cancellationToken), record, runId);
        });
    }

    /// <summary>The run that has not given the lease back, whether or not its time is over; null if there is none.</summary>
    public async Task<RunId?> FindHolderAsync(string cluster, CancellationToken cancellationToken) =>
        (await FindAsync(cluster, cancellationToken)).Value is { Seconds: > 0 } there ? there.Holder : null;

    /// <summary>Gives the lease back if the run holds it. One that does not open is left to the next run that takes it.</summary>
    public async Task ReleaseAsync(string cluster, RunId runId, CancellationToken cancellationToken)
    {
        FoundRecord<LeaseRecord> found = await FindAsync(cluster, cancellationToken);
        if (found.Value?.Holder != runId)
        {
            return;
        }

        try
        {
            await PutAsync(cluster, new LeaseRecord(1, runId, 0), found.Condition, cancellationToken);
        }
        catch (StoreConflictException)
        {
            // Another run took it meanwhile, or this run's other attempt gave it back.
        }
    }

    private Task<FoundRecord<LeaseRecord>> FindAsync(string cluster, CancellationToken cancellationToken) =>
        store.FindRenewableAsync(BlobNames.Lease(cluster), RunsJson.Default.LeaseRecord, cancellationToken);

    private Task<BlobEntry> PutAsync(string cluster, LeaseRecord record, PutCondition condition, CancellationToken cancellationToken) => store.PutDocumentAsync(
        BlobNames.Lease(cluster), SealedType.Record, record, RunsJson.Default.LeaseRecord, condition, summary: null, cancellationToken);

    // Given back, or expired; or dated so far ahead that a clock was wrong when it was written: no run waits for that day.
    private static bool IsFree(LeaseRecord record, BlobEntry entry, DateTimeOffset now) =>
        record.Seconds <= 0 || Receipt(entry, record, record.Holder).Until <= now || entry.Modified > now.AddSeconds(MaxSeconds);

    private static LeaseReceipt Receipt(BlobEntry entry, LeaseRecord record, RunId asker) =>
        new(record.Holder == asker && record.Seconds > 0, record.Holder, entry.Modified.AddSeconds(Math.Clamp(record.Seconds, 0, MaxSeconds)));
}
