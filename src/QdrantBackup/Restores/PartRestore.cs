using Microsoft.Extensions.Logging;
using QdrantBackup.Capture;
using QdrantBackup.Catalog;
using QdrantBackup.Clusters;
using QdrantBackup.Damages;
using QdrantBackup.Ids;
using QdrantBackup.Parts;
using QdrantBackup.Runs;
using QdrantBackup.Storage;
using QdrantBackup.Stores;

namespace QdrantBackup.Restores;

/// <summary>What one upload did.</summary>
/// <param name="ItemNo">The item's number.</param>
/// <param name="Collection">The collection that was written.</param>
/// <param name="Bytes">Bytes uploaded.</param>
/// <param name="FromSecond">How many blobs came from the second store, because the first had no whole one or did not answer.</param>
/// <param name="SecondLocation">Where the second store is, if it was used.</param>
public sealed record UploadReceipt(int ItemNo, string Collection, long Bytes, int FromSecond = 0, string? SecondLocation = null);

/// <summary>
/// Streams one part from the store to a node: every chunk is authenticated, and the last bytes are held back until all checks have passed (W6). Blobs that the store has lost come
/// from the second store, if there is one.
/// </summary>
public sealed partial class PartRestore(
    RestorePlans plans, StoreAccess from, ClusterNodes nodes, CaptureOptions options, ILogger<PartRestore> logger)
{
    /// <summary>Uploads one item. If a blob of the backup is damaged, the upload is broken off before Qdrant changes anything.</summary>
    public async Task<UploadReceipt> UploadAsync(RestoreStep step, CancellationToken cancellationToken)
    {
        RestorePlan plan = await plans.ReadAsync(step.RunId, cancellationToken);
        RestoreItem item = plan.Item(step.ItemNo);
        SecondReads? reads = from.Other?.NewReads();
        ManifestPart part = await OpenPartAsync(plan, item, reads, cancellationToken);
        IQdrantNode node = nodes.Named(item.Node);
        await ThrowIfAppearedAsync(node, step, item, cancellationToken);

        // Every list of the part first: damage in a list is found before the first byte is sent.
        var reader = new PartReader(from.Store, Math.Max(1, options.MaxChunksInFlight), reads);
        await reader.CheckListsAsync(part, cancellationToken);
        var upload = new SnapshotUpload(FileName(step), part.Length, part.Sha256, (body, cancellation) => WriteAsync(reader, part, body, cancellation));
        await node.UploadSnapshotAsync(item.Target, upload, cancellationToken);
        LogUploaded(plan.BackupId.Value, item.Collection, item.Target, part.Length);
        int replaced = await NoteReplacedAsync(plan, item, reads, cancellationToken);
        return new UploadReceipt(item.ItemNo, item.Target, part.Length, replaced, replaced == 0 ? null : from.Other!.Location);
    }

    /// <summary>Deletes the copy of the upload that Qdrant keeps, after failure too; false when there was none.</summary>
    public async Task<bool> DeleteUploadedCopyAsync(RestoreStep step, CancellationToken cancellationToken)
    {
        RestoreItem item = (await plans.ReadAsync(step.RunId, cancellationToken)).Item(step.ItemNo);
        return await nodes.Named(item.Node).DeleteSnapshotAsync(item.Target, FileName(step), cancellationToken);
    }

    /// <summary>The name of the copy that the server keeps: the same for every attempt, so that a later step finds it.</summary>
    internal static string FileName(RestoreStep step) => $"restore-{step.RunId}-{step.ItemNo:D5}.snapshot";

    /// <summary>Damaged chunks count as absent for the next backup, which uploads them again.</summary>
    private async Task<int> NoteReplacedAsync(RestorePlan plan, RestoreItem item, SecondReads? reads, CancellationToken cancellationToken)
    {
        if (reads is null || reads.Replaced.Count == 0)
        {
            return 0;
        }

        var damaged = new List<ChunkId>();
        foreach ((string blob, BackupException problem) in reads.Replaced)
        {
            if (problem.IsDamage && BlobNames.TryReadChunk(new BlobName(blob), out ChunkId id))
            {
                damaged.Add(id);
            }
        }

        try
        {
            await from.Damage.AddAsync(damaged, plan.RunId, cancellationToken);
        }
        catch (StoreException e)
        {
            // The upload is done; a failed note about it must not repeat the upload.
            LogUnnoted(plan.BackupId.Value, e.Message);
        }

        LogReplaced(plan.BackupId.Value, item.Collection, reads.Replaced.Count, from.Other!.Location);
        return reads.Replaced.Count;
    }

    private async Task<ManifestPart> OpenPartAsync(RestorePlan plan, RestoreItem item, SecondReads? reads, CancellationToken cancellationToken)
    {
        (Manifest manifest, string hash) = await from.Catalog.OpenWithHashAsync(plan.BackupId, reads, cancellationToken);
        if (hash != plan.ManifestHash)
        {
            throw new SealException($"the manifest of {plan.BackupId} is not the one that the plan was made with", "It was replaced: find out by whom before you restore. Start a new restore to plan with the present one.");
        }

        return manifest.Parts.FirstOrDefault(p => p.PartNo == item.PartNo && p.Key.Collection == item.Collection)
            ?? throw new SealException($"backup {plan.BackupId} has no part {item.PartNo} of '{item.Collection}'", Hints.OtherBackup);
    }

    private static async Task ThrowIfAppearedAsync(IQdrantNode node, RestoreStep step, RestoreItem item, CancellationToken cancellationToken)
    {
        // Qdrant would follow an alias and write to the collection behind it, even if the plan forbids that.
        if ((await node.ListAliasesAsync(cancellationToken)).FirstOrDefault(a => a.Alias == item.Target) is { } alias)
        {
            throw new RefusedException(
                $"'{item.Target}' has become an alias of collection '{alias.Collection}' on {item.Node} since the restore was planned",
                "Nothing was changed. Start a new restore under another name, or remove the alias first.");
        }

        if (item.Overwrites || await node.ListSnapshotsAsync(item.Target, cancellationToken) is not { } snapshots)
        {
            return;
        }

        // An earlier attempt of this step left its copy beside the collection that it made; a foreign collection has no such copy.
        if (snapshots.All(s => s.Name != FileName(step)))
        {
            throw new RefusedException(
                $"collection '{item.Target}' has appeared on {item.Node} since the restore was planned",
                "Nothing was changed. Start a new restore under another name, or allow that it is replaced: 'qdrant-backup restore --overwrite'.");
        }
    }

    private static async Task WriteAsync(PartReader reader, ManifestPart part, Stream body, CancellationToken cancellationToken)
    {
        ReadOnlyMemory<byte> held = default;
        await foreach (ReadOnlyMemory<byte> bytes in reader.ReadAsync(part, cancellationToken))
        {
            await body.WriteAsync(held, cancellationToken);
            held = bytes;
        }

        // Only now is everything proven: without these last bytes Qdrant drops the upload and changes nothing.
        await body.WriteAsync(held, cancellationToken);
    }

    [LoggerMessage(EventId = 3401, Level = LogLevel.Information, Message = "Backup {Id}: collection {Collection} is uploaded as {Target}, {Bytes} bytes")]
    private partial void LogUploaded(string id, string collection, string target, long bytes);

    [LoggerMessage(EventId = 3402, Level = LogLevel.Warning, Message = "Backup {Id}, collection {Collection}: {Count} blobs came from the second store {Location}")]
    private partial void LogReplaced(string id, string collection, int count, string location);

    [LoggerMessage(EventId = 3403, Level = LogLevel.Warning, Message = "Backup {Id}: the damaged chunks could not be noted: {Reason}")]
    private partial void LogUnnoted(string id, string reason);
}
