using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using QdrantBackup.Catalog;
using QdrantBackup.Chunking;
using QdrantBackup.Damages;
using QdrantBackup.Parts;
using QdrantBackup.Runs;
using QdrantBackup.Sealing;
using QdrantBackup.Storage;
using QdrantBackup.Stores;

namespace QdrantBackup.Capture;

/// <summary>Carries one byte range of a snapshot from the node into the store: one pass, bounded memory (W7).</summary>
public sealed partial class PartTransfer(
    BackupPlans plans, StoreAccess to, ClusterNodes nodes, CaptureOptions options, TimeProvider time, ILogger<PartTransfer> logger)
{
    /// <summary>Transfers until the time or range is used up or the snapshot ends. Repeating it is harmless: each attempt's receipt names its own list.</summary>
    public async Task<RangeReceipt> TransferAsync(TransferStep step, CancellationToken cancellationToken)
    {
        BackupPlan plan = await plans.ReadPageAsync(step.RunId, step.PartNo, cancellationToken);
        PlannedPart part = plan.Part(step.PartNo);
        var known = new KnownChunks(options.MaxKnownChunks, await to.Damage.LoadAsync(cancellationToken));
        if (part.BasePart is { } basePart)
        {
            await known.AddBaseAsync(new PartReader(to.Store, options.MaxChunksInFlight), basePart, logger, cancellationToken);
        }

        await using PartDownload download = await PartDownload.OpenAsync(nodes.Of(part.Key), part.Key.Collection, step, time, logger, cancellationToken);
        CheckDownload(step, part, download);

        var list = new ChunkListWriter(part.PartNo, step.Range, step.Offset);
        await using var uploads = new ChunkUploads(to.Store, known, list, options.CompressionOf(part.Key.Collection), step.ChunksInFlight ?? options.MaxChunksInFlight, cancellationToken);
        using var range = new RangeCapture(step.State, list, uploads);
        bool isLast = await CopyAsync(step, download, range, cancellationToken);
        await uploads.CompleteAsync();
        if (isLast)
        {
            CheckWhole(plan, part, step, range);
        }

        return await WriteListAsync(step, part, download, range, isLast, cancellationToken);
    }

    /// <summary>Copies until the range has to end; true when the snapshot has ended too.</summary>
    private async Task<bool> CopyAsync(TransferStep step, PartDownload download, RangeCapture range, CancellationToken cancellationToken)
    {
        // A snapshot that cannot be resumed comes in one stream.
        long began = time.GetTimestamp();
        while (await range.ReadPieceAsync(download, cancellationToken))
        {
            long position = download.Offset + range.Length;
            if (position == step.End || (download.CanResume && MustEnd(step, range, began) && position < download.TotalLength))
            {
                return false;
            }

            if (position > step.End)
            {
                throw new SourceException(
                    $"snapshot '{step.Snapshot.Name}' has changed: no chunk begins at byte {step.End}, though its headers showed one when its ranges were planned",
                    "Start a new backup of this collection; nothing else may write to the snapshots directory.");
            }
        }

        return true;
    }

    private bool MustEnd(TransferStep step, RangeCapture range, long began) =>
        (step.End is null && range.Length >= options.RangeBytes) || range.List.IsFull || time.GetElapsedTime(began) >= options.TransferTime;

    private async Task<RangeReceipt> WriteListAsync(
        TransferStep step, PlannedPart part, PartDownload download, RangeCapture range, bool isLast, CancellationToken cancellationToken)
    {
        byte[] sha256 = range.Sha256();
        ReadOnlyMemory<byte> plaintext = range.List.Complete(sha256);
        string listHash = Convert.ToHexStringLower(to.Store.Sealer.KeyedHash(KeyedHashUse.ListHash, plaintext.Span));
        BlobName name = BlobNames.List(step.RunId.AsBackup(), part.PartNo, BlobNames.Label(to.Store.Sealer, part.Key), step.Range, listHash);
        BlobEntry entry = await to.Store.PutPlainAsync(name, SealedType.List, plaintext, options.CompressionOf(part.Key.Collection), PutCondition.Always, summary: null, cancellationToken);
        string rangeSha256 = Convert.ToHexStringLower(sha256);
        CaptureTotals totals = range.Totals(entry.Length);
        LogRange(part.Key.Collection, step.Range, step.Offset, range.Length, totals.NewBytes, totals.StoredBytes);
        return new RangeReceipt
        {
            Range = step.Range,
            Offset = step.Offset,
            Length = range.Length,
            Sha256 = rangeSha256,
            List = name.Value,
            ListHash = listHash,
            Totals = totals,
            SnapshotLength = download.TotalLength,
            IsLast = isLast,
            State = isLast || step.Offset + range.Length == step.End ? null : range.SaveState(),
            ETag = step.ETag ?? download.ETag,
            WholeSha256 = isLast && step.Offset == 0 ? rangeSha256 : null,
            Archive = isLast ? new ManifestArchive(range.Summary.IsTar, range.Summary.EndsWithTrailer, range.Summary.MemberCount) : null,
        };
    }

    private static void CheckDownload(TransferStep step, PlannedPart part, PartDownload download)
    {
        if (download.Offset != step.Offset || download.TotalLength != step.Snapshot.Size)
        {
            throw new SourceException(
                $"snapshot '{step.Snapshot.Name}' of collection '{part.Key.Collection}' has changed: it was listed with {step.Snapshot.Size} bytes, and {download.TotalLength} are served from byte {download.Offset}",
                "Start a new backup of this collection; nothing else may write to the snapshots directory.");
        }
    }

    /// <summary>Checks what this pass can prove: the length, that the archive is whole, and, for a single range, Qdrant's checksum.</summary>
    private static void CheckWhole(BackupPlan plan, PlannedPart part, TransferStep step, RangeCapture range)
    {
        string what = $"snapshot '{step.Snapshot.Name}' of collection '{part.Key.Collection}'";
        if (step.Offset + range.Length != step.Snapshot.Size)
        {
            throw new SourceException(
                $"{what} ended after {step.Offset + range.Length} bytes of {step.Snapshot.Size}", "It is transferred again; if this repeats, look at the node's disk.", isTransient: true);
        }

        IEnumerable<uint> shards = ManifestCoverage.ShardsOn(plan.Cluster, plan.Collections.First(c => c.Name == part.Key.Collection), part.Key.Node);
        if (ArchiveCheck.CollectionSnapshot(range.Summary, shards) is { } problem)
        {
            throw new SourceException($"{what} is not whole: {problem}", "Qdrant made a broken snapshot: look at the node's disk and log, then start a new backup.");
        }

        if (step.Offset == 0 && step.Snapshot.Checksum is { } checksum && !string.Equals(checksum, Convert.ToHexStringLower(range.Sha256()), StringComparison.OrdinalIgnoreCase))
        {
            throw new SourceException(
                $"{what} does not have the checksum that Qdrant reported", "It is transferred again; if this repeats, the node's disk or the network changes bytes.", isTransient: true);
        }
    }

    [LoggerMessage(EventId = 3312, Level = LogLevel.Information, Message = "Collection {Collection}, range {Range} from byte {Offset}: {Length} bytes, {NewBytes} new, {StoredBytes} stored")]
    private partial void LogRange(string collection, int range, long offset, long length, long newBytes, long storedBytes);
}
