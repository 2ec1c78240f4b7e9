using System.Security.Cryptography;
using QdrantBackup.Capture;
using QdrantBackup.Catalog;
using QdrantBackup.Ids;
using QdrantBackup.Retention;
using QdrantBackup.Runs;
using QdrantBackup.Sealing;
using QdrantBackup.Storage;
using QdrantBackup.Stores;
using QdrantBackup.Tests.Capture;

namespace QdrantBackup.Tests.Retention;

public sealed class RetentionPlannerTests
{
    private static CancellationToken Cancellation => CaptureRig.Cancellation;

    [Fact]
    public async Task A_plan_is_applied_by_its_hash_and_ends_exactly_its_backups()
    {
        using var rig = await RigAsync(backups: 3);
        RetentionPreview preview = await PreviewAsync(rig);
        Assert.Equal([true, false, false], preview.Backups.Select(b => b.Verdict.Keep));

        RetentionPlan plan = await PlanAsync(rig, new RetentionRequest { PlanHash = preview.Hash });
        IReadOnlyList<RetirementReceipt> ended = await EndAsync(rig, plan);

        Assert.Equal(preview.End.Select(v => v.Id), ended.Where(e => e.Ended).Select(e => e.Id));
        RetentionPreview after = await PreviewAsync(rig);
        Assert.Equal(preview.Backups[0].Verdict.Id, Assert.Single(after.Backups).Verdict.Id);
        Assert.Equal(2, after.Ended.Count);
        Assert.All(after.Ended, e => Assert.Equal(new PruneOptions().Grace, e.Until - e.Since));
        Retirement record = (await rig.Store.GetDocumentAsync(BlobNames.Retirement(plan.End[0].Id), SealedType.Record, StoreJson.Default.Retirement, Cancellation))!;
        Assert.Contains("no day, week or month is kept by it", record.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_plan_is_refused_when_the_backups_have_changed()
    {
        using var rig = await RigAsync(backups: 2);
        RetentionPreview preview = await PreviewAsync(rig);
        await rig.BackupAsync();

        var refusal = await Assert.ThrowsAsync<RefusedException>(() => PlanAsync(rig, new RetentionRequest { PlanHash = preview.Hash }));

        Assert.Contains("have changed", refusal.Message, StringComparison.Ordinal);
        Assert.Empty(await rig.NamesAsync(BlobNames.Retirements));
    }

    [Fact]
    public async Task The_hash_covers_verdicts_holds_and_every_backup_except_the_moment()
    {
        using var rig = await RigAsync(backups: 2);
        string first = (await PreviewAsync(rig)).Hash;
        rig.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(first, (await PreviewAsync(rig)).Hash);

        BackupId old = (await PreviewAsync(rig)).Backups[^1].Verdict.Id;
        await rig.Get<BackupHolds>().PlaceAsync(old, "audit", "alice", Cancellation);
        string held = (await PreviewAsync(rig)).Hash;
        Assert.NotEqual(first, held);
        await rig.Get<BackupHolds>().ReleaseAsync(old, "alice", Cancellation);
        Assert.Equal(first, (await PreviewAsync(rig)).Hash);
    }

    [Fact]
    public async Task An_unusual_share_needs_a_confirmation_and_a_few_backups_are_never_unusual()
    {
        using var few = await RigAsync(backups: 3);
        Assert.Null((await PreviewAsync(few)).Unusual);

        using var rig = await RigAsync(backups: 5);
        RetentionPreview preview = await PreviewAsync(rig);
        Assert.Equal("it would end 4 of 5 backups, more than 30 %", preview.Unusual);
        var refusal = await Assert.ThrowsAsync<RefusedException>(() => PlanAsync(rig, new RetentionRequest()));
        Assert.Contains("--yes-delete-unusual", refusal.Hint, StringComparison.Ordinal);
        Assert.Equal(4, (await PlanAsync(rig, new RetentionRequest { AllowUnusual = true })).End.Count);
    }

    [Fact]
    public async Task Backups_of_another_cluster_are_not_touched()
    {
        using var rig = await RigAsync(backups: 2);
        using var other = new CaptureRig(rig.Node, rig.Blobs, new SealedStore(rig.Blobs, rig.Store.Sealer), o => o with { Cluster = "other" });
        CommitReceipt theirs = await other.BackupAsync();

        Assert.DoesNotContain((await PreviewAsync(rig)).Backups, b => b.Verdict.Id == theirs.Id);
        var refusal = await Assert.ThrowsAsync<RefusedException>(() => rig.Get<RetentionPlanner>().PreviewDeletionAsync("prod", theirs.Id, Cancellation));
        Assert.Contains("not a backup of cluster 'prod'", refusal.Message, StringComparison.Ordinal);
        RetirementReceipt left = Assert.Single(await rig.Get<BackupRetirement>().EndAsync(
            "prod", [new RetentionVerdict(theirs.Id, Keep: false, ["test"])], rig.Time.GetUtcNow(), Template(theirs.Id), Cancellation));
        Assert.False(left.Ended);
    }

    [Fact]
    public async Task The_newest_complete_backup_and_one_on_hold_are_not_ended_by_any_plan()
    {
        using var rig = await RigAsync(backups: 3);
        BackupId[] ids = [.. (await PreviewAsync(rig)).Backups.Select(b => b.Verdict.Id)];
        await rig.Get<BackupHolds>().PlaceAsync(ids[1], "audit", "alice", Cancellation);

        IReadOnlyList<RetirementReceipt> receipts = await rig.Get<BackupRetirement>().EndAsync(
            "prod", [.. ids.Select(id => new RetentionVerdict(id, Keep: false, ["test"]))], rig.Time.GetUtcNow(), Template(ids[0]), Cancellation);

        Assert.Equal([false, false, true], receipts.Select(r => r.Ended));
        Assert.Contains("newest complete", receipts[0].Why, StringComparison.Ordinal);
        Assert.Contains("audit", receipts[1].Why, StringComparison.Ordinal);
        var planner = rig.Get<RetentionPlanner>();
        DeletionPlan last = await planner.PreviewDeletionAsync("prod", ids[0], Cancellation);
        Assert.True(last.IsLast && last.Remarks[0].Contains("--last", StringComparison.Ordinal));
        Assert.Contains("on hold", (await Assert.ThrowsAsync<RefusedException>(() => planner.PreviewDeletionAsync("prod", ids[1], Cancellation))).Message, StringComparison.Ordinal);
        Assert.Contains("it was ended already", (await planner.PreviewDeletionAsync("prod", ids[2], Cancellation)).Remarks);
        await Assert.ThrowsAsync<UsageException>(() => planner.PreviewDeletionAsync("prod", BackupId.New(rig.Time), Cancellation));
    }

    [Fact]
    public async Task A_hold_whose_record_vanished_still_holds_until_it_is_released()
    {
        using var rig = await RigAsync(backups: 3);
        BackupId held = (await PreviewAsync(rig)).Backups[^1].Verdict.Id;
        await rig.Get<BackupHolds>().PlaceAsync(held, "audit", "alice", Cancellation);
        await PlanAsync(rig, new RetentionRequest());
        await rig.Blobs.DeleteAsync(BlobNames.Hold(held), null, Cancellation);

        JudgedBackup judged = (await PreviewAsync(rig)).Backups[^1];
        Assert.Equal((held, true), (judged.Verdict.Id, judged.Verdict.Keep));
        Assert.Contains("vanished", judged.Hold!.Reason, StringComparison.Ordinal);
        await PlanAsync(rig, new RetentionRequest());
        Assert.NotNull((await PreviewAsync(rig)).Backups[^1].Hold);

        Assert.True(await rig.Get<BackupHolds>().ReleaseAsync(held, "alice", Cancellation));
        Assert.False((await PreviewAsync(rig)).Backups[^1].Verdict.Keep);
    }

    [Fact]
    public async Task A_backup_whose_hold_vanished_cannot_be_deleted_by_its_id_either()
    {
        using var rig = await RigAsync(backups: 3);
        BackupId held = (await PreviewAsync(rig)).Backups[^1].Verdict.Id;
        await rig.Get<BackupHolds>().PlaceAsync(held, "audit", "alice", Cancellation);
        await PlanAsync(rig, new RetentionRequest());
        await rig.Blobs.DeleteAsync(BlobNames.Hold(held), null, Cancellation);

        var refusal = await Assert.ThrowsAsync<RefusedException>(() => rig.Get<RetentionPlanner>().PreviewDeletionAsync("prod", held, Cancellation));
        Assert.Contains("vanished", refusal.Message, StringComparison.Ordinal);
        await rig.Get<BackupHolds>().ReleaseAsync(held, "alice", Cancellation);
        Assert.Equal(held, (await rig.Get<RetentionPlanner>().PreviewDeletionAsync("prod", held, Cancellation)).Id);
    }

    [Fact]
    public async Task A_damaged_backup_is_kept_until_a_person_deletes_it_by_its_id()
    {
        using var rig = await RigAsync(backups: 3);
        BackupId damaged = (await PreviewAsync(rig)).Backups[^1].Verdict.Id;
        await rig.Blobs.PutAsync(BlobNames.Manifest(damaged), new byte[100], PutCondition.Always, null, Cancellation);

        JudgedBackup judged = (await PreviewAsync(rig)).Backups[^1];
        Assert.Equal((damaged, true), (judged.Verdict.Id, judged.Verdict.Keep));
        DeletionPlan plan = await rig.Get<RetentionPlanner>().PreviewDeletionAsync("prod", damaged, Cancellation);
        Assert.Contains("damaged", plan.Remarks[0], StringComparison.Ordinal);
        Assert.True(Assert.Single(await rig.Get<BackupRetirement>().EndAsync(
            "prod", [new RetentionVerdict(damaged, Keep: false, ["test"])], rig.Time.GetUtcNow(), Template(damaged), Cancellation)).Ended);
    }

    [Fact]
    public async Task The_last_backup_of_a_collection_that_cannot_be_captured_any_more_is_kept_while_the_cluster_has_it()
    {
        using var rig = await RigAsync(backups: 1);
        rig.Node.Collections["young"] = CaptureRig.Fixture("snapshots/empty.snapshot");
        BackupId first = (await rig.BackupAsync(new BackupRequest { Collections = ["young"] })).Id;
        BackupId last = (await rig.BackupAsync(new BackupRequest { Collections = ["young", "docs"] })).Id;
        rig.Node.Status["young"] = "red";
        BackupId partial = (await rig.BackupAsync()).Id;

        Dictionary<BackupId, RetentionVerdict> verdicts = (await PreviewAsync(rig)).Backups.ToDictionary(b => b.Verdict.Id, b => b.Verdict);
        Assert.True(verdicts[partial].Keep);
        Assert.Contains("newest backup of a collection that the cluster still has", verdicts[last].Reasons);

        rig.Node.Collections.Remove("young");
        await rig.BackupAsync();
        verdicts = (await PreviewAsync(rig)).Backups.ToDictionary(b => b.Verdict.Id, b => b.Verdict);
        Assert.False(verdicts[first].Keep);
        Assert.Equal(["newest backup, of its selection"], verdicts[last].Reasons.Take(1));
    }

    [Fact]
    public async Task Collections_that_do_not_fit_the_summary_are_read_from_the_manifest()
    {
        using var rig = await RigAsync(backups: 1);
        for (int i = 0; i < 40; i++)
        {
            rig.Node.Collections[RandomNumberGenerator.GetHexString(180, lowercase: true)] = rig.Node.Collections["docs"];
        }

        BackupId many = (await rig.BackupAsync(new BackupRequest { Exclude = ["docs"] })).Id;
        BackupId whole = (await rig.BackupAsync()).Id;
        Assert.True((await rig.Get<BackupCatalog>().ListAsync(new CatalogFilter(), Cancellation)).Single(e => e.Id == whole).Summary is { Collections.Count: < 40, CollectionCount: 41 });

        Dictionary<BackupId, RetentionVerdict> verdicts = (await PreviewAsync(rig)).Backups.ToDictionary(b => b.Verdict.Id, b => b.Verdict);
        Assert.Contains("newest backup of 41 collections that the cluster still has", verdicts[whole].Reasons);
        Assert.Equal(["newest backup, of its selection"], verdicts[many].Reasons);
    }

    [Fact]
    public async Task The_first_plan_of_a_run_stays_and_a_run_of_another_kind_has_no_plan()
    {
        using var rig = await RigAsync(backups: 2);
        RunRequest request = RequestOf(rig, new RetentionRequest());
        RetentionPlan first = await rig.Get<RetentionPlanner>().PlanAsync(request, rig.Time.GetUtcNow(), Cancellation);
        await rig.BackupAsync();
        Assert.Equal(first.End.Select(v => v.Id), (await rig.Get<RetentionPlanner>().PlanAsync(request, rig.Time.GetUtcNow(), Cancellation)).End.Select(v => v.Id));
        await Assert.ThrowsAsync<RefusedException>(async () => await rig.Get<RetentionPlanner>().PlanAsync(await rig.AskAsync(), rig.Time.GetUtcNow(), Cancellation));
    }

    private static async Task<CaptureRig> RigAsync(int backups)
    {
        var rig = new CaptureRig();
        rig.Node.Collections["docs"] = CaptureRig.Fixture("snapshots/empty.snapshot");
        for (int i = 0; i < backups; i++)
        {
            await rig.BackupAsync();
            rig.Time.Advance(TimeSpan.FromDays(1));
        }

        return rig;
    }

    private static Task<RetentionPreview> PreviewAsync(CaptureRig rig) => rig.Get<RetentionPlanner>().PreviewAsync("prod", now: null, Cancellation);

    private static Task<RetentionPlan> PlanAsync(CaptureRig rig, RetentionRequest request) =>
        rig.Get<RetentionPlanner>().PlanAsync(RequestOf(rig, request), rig.Time.GetUtcNow(), Cancellation);

    private static Task<IReadOnlyList<RetirementReceipt>> EndAsync(CaptureRig rig, RetentionPlan plan) =>
        rig.Get<BackupRetirement>().EndAsync(plan.Cluster, plan.End, plan.Now, Template(plan.End[0].Id), Cancellation);

    private static Retirement Template(BackupId id) => new() { Id = id, Reason = "", By = "test", At = id.Began };

    private static RunRequest RequestOf(CaptureRig rig, RetentionRequest request) => new()
    {
        RunId = RunId.New(rig.Time), Kind = RunKind.Retention, Cluster = "prod", RequestedBy = "test", RequestedAt = rig.Time.GetUtcNow(), InstanceId = "instance", Retention = request,
    };
}
