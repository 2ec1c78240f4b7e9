using QdrantBackup.Capture;
using QdrantBackup.Runs;
using QdrantBackup.Storage;
using QdrantBackup.Stores;

namespace QdrantBackup.Tests.Capture;

/// <summary>A plan of many parts lies in pages: what a step reads does not grow with it, and no document reaches the limit on documents.</summary>
public sealed class PlanPageTests
{
    private const int Collections = 1000;

    private static CancellationToken Cancellation => CaptureRig.Cancellation;

    [Fact]
    public async Task A_plan_of_a_thousand_collections_reads_back_whole_and_a_part_of_it_in_two_small_documents()
    {
        using CaptureRig rig = Rig();
        RunRequest request = await rig.AskAsync();
        BackupPlanOverview overview = await rig.Get<BackupPlanner>().PlanAsync(request, Cancellation);
        var plans = rig.Get<BackupPlans>();

        BackupPlan whole = await plans.ReadAsync(request.RunId, Cancellation);
        BackupPlan page = await plans.ReadPageAsync(request.RunId, 777, Cancellation);

        Assert.Equal(rig.Node.Collections.Keys.Order(StringComparer.Ordinal), whole.Collections.Select(c => c.Name));
        Assert.Equal(Enumerable.Range(1, Collections), whole.Parts.Select(p => p.PartNo));
        Assert.Equal(Collections, overview.PartCount);
        Assert.Equal(whole.Part(777).Key, page.Part(777).Key);
        Assert.Contains(page.Collections, c => c.Name == page.Part(777).Key.Collection);
        Assert.Equal(BackupPlans.PageSize, page.Parts.Count);

        long[] lengths = [.. (await BlobsAsync(rig, BlobNames.RunFolder(request.RunId) + "plan")).Select(b => b.Length)];
        Assert.Equal((Collections / BackupPlans.PageSize) + 1, lengths.Length);
        Assert.True(lengths.Min() < 2048, $"the plan itself has {lengths.Min()} bytes");
        Assert.True(lengths.Max() < lengths.Sum() / 5, $"a page has {lengths.Max()} of {lengths.Sum()} bytes");
    }

    [Fact]
    public async Task A_lane_is_read_in_order_also_across_pages()
    {
        using CaptureRig rig = Rig();
        RunRequest request = await rig.AskAsync();
        BackupPlanOverview overview = await rig.Get<BackupPlanner>().PlanAsync(request, Cancellation);
        var read = new List<LanePart>();
        while (read.Count < Collections)
        {
            IReadOnlyList<PlannedPart> next = await rig.Get<BackupPlans>().ReadLaneAsync(request.RunId, lane: 0, from: read.Count, count: 70, Cancellation);
            read.AddRange(next.Select(p => new LanePart(p.PartNo, p.Key, p.ExpectedBytes)));
        }

        Assert.Equal(Assert.Single(overview.Lanes).Parts, read);
        Assert.Empty(await rig.Get<BackupPlans>().ReadLaneAsync(request.RunId, lane: 0, from: Collections, count: 70, Cancellation));
    }

    [Fact]
    public async Task Of_two_attempts_at_planning_the_first_that_is_stored_counts_with_its_own_pages()
    {
        using CaptureRig rig = Rig();
        RunRequest request = await rig.AskAsync();
        await rig.Get<BackupPlanner>().PlanAsync(request, Cancellation);
        var plans = rig.Get<BackupPlans>();
        BackupPlan first = await plans.ReadAsync(request.RunId, Cancellation);

        BackupPlan counts = await plans.StoreAsync(first with { Parts = [.. first.Parts.Take(500)] }, Cancellation);

        Assert.Equal(Collections, counts.Parts.Count);
        Assert.Equal(first.Parts.Select(p => p.Key), (await plans.ReadAsync(request.RunId, Cancellation)).Parts.Select(p => p.Key));
    }

    [Fact]
    public async Task A_missing_page_fails_the_step_and_names_the_blob()
    {
        using CaptureRig rig = Rig();
        RunRequest request = await rig.AskAsync();
        await rig.Get<BackupPlanner>().PlanAsync(request, Cancellation);
        foreach (BlobEntry page in await BlobsAsync(rig, BlobNames.RunFolder(request.RunId) + "plan-"))
        {
            await rig.Blobs.DeleteAsync(page.Name, ifMatch: null, Cancellation);
        }

        var error = await Assert.ThrowsAsync<MissingBlobException>(() => rig.Get<BackupPlans>().ReadPageAsync(request.RunId, 1, Cancellation));

        Assert.Contains("plan-", error.Message, StringComparison.Ordinal);
    }

    private static CaptureRig Rig()
    {
        var rig = new CaptureRig();
        for (var i = 0; i < Collections; i++)
        {
            rig.Node.Collections[$"tenant-{i:D4}"] = [1];
        }

        return rig;
    }

    private static async Task<List<BlobEntry>> BlobsAsync(CaptureRig rig, string prefix)
    {
        var found = new List<BlobEntry>();
        await foreach (BlobEntry entry in rig.Blobs.ListAsync(prefix, Cancellation))
        {
            found.Add(entry);
        }

        return found;
    }
}
