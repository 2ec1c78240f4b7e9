using QdrantBackup.Ids;
using QdrantBackup.Parts;
using QdrantBackup.Runs;
using QdrantBackup.Sealing;
using QdrantBackup.Storage;
using QdrantBackup.Stores;

namespace QdrantBackup.Capture;

/// <summary>Proves and records how each part ended.</summary>
public sealed class PartResults(SealedStore store, ClusterNodes nodes, BackupPlans plans, CaptureOptions options, TimeProvider time)
{
    /// <summary>Checks that the ranges make up the snapshot and that hashes agree, and records the part as done.</summary>
    public async Task<PartReceipt> RecordDoneAsync(PartDone done, CancellationToken cancellationToken)
    {
        PlannedPart planned = (await plans.ReadPageAsync(done.RunId, done.PartNo, cancellationToken)).Part(done.PartNo);
        ManifestPart part = await ProveAsync(planned, done, cancellationToken);
        PointCount count = await PointCounts.TakeAsync(nodes.Of(planned.Key), planned.Key.Collection, described: null, cancellationToken);
        var result = new PartResult
        {
            PartNo = done.PartNo,
            At = time.GetUtcNow(),
            Begun = SnapshotOwnership.SecondOf(planned.Key.Collection, done.Snapshot.Name),
            Seen = done.Seen,
            Part = part,
            PointCount = count.Points,
            CountProblem = count.Problem,
        };

        // Overwriting: another attempt recorded other lists of the same bytes, which are as good, or a failure, which this attempt repaired.
        await store.PutDocumentAsync(NameOf(done.RunId, done.PartNo), SealedType.Record, result, CaptureJson.Default.PartResult, PutCondition.Always, summary: null, cancellationToken);
        return Receipt(result);
    }

    /// <summary>Records a part as missing, unless it is recorded as done.</summary>
    public async Task<PartReceipt> RecordFailedAsync(PartFailed failed, CancellationToken cancellationToken)
    {
        var result = new PartResult { PartNo = failed.PartNo, At = time.GetUtcNow(), Error = failed.Error, Hint = failed.Hint };
        StoredDocument<PartResult> counts = await store.PutOnceAsync(
            NameOf(failed.RunId, failed.PartNo), SealedType.Record, result, CaptureJson.Default.PartResult, cancellationToken);
        return Receipt(counts.Value);
    }

    internal Task<PartResult?> FindAsync(RunId runId, int partNo, CancellationToken cancellationToken) =>
        store.GetDocumentAsync(NameOf(runId, partNo), SealedType.Record, CaptureJson.Default.PartResult, cancellationToken);

    private async Task<ManifestPart> ProveAsync(PlannedPart planned, PartDone done, CancellationToken cancellationToken)
    {
        RangeReceipt last = done.Ranges is [.., var final] ? final : throw Incomplete(planned, "nothing was transferred");
        var part = new ManifestPart
        {
            PartNo = planned.PartNo,
            Key = planned.Key,
            Way = planned.Way,
            SnapshotName = done.Snapshot.Name,
            Length = done.Snapshot.Size,
            Sha256 = last.WholeSha256 ?? done.Snapshot.Checksum?.ToLowerInvariant() ?? "",
            Proof = last.WholeSha256 is not null && done.Snapshot.Checksum is not null ? PartProof.Source : PartProof.Owed,
            Ranges = [.. done.Ranges.Select(r => r.ToManifest())],
            Archive = last.Archive,
            Totals = done.Ranges.Aggregate(CaptureTotals.None, static (sum, r) => sum + r.Totals),
        };
        if (!last.IsLast || done.Ranges.Any(r => r.SnapshotLength != done.Snapshot.Size))
        {
            throw Incomplete(planned, "its last range is missing");
        }

        PartReader.CheckRanges(part);
        if (last.WholeSha256 is { } whole && done.Snapshot.Checksum is { } checksum && !string.Equals(whole, checksum, StringComparison.OrdinalIgnoreCase))
        {
            throw Incomplete(planned, "its SHA-256 is not the checksum that Qdrant reported");
        }

        // A restore never uploads without a checksum. If Qdrant reported none, reading back finds it.
        return part.Sha256.Length > 0 ? part : part with
        {
            Sha256 = await new PartReader(store, options.MaxChunksInFlight).HashAsync(part, cancellationToken),
            Proof = PartProof.ReadBack,
        };
    }

    private static BlobName NameOf(RunId runId, int partNo) => BlobNames.Run(runId, $"part-{partNo:D5}");

    private static PartReceipt Receipt(PartResult result) =>
        new(result.PartNo, result.Part?.Proof, result.Part?.Totals ?? CaptureTotals.None, result.Error, result.Hint);

    private static SourceException Incomplete(PlannedPart part, string what) =>
        new($"collection '{part.Key.Collection}' was not captured whole: {what}", "Start a new backup of this collection.");
}
