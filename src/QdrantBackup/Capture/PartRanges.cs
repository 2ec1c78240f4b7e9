using Microsoft.Extensions.Logging;
using QdrantBackup.Chunking;
using QdrantBackup.Clusters;
using QdrantBackup.Ids;
using QdrantBackup.Runs;

namespace QdrantBackup.Capture;

/// <summary>What to plan.</summary>
/// <param name="Whole">The first step of the part if it were not split.</param>
/// <param name="AtOnce">How many ranges are transferred at once; they share the chunks in flight that a part may have.</param>
public sealed record RangePlanInput(TransferStep Whole, int AtOnce);

/// <summary>The ranges of a part; they can be transferred independently and in any order.</summary>
/// <param name="Steps">The first step of each range, in order; a single one means one stream, or ranges one after the other.</param>
public sealed record RangePlan(IReadOnlyList<TransferStep> Steps);

/// <summary>Plans the ranges of large parts by reading the headers of their snapshots.</summary>
public sealed partial class PartRanges(ClusterNodes nodes, BackupPlans plans, CaptureOptions options, TimeProvider time, ILogger<PartRanges> logger)
{
    // A range that takes longer than the time of one transfer is stored as several ranges; their numbers must fit between the planned ones.
    private const int NumbersPerRange = 1000;

    /// <summary>Plans the ranges. A server without ranges, or without an ETag to check that a range is of the same file, gets one stream.</summary>
    public async Task<RangePlan> PlanAsync(RangePlanInput input, CancellationToken cancellationToken)
    {
        TransferStep whole = input.Whole;
        PartKey key = (await plans.ReadPageAsync(whole.RunId, whole.PartNo, cancellationToken)).Part(whole.PartNo).Key;
        IQdrantNode node = nodes.Of(key);
        long length = whole.Snapshot.Size;
        string? etag = null;
        int reads = 0;

        async Task<ReadOnlyMemory<byte>> ReadAsync(long offset, int count, CancellationToken cancellation)
        {
            SnapshotBytes read = await node.ReadSnapshotAsync(key.Collection, whole.Snapshot.Name, offset, count, etag, cancellation);
            etag ??= read.ETag ?? throw new NoRangesException("it sends no ETag");
            reads++;
            return read.TotalLength == length && read.Bytes.Length == count
                ? read.Bytes
                : throw new SourceException(
                    $"snapshot '{whole.Snapshot.Name}' of collection '{key.Collection}' has changed: it was listed with {length} bytes, and {read.TotalLength} are served",
                    "Start a new backup of this collection; nothing else may write to the snapshots directory.");
        }

        try
        {
            long began = time.GetTimestamp();
            IReadOnlyList<RangeStart> starts = await new RangePlanner(length, Math.Max(options.RangeBytes, length / RangePlanner.MaxRanges), ReadAsync)
                .PlanAsync(cancellationToken, () => time.GetElapsedTime(began) >= options.TransferTime);
            LogPlanned(key.Collection, length, starts.Count, reads);
            return new RangePlan([.. starts.Select((_, i) => StepOf(input, starts, i, etag))]);
        }
        catch (NoRangesException e)
        {
            LogOneStream(key.Collection, e.Message);
            return new RangePlan([whole with { InOneStream = true }]);
        }
    }

    private TransferStep StepOf(RangePlanInput input, IReadOnlyList<RangeStart> starts, int i, string? etag)
    {
        bool isLast = i == starts.Count - 1;
        return input.Whole with
        {
            ChunksInFlight = starts.Count == 1 ? null : Math.Max(1, options.MaxChunksInFlight / Math.Max(1, input.AtOnce)),
            Range = i * NumbersPerRange,
            Offset = starts[i].Offset,
            End = isLast ? null : starts[i + 1].Offset,

            // Only the last range can check the whole archive.
            State = isLast ? starts[i].State : starts[i].State is { } state ? state with { Summary = ArchiveSummary.Empty } : null,
            ETag = i == 0 ? null : etag,
        };
    }

    [LoggerMessage(EventId = 3313, Level = LogLevel.Information, Message = "Collection {Collection}: {Length} bytes are transferred in {Ranges} ranges, planned by {Reads} reads")]
    private partial void LogPlanned(string collection, long length, int ranges, int reads);

    [LoggerMessage(EventId = 3314, Level = LogLevel.Warning, Message = "Collection {Collection} is transferred in one stream: the server offers no ranges of its snapshots ({Reason})")]
    private partial void LogOneStream(string collection, string reason);
}
