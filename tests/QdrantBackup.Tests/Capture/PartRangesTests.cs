using QdrantBackup.Capture;
using QdrantBackup.Catalog;
using QdrantBackup.Clusters;
using QdrantBackup.Ids;
using QdrantBackup.Parts;
using QdrantBackup.Runs;
using QdrantBackup.Tests.Chunking;

namespace QdrantBackup.Tests.Capture;

/// <summary>A large part in ranges that are transferred in any order.</summary>
public sealed class PartRangesTests
{
    private const int MiB = 1 << 20;

    private static CancellationToken Cancellation => CaptureRig.Cancellation;

    [Theory]
    [InlineData(120)]
    [InlineData(0)]
    public async Task Ranges_transferred_backwards_make_the_same_backup_as_one_pass(int transferSeconds)
    {
        using var rig = new CaptureRig(o => o with { RangeBytes = 5 * MiB });
        Manifest manifest = await BackUpBackwardsAsync(rig, LargeCollection(), TimeSpan.FromSeconds(transferSeconds));
        using var whole = new CaptureRig();
        whole.Node.Collections["docs"] = rig.Node.Collections["docs"];
        CommitReceipt once = await whole.BackupAsync();

        ManifestPart part = Assert.Single(manifest.Parts);
        Assert.Equal((once.Totals.Chunks, PartProof.Owed), (part.Totals.Chunks, part.Proof));
        Assert.Equal(part.Archive, (await whole.Get<BackupCatalog>().OpenAsync(once.Id, Cancellation)).Parts[0].Archive);
        Assert.Equal([0, 1000, 2000], part.Ranges.Select(r => r.Range / 1000 * 1000).Distinct());
        Assert.Equal(transferSeconds == 0, part.Ranges.Count > 3);
        Assert.InRange(rig.Node.BytesLookedAt, 1, part.Length / 20);
        await rig.RestoreAsync(new RestoreRequest { BackupId = manifest.Id, Suffix = "-back" });
        Assert.Equal(rig.Node.Collections["docs"], rig.Node.Collections["docs-back"]);
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public async Task A_server_without_ranges_or_ETags_gets_one_stream(bool hasRanges, bool hasETags)
    {
        using var rig = new CaptureRig(o => o with { RangeBytes = 5 * MiB });
        (rig.Node.HasRanges, rig.Node.HasETags) = (hasRanges, hasETags);
        Manifest manifest = await BackUpBackwardsAsync(rig, LargeCollection());
        ManifestPart part = Assert.Single(manifest.Parts);
        Assert.Equal((1, PartProof.Source), (part.Ranges.Count, part.Proof));
    }

    [Fact]
    public async Task A_range_that_does_not_end_where_it_was_planned_to_is_refused()
    {
        using var rig = new CaptureRig(o => o with { RangeBytes = 5 * MiB });
        (RunId runId, int partNo, SnapshotDescription snapshot) = await BeginAsync(rig, LargeCollection());
        RangePlan plan = await rig.Get<PartRanges>().PlanAsync(new RangePlanInput(new TransferStep { RunId = runId, PartNo = partNo, Snapshot = snapshot }, 2), Cancellation);
        Assert.All(plan.Steps, step => Assert.Equal(2, step.ChunksInFlight));
        var failure = await Assert.ThrowsAsync<SourceException>(() => rig.Get<PartTransfer>().TransferAsync(plan.Steps[0] with { End = plan.Steps[0].End - 1 }, Cancellation));
        Assert.Contains("has changed", failure.Message, StringComparison.Ordinal);
    }

    private static byte[] LargeCollection() => new TarBuilder()
        .Add("config.json", 20).Add("version.info", 20).Add("0/shard_config.json", 20).Add("0/replica_state.json", 20)
        .Add("0/segments/s.tar", new TarBuilder().Add("files/vectors", 13 * MiB).Add("files/payload", 70_000).End())
        .Add("0/wal", 600_000).End();

    private static async Task<Manifest> BackUpBackwardsAsync(CaptureRig rig, byte[] collection, TimeSpan? transferTime = null)
    {
        (RunId runId, int partNo, SnapshotDescription snapshot) = await BeginAsync(rig, collection);
        Assert.Null((await rig.TransferBackwardsAsync(runId, partNo, snapshot, transferTime)).Error);
        CommitReceipt receipt = await rig.Get<BackupCommit>().CommitAsync(runId, Cancellation);
        return await rig.Get<BackupCatalog>().OpenAsync(receipt.Id, Cancellation);
    }

    private static async Task<(RunId RunId, int PartNo, SnapshotDescription Snapshot)> BeginAsync(CaptureRig rig, byte[] collection)
    {
        rig.Node.Collections["docs"] = collection;
        RunRequest request = await rig.AskAsync();
        LanePart part = (await rig.Get<BackupPlanner>().PlanAsync(request, Cancellation)).Lanes[0].Parts[0];
        return (request.RunId, part.PartNo, await rig.SnapshotAsync(part.Key));
    }
}
