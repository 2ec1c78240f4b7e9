using QdrantBackup.Catalog;
using QdrantBackup.Damages;
using QdrantBackup.Ids;
using QdrantBackup.Restores;
using QdrantBackup.Runs;
using QdrantBackup.Storage;
using QdrantBackup.Stores;
using QdrantBackup.Tests.Capture;

namespace QdrantBackup.Tests.Catalog;

/// <summary>The choice of the latest backup: the newest one that covers the request, is sound, and is not dated ahead.</summary>
public sealed class ChoosingTests : IDisposable
{
    private static readonly BackupWanted Prod = new() { Cluster = "prod" };

    private readonly CaptureRig _rig = new();

    private static CancellationToken Cancellation => CaptureRig.Cancellation;

    public ChoosingTests()
    {
        _rig.Node.Collections["docs"] = CaptureRig.Fixture("snapshots/empty.snapshot");
        _rig.Node.Collections["users"] = CaptureRig.Fixture("snapshots/hermes_vectors.snapshot");
    }

    [Fact]
    public async Task A_backup_of_one_collection_is_the_latest_for_that_collection_only()
    {
        BackupId whole = await BackUpAsync();
        BackupId part = await BackUpAsync("docs");

        Assert.Equal(whole, await LatestAsync());
        Assert.Equal(whole, await LatestAsync("users"));
        Assert.Equal(whole, await LatestAsync("docs", "users"));
        Assert.Equal(whole, await LatestAsync("d*"));
        Assert.Equal(part, await LatestAsync("docs"));
        Assert.Equal(whole, (await Catalog.LatestAsync("prod", Cancellation)).Id);
    }

    [Fact]
    public async Task A_backup_with_exclusions_is_not_whole_and_one_that_names_every_collection_is()
    {
        BackupId whole = await CommitAsync(new BackupRequest { Collections = ["*"] });
        await CommitAsync(new BackupRequest { Exclude = ["users"] });

        Assert.Equal(whole, await LatestAsync());
    }

