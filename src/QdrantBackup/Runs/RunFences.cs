using System.Text.Json;
using QdrantBackup.Ids;
using QdrantBackup.Parts;
using QdrantBackup.Sealing;
using QdrantBackup.Storage;
using QdrantBackup.Stores;

namespace QdrantBackup.Runs;

/// <summary>What a look at all pins found.</summary>
/// <param name="Ended">How many dead runs were ended.</param>
/// <param name="Pinned">The backups that runs which live have pinned.</param>
public sealed record FencedRuns(int Ended, IReadOnlySet<BackupId> Pinned);

/// <summary>
/// Ends runs for good. What a run needed kept is let go only after it is certain that the run commits nothing any more: a backup that has no manifest gets a marker in
/// its place, so that a commit of it that is still on its way, or a run that comes back, is refused (W1, docs/format.md §7).
/// </summary>
public sealed class RunFences(SealedStore store, RunPins pins)
{
    private readonly ManifestDocuments _manifests = new(store);

    /// <summary>The pins of the same store.</summary>
    public RunPins Pins => pins;

    /// <summary>Lets go of what a run that is over needed kept. Harmless when repeated.</summary>
    public async Task ReleaseAsync(RunId runId, CancellationToken cancellationToken)
    {
        if (await pins.FindAsync(runId, cancellationToken) is { Pin.Released: false } found)
        {
            await EndAsync(found.Pin, DateTimeOffset.MaxValue, cancellationToken);
        }
    }

    /// <summary>Ends the runs whose pins nobody has renewed since a moment by the store's clock. A pin that cannot be read is an error.</summary>
    public Task<FencedRuns> EndSilentAsync(DateTimeOffset since, CancellationToken cancellationToken) => EndSilentAsync(since, DateTimeOffset.MaxValue, cancellationToken);

    /// <summary>The same; what a pin names that was released after another moment counts as pinned.</summary>
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
    /// Ends a run unless it renewed its pin; a backup always ends, because its marker is written. A later copy may take a marker's place:
    /// an earlier one is therefore kept from doing anything first, and what it read of the name before is then out of date (docs/pruning.md). Others only read.
    /// </summary>
    private async Task<bool> EndAsync(Pin pin, DateTimeOffset since, CancellationToken cancellationToken)
    {
        if (pin.Copies is { Count: > 0 } copies)
        {
            if (!await pins.CloseIfSilentAsync(pin.RunId, since, cancellationToken))
            {
                return false;
            }

            // What it was about to put may have become more since this pin was read.
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

    /// <summary>Makes sure that a backup's run commits nothing from now on: with its manifest it has committed, with a marker it never will.</summary>
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
            // Committed or fenced before; or committed, ended and gone: whatever came back under this id would be of no use to anybody.
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
            // It committed meanwhile, or somebody else fenced it.
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
