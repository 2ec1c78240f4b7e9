using QdrantBackup.Manifests;
using QdrantBackup.Sealing;
using QdrantBackup.Storage;

namespace QdrantBackup.Runs;

/// <summary>Whose turn it is on a cluster.</summary>
/// <param name="IsMine">Whether the run that asked holds it.</param>
/// <param name="Holder">The run that holds it.</param>
/// <param name="Until">When it ends unless renewed, by the store's clock.</param>
public sealed record LeaseReceipt(bool IsMine, RunId Holder, DateTimeOffset Until);

/// <summary>What stands in <c>leases/cluster</c>; it ends <paramref name="Seconds"/> after the blob's modification time.</summary>
/// <param name="Format">Version of the format.</param>
/// <param name="Holder">The run that holds it.</param>
/// <param name="Seconds">How long it lasts from when it was written; 0 gives it back.</param>
internal sealed record LeaseRecord(int Format, RunId Holder, double Seconds);

/// <summary>
/// Keeps two runs from working on one cluster at once. It saves double work; no promise of the store rests on it.
/// Time is the store's: the run writes its pin, whose modification time is "now".
/// </summary>
public sealed class ClusterLease(SealedStore store, RunPins pins)
{
    // Whatever a record says, it must not keep a cluster for longer than a run can be silent before it counts as dead.
    private const double MaxSeconds = 24 * 60 * 60;

    /// <summary>Takes the lease, or renews it if the run holds it; a stale one is taken over. Otherwise tells who holds it.</summary>
    public async Task<LeaseReceipt> TryTakeAsync(string cluster, RunId runId, RunKind kind, TimeSpan duration, CancellationToken cancellationToken)
    {
        PinEntry pin = await pins.WriteAsync(runId, kind, [], cancellationToken);
        if (await FindAsync(cluster, cancellationToken) is not { } found)
        {
            return await TryPutAsync(cluster, runId, duration, PutCondition.OnlyIfAbsent, cancellationToken);
        }

        LeaseReceipt held = Receipt(found, runId);
        return held.IsMine || held.Until <= pin.Renewed
            ? await TryPutAsync(cluster, runId, duration, PutCondition.OnlyIfMatch(found.Entry.ETag), cancellationToken)
            : held;
    }

    /// <summary>Gives the lease back if the run holds it.</summary>
    public async Task ReleaseAsync(string cluster, RunId runId, CancellationToken cancellationToken)
    {
        if (await FindAsync(cluster, cancellationToken) is { } found && found.Value.Holder == runId)
        {
            await TryPutAsync(cluster, runId, TimeSpan.Zero, PutCondition.OnlyIfMatch(found.Entry.ETag), cancellationToken);
        }
    }

    private async Task<LeaseReceipt> TryPutAsync(string cluster, RunId runId, TimeSpan duration, PutCondition condition, CancellationToken cancellationToken)
    {
        var record = new LeaseRecord(1, runId, duration.TotalSeconds);
        try
        {
            BlobEntry entry = await store.PutDocumentAsync(
                BlobNames.Lease(cluster), SealedType.Record, record, StoreJson.Default.LeaseRecord, condition, summary: null, cancellationToken);
            return Receipt(new StoredDocument<LeaseRecord>(entry, record), runId);
        }
        catch (StoreConflictException)
        {
            // Somebody was faster, or this run's other attempt was.
            return await FindAsync(cluster, cancellationToken) is { } found
                ? Receipt(found, runId)
                : throw new MissingBlobException(BlobNames.Lease(cluster), "was there and is gone");
        }
    }

    private Task<StoredDocument<LeaseRecord>?> FindAsync(string cluster, CancellationToken cancellationToken) =>
        store.FindDocumentAsync(BlobNames.Lease(cluster), SealedType.Record, StoreJson.Default.LeaseRecord, cancellationToken);

    private static LeaseReceipt Receipt(StoredDocument<LeaseRecord> found, RunId asker) =>
        new(found.Value.Holder == asker && found.Value.Seconds > 0, found.Value.Holder, found.Entry.Modified.AddSeconds(Math.Clamp(found.Value.Seconds, 0, MaxSeconds)));
}