    [Fact]
    public async Task A_restore_takes_an_older_backup_when_the_newest_whole_one_lacks_the_collection_and_reports_that()
    {
        BackupId old = await BackUpAsync();
        _rig.Node.Collections.Remove("users");
        BackupId young = await BackUpAsync();

        RestorePlanOverview plan = await PlanAsync(new RestoreRequest { Latest = true, Collections = ["users"], Suffix = "-back" });

        Assert.Equal(old, plan.BackupId);
        Assert.Contains(plan.Warnings, w => w.Contains($"backup {young} was passed over: it does not hold collection 'users'", StringComparison.Ordinal));
        var none = await Assert.ThrowsAsync<UsageException>(() => LatestAsync("nowhere"));
        Assert.Contains("holds 'nowhere'", none.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_partial_backup_is_the_latest_for_the_collections_it_holds_only()
    {
        BackupId whole = await BackUpAsync();
        _rig.Node.Status["users"] = "red";
        BackupId partial = await BackUpAsync();

        RestorePlanOverview plan = await PlanAsync(new RestoreRequest { Latest = true, Collections = ["docs"], Suffix = "-back" });
        Assert.Equal(partial, plan.BackupId);
        plan = await PlanAsync(new RestoreRequest { Latest = true, Suffix = "-back" });
        Assert.Equal(whole, plan.BackupId);
        Assert.Contains(plan.Warnings, w => w.Contains($"backup {partial} was passed over: it is partial", StringComparison.Ordinal));
        Assert.Equal(whole, await LatestAsync("users"));
    }

    [Fact]
    public async Task A_backup_known_to_be_damaged_is_passed_over_and_that_is_reported()
    {
        BackupId old = await BackUpAsync();
        BackupId young = await BackUpAsync();
        await MarkDamagedAsync(young);

        RestorePlanOverview plan = await PlanAsync(new RestoreRequest { Latest = true, Suffix = "-back" });
        Assert.Equal(old, plan.BackupId);
        Assert.Contains(plan.Warnings, w => w.Contains($"backup {young} was passed over: it is known to be damaged: 3 blobs", StringComparison.Ordinal));

        // Verification and repair want the newest as it is.
        Assert.Equal(young, (await Catalog.LatestAsync("prod", Cancellation)).Id);

        await MarkDamagedAsync(old);
        plan = await PlanAsync(new RestoreRequest { Latest = true, Suffix = "-back" });
        Assert.Equal(young, plan.BackupId);
        Assert.Contains(plan.Warnings, w => w.Contains("was taken all the same", StringComparison.Ordinal));
        Assert.Contains($"backup {young} is known to be damaged: 3 blobs", plan.Warnings);
    }

    [Fact]
    public async Task Damage_of_a_replaced_manifest_does_not_count_and_a_record_that_does_not_open_is_reported()
    {
        BackupId id = await BackUpAsync();
        await new VerifiedRecords(_rig.Store, _rig.Time).MarkDamagedAsync(id, new string('0', 64), 3, VerifyLevel.Exists, id.AsRun(), Cancellation);
        Assert.Empty((await Catalog.ChooseAsync(Prod, Cancellation)).Remarks);

        await _rig.Blobs.PutAsync(BlobNames.Verified(id), new byte[100], PutCondition.Always, null, Cancellation);
        RestorePlanOverview plan = await PlanAsync(new RestoreRequest { Latest = true, Suffix = "-back" });
        Assert.Equal(id, plan.BackupId);
        Assert.Contains($"backup {id} may be damaged: the record of its verifications cannot be read", plan.Warnings);
    }

    [Fact]
    public async Task A_backup_that_owes_a_proof_is_restored_with_a_warning_until_the_proof_is_delivered()
    {
        _rig.Node.HasChecksums = false;
        BackupId id = await BackUpAsync();
        Assert.Contains($"backup {id} owes the proof of 2 parts: they have not been read back as a whole yet", (await PlanAsync(new RestoreRequest { Latest = true, Suffix = "-back" })).Warnings);

        CatalogEntry entry = (await Catalog.ListAsync(new CatalogFilter(), Cancellation))[0];
        foreach (int part in (int[])[1, 2])
        {
            await new VerifiedRecords(_rig.Store, _rig.Time).PayProofAsync(id, entry.Summary!.ManifestHash, part, Cancellation);
        }

        Assert.Empty((await PlanAsync(new RestoreRequest { Latest = true, Suffix = "-back" })).Warnings);
    }

    [Fact]
    public async Task A_backup_that_is_dated_ahead_of_the_clock_is_never_the_latest_and_that_is_reported()
    {
        using var ahead = new CaptureRig(_rig.Node, _rig.Blobs, new SealedStore(_rig.Blobs, _rig.Store.Sealer, ownsSealer: false));
        BackupId present = await BackUpAsync();
        ahead.Time.Advance(TimeSpan.FromDays(400));
        BackupId future = (await ahead.BackupAsync()).Id;

        RestorePlanOverview plan = await PlanAsync(new RestoreRequest { Latest = true, Suffix = "-back" });
        Assert.Equal(present, plan.BackupId);
        Assert.Contains(plan.Warnings, w => w.Contains($"1 backups were passed over, first {future}", StringComparison.Ordinal));
        _rig.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(plan.PlanHash, (await PlanAsync(new RestoreRequest { Latest = true, Suffix = "-back" })).PlanHash);
        Assert.Equal(present, (await Catalog.ChooseAsync(Prod with { AtOrBefore = future.Began.AddDays(1) }, Cancellation)).Id);
        await Assert.ThrowsAsync<UsageException>(() => Catalog.ChooseAsync(Prod with { Day = DateOnly.FromDateTime(future.Began.UtcDateTime) }, Cancellation));

        // It counts from the moment of its date.
        _rig.Time.Advance(TimeSpan.FromDays(401));
        Assert.Equal(future, await LatestAsync());
    }

    [Fact]
    public async Task If_every_backup_is_dated_ahead_the_clock_is_doubted_and_an_id_is_accepted()
    {
        using var ahead = new CaptureRig(_rig.Node, _rig.Blobs, new SealedStore(_rig.Blobs, _rig.Store.Sealer, ownsSealer: false));
        ahead.Time.Advance(TimeSpan.FromDays(400));
        BackupId future = (await ahead.BackupAsync()).Id;

        var refusal = await Assert.ThrowsAsync<RefusedException>(() => PlanAsync(new RestoreRequest { Latest = true }));
        Assert.Contains("2026-09-01", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(future.Value, refusal.Message, StringComparison.Ordinal);
        Assert.Contains("--id", refusal.Hint, StringComparison.Ordinal);

        RestorePlanOverview plan = await PlanAsync(new RestoreRequest { BackupId = future, Suffix = "-back" });
        Assert.Contains(plan.Warnings, w => w.Contains("is dated ahead of the store's clock", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Clocks_that_differ_by_minutes_hide_no_backup()
    {
        using var ahead = new CaptureRig(_rig.Node, _rig.Blobs, new SealedStore(_rig.Blobs, _rig.Store.Sealer, ownsSealer: false));
        ahead.Time.Advance(TimeSpan.FromMinutes(10));

        Assert.Equal((await ahead.BackupAsync()).Id, await LatestAsync());
    }

    public void Dispose() => _rig.Dispose();

    private BackupCatalog Catalog => _rig.Get<BackupCatalog>();

    private async Task<BackupId> LatestAsync(params string[] collections) => (await Catalog.ChooseAsync(Prod with { Collections = collections }, Cancellation)).Id;

    private Task<BackupId> BackUpAsync(params string[] collections) => CommitAsync(new BackupRequest { Collections = collections });

    private async Task<BackupId> CommitAsync(BackupRequest request) => (await _rig.BackupAsync(request)).Id;

    private async Task<RestorePlanOverview> PlanAsync(RestoreRequest request) =>
        await _rig.Get<RestorePlanner>().PreviewAsync(await _rig.AskAsync(restore: request), Cancellation);

    private async Task MarkDamagedAsync(BackupId id)
    {
        CatalogEntry entry = (await Catalog.ListAsync(new CatalogFilter(), Cancellation)).Single(e => e.Id == id);
        await new VerifiedRecords(_rig.Store, _rig.Time).MarkDamagedAsync(id, entry.Summary!.ManifestHash, 3, VerifyLevel.Exists, id.AsRun(), Cancellation);
    }
}
