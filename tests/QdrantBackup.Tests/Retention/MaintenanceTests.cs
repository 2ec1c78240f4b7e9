using Microsoft.Extensions.DependencyInjection;
using QdrantBackup.Catalog;
using QdrantBackup.Damages;
using QdrantBackup.Ids;
using QdrantBackup.Parts;
using QdrantBackup.Retention;
using QdrantBackup.Runs;
using QdrantBackup.Sealing;
using QdrantBackup.Storage;
using QdrantBackup.Stores;
using QdrantBackup.Tests.Capture;

namespace QdrantBackup.Tests.Retention;

/// <summary>Maintenance is an app of its own, and an attacker has the backup app's identity, which opens the store key and seals any record.</summary>
public sealed class MaintenanceTests : IDisposable
{
    private static readonly TimeSpan Grace = new PruneOptions().Grace;

    private readonly CaptureRig _backup = new();
    private readonly InMemoryStore _place;
    private CaptureRig? _maintenance;

    public MaintenanceTests()
    {
        _backup.Node.Collections["docs"] = CaptureRig.Fixture("snapshots/hermes_vectors.snapshot");
        _backup.Store.Use(MaintenanceAuthority.None);
        _place = new InMemoryStore(_backup.Time);
    }

    private static CancellationToken Cancellation => CaptureRig.Cancellation;

    public void Dispose()
    {
        _maintenance?.Dispose();
        _backup.Dispose();
    }

