using System.Text.Json;
using QdrantBackup.Capture;
using QdrantBackup.Manifests;
using QdrantBackup.Sealing;
using QdrantBackup.Storage;

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

    /// <summary>Lets go of what a run that is over needed kept. Harmless when repeated.</summary>
    public async Task ReleaseAsync(RunId runId, CancellationToken cancellationToken)
    {
        if (await pins.FindAsync(runId, cancellationToken) is { Pin: { Released: false } pin })
        {
            await FenceAsync(pin, cancellationToken);
            await pins.ReleaseAsync(runId, cancellationToken);
        }
    }

    /// <summary>Ends the runs whose pins nobody has renewed since a moment by the store's clock. A pin that cannot be read is an error.</summary>
    public async Task<FencedRuns> EndSilentAsync(DateTimeOffset since, CancellationToken cancellationToken)
    {
        int ended = 0;
        var pinned = new HashSet<BackupId>();
        await foreach (PinEntry entry in pins.ListAsync(cancellationToken))
        {
            if (entry.Pin.Released)
            {
                continue;
            }

            if (entry.Renewed > since)
            {
                pinned.UnionWith(entry.Pin.Bases);
                continue;
            }

            await FenceAsync(entry.Pin, cancellationToken);

            // A backup is fenced, so it may be told whatever it did meanwhile. Others only read: one that is back after all goes on.
            await pins.ReleaseIfSilentAsync(entry.RunId, entry.Pin.Kind == RunKind.Backup ? DateTimeOffset.MaxValue : since, cancellationToken);
            ended++;
        }

        return new FencedRuns(ended, pinned);
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
        if (await store.Blobs.FindAsync(name, cancellationToken) is not null || await store.Blobs.FindAsync(BlobNames.Retirement(id), cancellationToken) is not null)
        {
            // Committed or fenced before; or committed, ended and gone: whatever came back under this id would be of no use to anybody.
            return;
        }

        byte[] marker = JsonSerializer.SerializeToUtf8Bytes(MarkerOf(id), StoreJson.Default.Manifest);
        string summary = _manifests.SealSummary(ManifestDocuments.Summarize(MarkerOf(id), _manifests.HashOf(marker)));
        try
        {
            await store.PutPlainAsync(name, SealedType.Manifest, marker, PutCondition.OnlyIfAbsent, summary, cancellationToken);
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
