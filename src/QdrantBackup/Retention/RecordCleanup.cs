using System.Globalization;
using QdrantBackup.Ids;
using QdrantBackup.Runs;
using QdrantBackup.Storage;
using QdrantBackup.Stores;

namespace QdrantBackup.Retention;

/// <summary>What a cleanup of records removed.</summary>
/// <param name="Done">Whether nothing is left to remove.</param>
/// <param name="Records">Records of runs.</param>
/// <param name="Pins">Released pins.</param>
/// <param name="Findings">Findings of verifications and copies about backups that are deleted.</param>
/// <param name="Days">Days of the trash of a directory store.</param>
public sealed record CleanupReceipt(bool Done, long Records, long Pins, long Findings, int Days);

/// <summary>Removes records of old runs, their released pins, findings about deleted backups, and the trash of a directory store. No backup depends on them.</summary>
public sealed class RecordCleanup(SealedStore store, RunFences fences, PruneOptions options, TimeProvider time)
{
    private const int MonthLength = 7;

    /// <summary>Removes for a bounded time; repeat it until it is done.</summary>
    /// <param name="now">The moment, by the store's clock.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<CleanupReceipt> StepAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        long began = time.GetTimestamp();
        bool IsTimeUp() => time.GetElapsedTime(began) >= options.StepTime;
        DateTimeOffset before = now - options.KeepRecords;
        (bool recordsDone, long records) = await RemoveRecordsAsync(before, IsTimeUp, cancellationToken);
        (bool pinsDone, long released) = recordsDone ? await RemovePinsAsync(before, IsTimeUp, cancellationToken) : (false, 0);
        (bool findingsDone, long findings) = pinsDone ? await RemoveFindingsAsync(IsTimeUp, cancellationToken) : (false, 0);
        int days = findingsDone ? await store.Blobs.PurgeDeletedAsync(DateOnly.FromDateTime((now - options.KeepDeleted).UtcDateTime), cancellationToken) : 0;
        return new CleanupReceipt(findingsDone, records, released, findings, days);
    }

    /// <summary>Months come in order, so the listing ends with the first one that is too young.</summary>
    private async Task<(bool Done, long Removed)> RemoveRecordsAsync(DateTimeOffset before, Func<bool> isTimeUp, CancellationToken cancellationToken)
    {
        string lastMonth = before.UtcDateTime.ToString("yyyy'/'MM", CultureInfo.InvariantCulture);
        long removed = 0;
        var old = new List<BlobEntry>();
        await foreach (BlobEntry entry in store.Blobs.ListAsync(BlobNames.Runs, cancellationToken))
        {
            string path = entry.Name.Value[BlobNames.Runs.Length..];
            if (path.Length > MonthLength && string.CompareOrdinal(path[..MonthLength], lastMonth) > 0)
            {
                break;
            }

            if (entry.Modified < before)
            {
                old.Add(entry);
            }
        }

        foreach (BlobEntry entry in old)
        {
            if (isTimeUp())
            {
                return (false, removed);
            }

            removed += await RemoveAsync(entry.Name, entry.ETag, cancellationToken) ? 1 : 0;
        }

        return (true, removed);
    }

    private async Task<(bool Done, long Removed)> RemovePinsAsync(DateTimeOffset before, Func<bool> isTimeUp, CancellationToken cancellationToken)
    {
        long removed = 0;
        var old = new List<PinEntry>();
        await foreach (PinEntry entry in fences.Pins.ListAsync(cancellationToken))
        {
            if (entry.Pin.Released && entry.Renewed < before)
            {
                old.Add(entry);
            }
        }

        foreach (PinEntry entry in old)
        {
            if (isTimeUp())
            {
                return (false, removed);
            }

            // Without its pin a run could begin again under its old id: only a manifest or a marker prevents that.
            await fences.FenceAsync(entry.Pin, cancellationToken);
            removed += await RemoveAsync(BlobNames.Pin(entry.RunId), entry.ETag, cancellationToken) ? 1 : 0;
        }

        return (true, removed);
    }

    /// <summary>Nobody reads the findings about a backup that was ended and has no manifest any more: verifications, damage, copies, confirmation.</summary>
    private async Task<(bool Done, long Removed)> RemoveFindingsAsync(Func<bool> isTimeUp, CancellationToken cancellationToken)
    {
        var old = new List<BlobEntry>();
        foreach (string folder in (string[])[BlobNames.VerifiedBackups, BlobNames.Copies, BlobNames.ConfirmedBackups])
        {
            await foreach (BlobEntry entry in store.Blobs.ListAsync(folder, cancellationToken))
            {
                old.Add(entry);
            }
        }

        if (old.Count == 0)
        {
            return (true, 0);
        }

        HashSet<BackupId> gone = [.. (await store.Ends.ListAsync(of: null, cancellationToken)).Ids];
        gone.ExceptWith(await store.ListIdsAsync(BlobNames.Manifests, cancellationToken));
        long removed = 0;
        foreach (BlobEntry entry in old.Where(e => BackupId.TryParse(e.Name.Value[(e.Name.Value.LastIndexOf('/') + 1)..], out BackupId id) && gone.Contains(id)))
        {
            if (isTimeUp())
            {
                return (false, removed);
            }

            removed += await RemoveAsync(entry.Name, entry.ETag, cancellationToken) ? 1 : 0;
        }

        return (true, removed);
    }

    private async Task<bool> RemoveAsync(BlobName name, string etag, CancellationToken cancellationToken)
    {
        try
        {
            return await store.Blobs.DeleteAsync(name, etag, cancellationToken);
        }
        catch (StoreException e) when (e is StoreConflictException or ImmutableBlobException)
        {
            // Written again, or still protected by a policy: the next cleanup tries again.
            return false;
        }
    }
}