    [Fact]
    public async Task The_backup_app_ends_nothing_releases_nothing_and_takes_no_end_back()
    {
        (BackupId first, _) = await EndsTests.TwoAsync(_backup);
        await _backup.Get<BackupHolds>().PlaceAsync(first, "audit", "alice", Cancellation);
        foreach (Func<Task> deed in (Func<Task>[])
            [() => EndsTests.EndAsync(_backup, first), () => _backup.Get<BackupHolds>().ReleaseAsync(first, "bob", Cancellation), () => _backup.Get<BackupUndeletion>().TakeBackAsync(first, "bob", Cancellation)])
        {
            Assert.Contains("maintenance", (await Assert.ThrowsAsync<RefusedException>(deed)).Hint, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task An_end_sealed_with_the_store_key_alone_ends_nothing_and_stops_pruning()
    {
        (BackupId first, _) = await EndsTests.TwoAsync(_backup);
        CaptureRig maintenance = await MaintenanceAsync();
        await _backup.RetireAsync(first);
        _backup.Time.Advance(Grace * 2);

        Assert.Contains("without proof", (await Assert.ThrowsAsync<RefusedException>(() => EndsTests.PruneAsync(maintenance))).Message, StringComparison.Ordinal);
        Assert.False((await maintenance.Get<BackupCatalog>().ListAsync(new CatalogFilter(), Cancellation))[^1].Retired);
    }

    [Fact]
    public async Task An_end_of_maintenance_counts_and_its_proof_cannot_be_moved_to_another_backup()
    {
        (BackupId first, BackupId second) = await EndsTests.TwoAsync(_backup);
        await _backup.BackupAsync();
        CaptureRig maintenance = await MaintenanceAsync();
        await EndsTests.EndAsync(maintenance, first);
        Retirement proven = (await _backup.Store.GetDocumentAsync(BlobNames.Retirement(first), SealedType.Record, StoreJson.Default.Retirement, Cancellation))!;
        await _backup.Store.PutDocumentAsync(
            BlobNames.Retirement(second), SealedType.Record, proven with { Id = second }, StoreJson.Default.Retirement, PutCondition.Always, null, Cancellation);

        Assert.True(await maintenance.Store.Ends.IsEndedAsync(first, Cancellation));
        Assert.False(await maintenance.Store.Ends.IsEndedAsync(second, Cancellation));
        await _backup.Blobs.DeleteAsync(BlobNames.Retirement(second), null, Cancellation);
        _backup.Time.Advance(Grace);
        Assert.Equal(1, (await EndsTests.PruneAsync(maintenance)).ManifestsExpired);
    }

    [Fact]
    public async Task The_proof_of_an_end_that_was_taken_back_has_no_effect_in_another_record()
    {
        (BackupId first, _) = await EndsTests.TwoAsync(_backup);
        CaptureRig maintenance = await MaintenanceAsync();
        await EndsTests.EndAsync(maintenance, first);
        Retirement proven = (await _backup.Store.GetDocumentAsync(BlobNames.Retirement(first), SealedType.Record, StoreJson.Default.Retirement, Cancellation))!;
        await maintenance.Get<BackupUndeletion>().TakeBackAsync(first, "alice", Cancellation);
        await _backup.Store.PutDocumentAsync(
            BlobNames.Retirement(first), SealedType.Record, proven with { By = "mallory", EndId = new string('a', 16) }, StoreJson.Default.Retirement, PutCondition.Always, null, Cancellation);
        _backup.Time.Advance(Grace * 2);
        Assert.Equal(0, (await EndsTests.PruneAsync(maintenance)).ManifestsExpired);
    }

    [Fact]
    public async Task A_hold_that_the_backup_app_released_still_holds()
    {
        (BackupId first, _) = await EndsTests.TwoAsync(_backup);
        CaptureRig maintenance = await MaintenanceAsync();
        await EndsTests.EndAsync(maintenance, first);
        var hold = new Hold { Id = first, Reason = "audit", By = "alice", At = _backup.Time.GetUtcNow() };
        foreach (Hold released in new[] { hold with { Released = true }, hold with { Released = true, Proof = Convert.ToBase64String(new byte[80]) } })
        {
            await _backup.Store.PutDocumentAsync(BlobNames.Hold(first), SealedType.Record, released, RetentionJson.Default.Hold, PutCondition.Always, null, Cancellation);
            Assert.Contains("no proof", (await maintenance.Get<BackupHolds>().FindAsync(first, Cancellation))!.Reason, StringComparison.Ordinal);
        }

        _backup.Time.Advance(Grace);
        Assert.Equal(0, (await EndsTests.PruneAsync(maintenance)).ManifestsExpired);
        await maintenance.Get<BackupHolds>().ReleaseAsync(first, "alice", Cancellation);
        Assert.Null(await maintenance.Get<BackupHolds>().FindAsync(first, Cancellation));
        Assert.Equal(1, (await EndsTests.PruneAsync(maintenance)).ManifestsExpired);
    }

    [Fact]
    public async Task A_brake_is_waived_only_by_a_request_that_maintenance_proved()
    {
        await EndsTests.TwoAsync(_backup);
        CaptureRig maintenance = await MaintenanceAsync();
        var wanted = new RetentionRequest { AllowUnusual = true, ConfirmClock = true };
        RunRequest forged = await _backup.AskAsync(RunKind.Retention, r => r with { Retention = wanted });
        RunRequest proven = await maintenance.AskAsync(RunKind.Retention, r => r with { Retention = wanted.ProvenFor(maintenance.Store, r.RunId) });

        Assert.True(RetentionRequest.Of(maintenance.Store, forged) is { AllowUnusual: false, ConfirmClock: false });
        Assert.True(RetentionRequest.Of(maintenance.Store, proven) is { AllowUnusual: true, ConfirmClock: true });
        Assert.True(RetentionRequest.Of(maintenance.Store, forged with { Retention = proven.Retention }) is { AllowUnusual: false });
        Assert.Throws<RefusedException>(() => wanted.ProvenFor(_backup.Store, forged.RunId));
    }

    [Fact]
    public async Task A_plan_and_the_work_of_a_prune_count_only_under_the_key_of_maintenance()
    {
        (BackupId first, _) = await EndsTests.TwoAsync(_backup);
        CaptureRig maintenance = await MaintenanceAsync();
        RunRequest request = await maintenance.AskAsync(RunKind.Retention, r => r with { Retention = new RetentionRequest() });
        await _backup.Get<RetentionPlans>().StoreAsync(
            new RetentionPlan { RunId = request.RunId, Cluster = "prod", Now = _backup.Time.GetUtcNow(), Hash = "", End = [new RetentionVerdict(first, Keep: false, ["forged"])] }, Cancellation);
        await Assert.ThrowsAsync<SealException>(() => maintenance.Get<RetentionPlanner>().PlanAsync(request, _backup.Time.GetUtcNow(), Cancellation));

        await _backup.Store.PutDocumentAsync(
            BlobNames.Run(request.RunId, "prune"), SealedType.Record, PruneState.Of(new PruneWork(request.RunId) { Phase = PrunePhase.Delete }, 1, []), RetentionJson.Default.PruneState,
            PutCondition.Always, null, Cancellation);
        await Assert.ThrowsAsync<SealException>(() => maintenance.Get<Pruner>().StepAsync(new PruneRequest(request.RunId, false, "test"), Cancellation));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_manifest_that_changed_or_became_a_marker_keeps_its_chunks_and_stops_pruning(bool becameMarker)
    {
        (BackupId first, _) = await EndsTests.TwoAsync(_backup);
        CaptureRig maintenance = await MaintenanceAsync();
        await EndsTests.PruneAsync(maintenance);
        Manifest manifest = await _backup.Get<BackupCatalog>().OpenAsync(first, Cancellation);
        StoredBlob there = (await _backup.Blobs.GetAsync(BlobNames.Manifest(first), 1 << 20, Cancellation))!;
        Manifest forged = becameMarker ? manifest with { Aborted = true, Parts = [], Collections = [] } : manifest with { Parts = [], Collections = [] };
        var documents = new ManifestDocuments(_backup.Store);
        await _backup.Store.PutDocumentAsync(
            BlobNames.Manifest(first), SealedType.Manifest, forged, PartsJson.Default.Manifest, PutCondition.Always, documents.SealSummary(ManifestDocuments.Summarize(forged, "")), Cancellation);
        IReadOnlyList<BlobName> chunks = await _backup.NamesAsync("chunks/");
        _backup.Time.Advance(Grace * 2);

        var refusal = await Assert.ThrowsAsync<RefusedException>(() => EndsTests.PruneAsync(maintenance));

        Assert.Contains($"manifests/{first}", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(chunks, await _backup.NamesAsync("chunks/"));
        await _backup.Blobs.PutAsync(BlobNames.Manifest(first), there.Content, PutCondition.Always, there.Entry.Summary, Cancellation);
        Assert.Equal(0, (await EndsTests.PruneAsync(maintenance)).ChunksDeleted);
    }

    [Fact]
    public async Task A_missing_manifest_that_maintenance_has_seen_stops_pruning_though_nothing_else_names_it()
    {
        (_, BackupId newest) = await EndsTests.TwoAsync(_backup);
        CaptureRig maintenance = await MaintenanceAsync();
        await EndsTests.PruneAsync(maintenance);
        await _backup.Blobs.DeleteAsync(BlobNames.Manifest(newest), null, Cancellation);
        foreach (BlobName list in await _backup.NamesAsync(BlobNames.ListsOf(newest)))
        {
            await _backup.Blobs.DeleteAsync(list, null, Cancellation);
        }

        Assert.Contains(newest.Value, (await Assert.ThrowsAsync<RefusedException>(() => EndsTests.PruneAsync(maintenance))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("maintenance/memory")]
    [InlineData("maintenance/key")]
    public async Task Memory_that_does_not_open_stops_maintenance_and_the_error_names_the_blob(string name)
    {
        await EndsTests.TwoAsync(_backup);
        CaptureRig maintenance = await MaintenanceAsync();
        await EndsTests.PruneAsync(maintenance);
        await _place.PutAsync(new BlobName(name), new byte[10], PutCondition.Always, null, Cancellation);
        var refusal = await Assert.ThrowsAsync<RefusedException>(async () =>
        {
            await MaintenanceMemory.OpenAsync(maintenance.Store, _place, _backup.Time, Cancellation);
            await EndsTests.PruneAsync(maintenance);
        });
        Assert.Contains(name, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Maintenance_has_one_key_whichever_process_opens_it_first()
    {
        (BackupId first, _) = await EndsTests.TwoAsync(_backup);
        await EndsTests.EndAsync(await MaintenanceAsync(), first);
        using CaptureRig other = await NewMaintenanceAsync();
        Assert.True(await other.Store.Ends.IsEndedAsync(first, Cancellation));
    }

    [Fact]
    public async Task No_backup_is_ended_until_maintenance_has_read_a_whole_one_back_and_the_last_three_it_read_stay()
    {
        var made = new List<BackupId>();
        for (int i = 0; i < 6; i++)
        {
            made.Add((await _backup.BackupAsync()).Id);
        }

        CaptureRig maintenance = await MaintenanceAsync();
        _backup.Time.Advance(TimeSpan.FromDays(60));
        Assert.All(await JudgeAsync(maintenance), v => Assert.True(v.Keep));

        // Records of the backup app about its own backups prove nothing.
        await new QdrantBackup.Damages.VerifiedRecords(_backup.Store, _backup.Time).PassAsync(
            made[0], await HashOfAsync(made[0]), QdrantBackup.Damages.VerifyLevel.Restorable, QdrantBackup.Damages.VerifyLevel.Restorable, RunId.New(_backup.Time), Cancellation);
        Assert.All(await JudgeAsync(maintenance), v => Assert.True(v.Keep));

        var verified = new QdrantBackup.Damages.VerifiedRecords(maintenance.Store, _backup.Time, maintenance.Get<MaintenanceMemory>());
        foreach (BackupId id in made.Take(4))
        {
            await verified.PassAsync(
                id, await HashOfAsync(id), QdrantBackup.Damages.VerifyLevel.Readable, QdrantBackup.Damages.VerifyLevel.Readable, RunId.New(_backup.Time), Cancellation);
        }

        IReadOnlyList<RetentionVerdict> verdicts = await JudgeAsync(maintenance);
        Assert.Equal([made[5], made[3], made[2], made[1]], verdicts.Where(v => v.Keep).Select(v => v.Id));
    }

    private static async Task<IReadOnlyList<RetentionVerdict>> JudgeAsync(CaptureRig rig) =>
        [.. (await rig.Get<RetentionPlanner>().PreviewAsync("prod", rig.Time.GetUtcNow(), Cancellation)).Backups.Select(b => b.Verdict)];

    private async Task<string> HashOfAsync(BackupId id) => (await new ManifestDocuments(_backup.Store).FindAsync(id, Cancellation))!.Value.Hash;

    private async Task<CaptureRig> MaintenanceAsync() => _maintenance ??= await NewMaintenanceAsync();

    private async Task<CaptureRig> NewMaintenanceAsync()
    {
        var store = new SealedStore(_backup.Blobs, _backup.Store.Sealer, ownsSealer: false);
        MaintenanceMemory memory = await MaintenanceMemory.OpenAsync(store, _place, _backup.Time, Cancellation);
        return new CaptureRig(_backup.Node, _backup.Blobs, store, more: services => services.AddSingleton(memory), time: _backup.Time);
    }
}
