using Microsoft.Extensions.Logging;
using QdrantBackup.Ids;
using QdrantBackup.Parts;
using QdrantBackup.Runs;
using QdrantBackup.Storage;
using QdrantBackup.Stores;

namespace QdrantBackup.Retention;

/// <summary>
/// Notices that a manifest is gone without a record that it was ended: a later manifest names it, maintenance has seen it, or its chunk lists lie there while neither a manifest, nor a marker,
/// a retirement or a pin accounts for them. Somebody rolled the store back, or lost a part of it; deleting what seems unneeded would make that final.
/// </summary>
internal sealed partial class VanishedManifests(SealedStore store, RunPins pins, DeadBackups dead, BackupRetirement retirement, ILogger logger)
{
    private const int MaxNamed = 5;

    /// <summary>Accounts for everything. What is accepted as lost is recorded as ended, so that its chunks go after the grace period.</summary>
    /// <exception cref="RefusedException">Manifests vanished and nobody accepted that.</exception>
    public async Task CheckAsync(PruneWork work, PruneRequest request, CancellationToken cancellationToken)
    {
        // The order tells what was there when: a list is written under a pin, a pin is released after its run's manifest or marker, a manifest goes after its retirement.
        HashSet<BackupId> suspects = await ListListOwnersAsync(cancellationToken);
        await foreach (PinEntry pin in pins.ListAsync(cancellationToken))
        {
            if (!pin.Pin.Released)
            {
                suspects.Remove(pin.RunId.AsBackup());
                suspects.ExceptWith(pin.Pin.Copies ?? []);
            }
        }

        // A second store may never have had the earlier ones, but knows what came.
        suspects.UnionWith(store.IsReplica ? await ListArrivedAsync(cancellationToken) : work.Earlier);
        suspects.UnionWith(work.Seen.Ids);
        suspects.ExceptWith(await store.ListIdsAsync(BlobNames.Manifests, cancellationToken));
        suspects.ExceptWith((await dead.ListEndedAsync(cancellationToken)).Where(e => !e.Value.IsUndeleted).Select(e => e.Key));
        if (suspects.Count == 0)
        {
            return;
        }

        if (!request.AllowUnusual)
        {
            throw new RefusedException(
                $"nothing is pruned: the manifest of {Name(suspects)} is gone, and no record ends that backup",
                "It was deleted, or the store was rolled back: look for it in soft delete, older versions, trash/ or the second store. "
                + "If it is lost for good, say so with 'qdrant-backup cleanup --yes-delete-unusual'.");
        }

        foreach (BackupId id in suspects)
        {
            LogAccepted(logger, id.Value, request.By);
            await retirement.AcceptLossAsync(id, request.By, request.RunId, cancellationToken);
        }
    }

    private async Task<HashSet<BackupId>> ListListOwnersAsync(CancellationToken cancellationToken)
    {
        var owners = new HashSet<BackupId>();
        await foreach (BlobEntry entry in store.Blobs.ListAsync(BlobNames.Lists, cancellationToken))
        {
            if (BlobNames.TryReadListOwner(entry.Name, out BackupId owner))
            {
                owners.Add(owner);
            }
        }

        return owners;
    }

    private async Task<HashSet<BackupId>> ListArrivedAsync(CancellationToken cancellationToken)
    {
        HashSet<BackupId> arrived = await store.ListIdsAsync(BlobNames.Copies, cancellationToken);
        HashSet<BackupId> manifests = await store.ListIdsAsync(BlobNames.Manifests, cancellationToken);
        foreach (BackupId id in arrived.Where(id => !manifests.Contains(id)).ToList())
        {
            if (await store.TryGetRecordAsync(BlobNames.Copy(id), PartsJson.Default.CopyRecord, cancellationToken) is not { UnderWay: false })
            {
                arrived.Remove(id);
            }
        }

        return arrived;
    }

    private static string Name(HashSet<BackupId> gone) =>
        string.Join(", ", gone.Select(id => id.Value).Order(StringComparer.Ordinal).Take(MaxNamed)) + (gone.Count > MaxNamed ? $" and {gone.Count - MaxNamed} more" : "");

    [LoggerMessage(EventId = 3811, Level = LogLevel.Warning, Message = "The manifest of backup {Id} is gone; {By} accepted that it is lost")]
    private static partial void LogAccepted(ILogger logger, string id, string by);
}
