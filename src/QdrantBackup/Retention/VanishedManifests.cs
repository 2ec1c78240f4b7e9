using Microsoft.Extensions.Logging;
using QdrantBackup.Ids;
using QdrantBackup.Parts;
using QdrantBackup.Runs;
using QdrantBackup.Storage;
using QdrantBackup.Stores;

namespace QdrantBackup.Retention;

/// <summary>
/// Finds manifests that are missing without a record of an end: a later manifest names the backup, maintenance has seen it, or its chunk lists exist without a manifest, a marker,
/// an end or a pin. Someone rolled the store back, or lost a part of it; deleting chunks that seem unneeded would make that final.
/// </summary>
internal sealed partial class VanishedManifests(SealedStore store, RunPins pins, DeadBackups dead, BackupRetirement retirement, ILogger logger)
{
    private const int MaxNamed = 5;

    /// <summary>Checks every backup that should exist. A backup that is accepted as lost is recorded as ended, so that its chunks go after the grace period.</summary>
    /// <exception cref="RefusedException">Manifests vanished and the request does not accept that.</exception>
    public async Task CheckAsync(PruneWork work, PruneRequest request, CancellationToken cancellationToken)
    {
        // The order of reading matters: a list is written under a pin, a pin is released after its run's manifest or marker, a manifest is deleted after its end is recorded.
        HashSet<BackupId> suspects = await ListListOwnersAsync(cancellationToken);
        await foreach (PinEntry pin in pins.ListAsync(cancellationToken))
        {
            if (!pin.Pin.Released)
            {
                suspects.Remove(pin.RunId.AsBackup());
                suspects.ExceptWith(pin.Pin.Copies ?? []);
            }
        }

        // A second store may never have had the earlier ones, but it records what was copied there.
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
                $"nothing is pruned: the manifest of {Name(suspects)} is missing, and no record ends that backup",
                "It was deleted, or the store was rolled back: look for it in soft delete, older versions, trash/ or the second store. "
                + "If it is lost for good, accept that with 'qdrant-backup cleanup --yes-delete-unusual'.");
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

    [LoggerMessage(EventId = 3811, Level = LogLevel.Warning, Message = "The manifest of backup {Id} is missing; {By} accepted that it is lost")]
    private static partial void LogAccepted(ILogger logger, string id, string by);
}
