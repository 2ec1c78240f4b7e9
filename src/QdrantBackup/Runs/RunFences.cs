using System.Text.Json;
using QdrantBackup.Ids;
using QdrantBackup.Parts;
using QdrantBackup.Sealing;
using QdrantBackup.Storage;
using QdrantBackup.Stores;

namespace QdrantBackup.Runs;

/// <summary>The result of reading all pins.</summary>
/// <param name="Ended">How many dead runs were ended.</param>
/// <param name="Pinned">The backups that living runs have pinned.</param>
public sealed record FencedRuns(int Ended, IReadOnlySet<BackupId> Pinned);

/// <summary>
/// Ends runs for good. A run's pin is released only after it is certain that the run commits nothing any more: where a backup has no manifest, a marker is written in
/// its place, so that a commit that is still on its way, or a run that comes back, is refused (W1, docs/format.md §7).
/// </summary>
public sealed class RunFences(SealedStore store, RunPins pins)
{
    private readonly ManifestDocuments _manifests = new(store);

    /// <summary>The pins of the same store.</summary>
    public RunPins Pins => pins;

    /// <summary>Releases the pin of a run that is over. Harmless when repeated.</summary>
    public async Task ReleaseAsync(RunId runId, CancellationToken cancellationToken)
    {
        if (await pins.FindAsync(runId, cancellationToken) is { Pin.Released: false } found)
        {
            await EndAsync(found.Pin, DateTimeOffset.MaxValue, cancellationToken);
        }
    }

    /// <summary>Ends the runs whose pins have not been renewed since a moment of the store's clock. A pin that cannot be read is an error.</summary>
    public Task<FencedRuns> EndSilentAsync(DateTimeOffset since, CancellationToken cancellationToken) => EndSilentAsync(since, DateTimeOffset.MaxValue, cancellationToken);

    /// <summary>The same; the backups of a pin that was released after another moment count as pinned.</summary>
    public async Task<FencedRuns> EndSilentAsync(DateTimeOffset since, DateTimeOffset releasedAfter, CancellationToken cancellationToken)
    {
        int ended = 0;
        var pinned = new HashSet<BackupId>();
        await foreach (PinEntry entry in pins.ListAsync(cancellationToken))
        {
            if (entry.Pin.Released)
            {
                pinned.UnionWith(entry.Counts(releasedAfter) ? entry.Pin.Bases : []);
                continue;
            }

            if (entry.Renewed <= since && await EndAsync(entry.Pin, since, cancellationToken))
            {
                ended++;
            }
            else
            {
                pinned.UnionWith(entry.Pin.Bases);
            }
        }

        return new FencedRuns(ended, pinned);
    }

    /// <summary>
    /// Ends a run unless it renewed its pin; a backup always ends, because its marker is written. A later copy may replace a marker:
    /// so the earlier copy is closed first, and what it read of the name is then out of date (docs/pruning.md). Other kinds of run only read.
    /// </summary>
    private async Task<bool> EndAsync(Pin pin, DateTimeOffset since, CancellationToken cancellationToken)
    {
        if (pin.Copies is { Count: > 0 } copies)
        {
            if (!await pins.CloseIfSilentAsync(pin.RunId, since, cancellationToken))
            {
                return false;
            }

            // The run may have added backups to put since this pin was read.
            foreach (BackupId id in (await pins.FindAsync(pin.RunId, cancellationToken))?.Pin.Copies ?? copies)
            {
                await FenceCopyAsync(id, cancellationToken);
            }

            await pins.ReleaseAsync(pin.RunId, cancellationToken);
            return true;
        }

        await FenceAsync(pin, cancellationToken);
        return await pins.ReleaseIfSilentAsync(pin.RunId, pin.Kind == RunKind.Backup ? DateTimeOffset.MaxValue : since, cancellationToken);
    }

    /// <summary>Makes sure that a backup's run commits nothing from now on: a run with a manifest has committed, one with a marker never will.</summary>
    public async Task FenceAsync(Pin pin, CancellationToken cancellationToken)
    {
        if (pin.Kind != RunKind.Backup)
        {
            return;
        }

        BackupId id = pin.RunId.AsBackup();
        BlobName name = BlobNames.Manifest(id);
        if (await store.Blobs.FindAsync(name, cancellationToken) is not null || await store.Ends.IsEndedAsync(id, cancellationToken))
        {
            // It has committed or has a marker; or it committed, ended and was deleted: a backup that came back under this id would be of no use.
            return;
        }

        await PutMarkerAsync(id, PutCondition.OnlyIfAbsent, cancellationToken);
    }

    /// <summary>Where the backup did not arrive, write a fresh marker, so that a late manifest fails on its ETag.</summary>
    private async Task FenceCopyAsync(BackupId id, CancellationToken cancellationToken)
    {
        if (await store.Ends.IsEndedAsync(id, cancellationToken))
        {
            return;
        }

        if (await _manifests.ConditionWhereNoneAsync(id, cancellationToken) is { } condition)
        {
            await PutMarkerAsync(id, condition, cancellationToken);
        }
    }

    private async Task PutMarkerAsync(BackupId id, PutCondition condition, CancellationToken cancellationToken)
    {
        byte[] marker = JsonSerializer.SerializeToUtf8Bytes(MarkerOf(id), PartsJson.Default.Manifest);
        string summary = _manifests.SealSummary(ManifestDocuments.Summarize(MarkerOf(id), _manifests.HashOf(marker)));
        try
        {
            await store.PutPlainAsync(BlobNames.Manifest(id), SealedType.Manifest, marker, condition, summary, cancellationToken);
        }
        catch (StoreConflictException)
        {
            // It committed meanwhile, or another writer put a marker.
        }
    }

    private static Manifest MarkerOf(BackupId id) => new()
    {
        Format = Manifest.CurrentFormat,
        Id = id,
        Aborted = true,
        AppVersion = "",
        Cluster = new ManifestCluster("", []),
        Started = id.Began,
        Finished = id.Began,
        State = BackupState.Partial,
        Collections = [],
        Parts = [],
        Totals = CaptureTotals.None,
    };
}
