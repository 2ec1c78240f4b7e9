using Microsoft.Extensions.Logging.Abstractions;
using QdrantBackup.Capture;
using QdrantBackup.Catalog;
using QdrantBackup.Damages;
using QdrantBackup.Ids;
using QdrantBackup.Replication;
using QdrantBackup.Retention;
using QdrantBackup.Runs;
using QdrantBackup.Stores;
using QdrantBackup.Tests.Capture;
using QdrantBackup.Tests.Replication;
using QdrantBackup.Tests.Verification;

namespace QdrantBackup.Tests.Retention;

/// <summary>Retention beside verification and copies: it keeps the blobs that they rely on, and deletes their records with the backup.</summary>
public sealed class SecondStoreRetentionTests
{
    private static CancellationToken Cancellation => CaptureRig.Cancellation;

    [Fact]
    public async Task A_second_store_is_pruned_during_a_copy_though_earlier_backups_are_not_there()
    {
        using CaptureRig rig = Rig();
        CommitReceipt first = await rig.BackupAsync();
        rig.Node.Collections["docs"] = CaptureRig.Fixture("snapshots/late-interaction.snapshot");
        CommitReceipt second = await rig.BackupAsync();
        Copying copying = await Copying.IntoMemoryAsync(rig);
        await copying.CopyAsync(new CopyRequest { BackupId = second.Id });
        RunRequest request = await rig.AskAsync(RunKind.Copy, r => r with { Copy = new CopyRequest { BackupId = first.Id } });
        var (planner, parts, commit, ends) = copying.Open();
        await planner.PlanAsync(request, Cancellation);
        await parts.BeginAsync(request.RunId, first.Id, Cancellation);
        await parts.CopyAsync(new CopyStep(request.RunId, first.Id, 1), Cancellation);
        rig.Time.Advance(TimeSpan.FromDays(3));
        await ends.TargetPins.RenewAsync(request.RunId, Cancellation);

        Assert.Equal(0, (await PruneAsync(rig, copying.Second)).ChunksDeleted);
        await commit.CommitAsync(request.RunId, first.Id, Cancellation);
        Assert.Equal([second.Id, first.Id], (await ends.TargetCatalog.ListAsync(new CatalogFilter(), Cancellation)).Select(e => e.Id));
    }

    [Fact]
    public async Task The_remains_of_a_dead_copy_are_deleted_and_another_copy_replaces_its_marker()
    {
        using CaptureRig rig = Rig();
        CommitReceipt backup = await rig.BackupAsync();
        Copying copying = await Copying.IntoMemoryAsync(rig);
        RunRequest request = await rig.AskAsync(RunKind.Copy, r => r with { Copy = new CopyRequest() });
        var (planner, parts, commit, ends) = copying.Open();
        await planner.PlanAsync(request, Cancellation);
        await parts.BeginAsync(request.RunId, backup.Id, Cancellation);
        await parts.CopyAsync(new CopyStep(request.RunId, backup.Id, 1), Cancellation);
        rig.Time.Advance(TimeSpan.FromDays(3));

        Assert.True(await PruneAsync(rig, copying.Second) is { RunsFenced: 1, ChunksDeleted: 0 });
        rig.Time.Advance(TimeSpan.FromDays(3));
        PruneTotals totals = await PruneAsync(rig, copying.Second, allowUnusual: true);

        Assert.True(totals is { ChunksDeleted: > 20, ListsDeleted: 1 }, totals.ToString());
        await Assert.ThrowsAsync<RefusedException>(() => commit.CommitAsync(request.RunId, backup.Id, Cancellation));
        await copying.CopyAsync();
        Assert.Equal(backup.Id, Assert.Single(await ends.TargetCatalog.ListAsync(new CatalogFilter(), Cancellation)).Id);
        Assert.Equal(0, (await PruneAsync(rig, copying.Second)).ChunksDeleted);
    }

    [Fact]
    public async Task Findings_about_a_backup_are_deleted_with_it_and_a_damaged_chunk_that_nothing_needs_does_not_count()
    {
        using CaptureRig rig = Rig();
        CommitReceipt old = await rig.BackupAsync();
        rig.Node.Collections["docs"] = CaptureRig.Fixture("snapshots/late-interaction.snapshot");
        CommitReceipt young = await rig.BackupAsync();
        await (await Copying.IntoMemoryAsync(rig)).CopyAsync();
        var checking = new Checking(rig);
        await checking.VerifyAsync(old.Id, VerifyLevel.Exists);
        await checking.VerifyAsync(young.Id, VerifyLevel.Exists);
        string[] needed = [.. await VerificationTests.ChunksOfAsync(rig, young.Id)];
        string[] rotten = [.. (await VerificationTests.ChunksOfAsync(rig, old.Id)).Except(needed).Take(2), needed[0]];
        await rig.Blobs.DeleteAsync(new(rotten[0]), null, Cancellation);
        await checking.Damage.AddAsync(rotten.Select(IdOf), null, Cancellation);
        foreach (CommitReceipt backup in (CommitReceipt[])[old, young])
        {
            Assert.NotEmpty(await rig.NamesAsync(BlobNames.Verified(backup.Id).Value));
            Assert.NotEmpty(await rig.NamesAsync(BlobNames.Copy(backup.Id).Value));
        }

        var record = new Retirement { Id = old.Id, Reason = "", By = "test", At = rig.Time.GetUtcNow() };
        await rig.Get<BackupRetirement>().EndAsync("prod", [new RetentionVerdict(old.Id, Keep: false, ["test"])], rig.Time.GetUtcNow(), record, Cancellation);
        Assert.Equal(0, (await rig.Get<RecordCleanup>().StepAsync(rig.Time.GetUtcNow(), Cancellation)).Findings);
        rig.Time.Advance(TimeSpan.FromDays(3));
        await PruneAsync(rig, rig.Store, allowUnusual: true);
        rig.Time.Advance(TimeSpan.FromDays(3));
        await PruneAsync(rig, rig.Store, allowUnusual: true);

        Assert.Equal(2, (await rig.Get<RecordCleanup>().StepAsync(rig.Time.GetUtcNow(), Cancellation)).Findings);
        Assert.Equal([BlobNames.Verified(young.Id)], await rig.NamesAsync(BlobNames.VerifiedBackups));
        Assert.Equal([BlobNames.Copy(young.Id)], await rig.NamesAsync(BlobNames.Copies));
        Assert.Equal([IdOf(needed[0])], (await checking.Damage.LoadAsync(Cancellation)).Ids);
    }

    private static ChunkId IdOf(string chunk) => BlobNames.TryReadChunk(new(chunk), out ChunkId id) ? id : throw new ArgumentException("no chunk", nameof(chunk));

    private static async Task<PruneTotals> PruneAsync(CaptureRig rig, SealedStore store, bool allowUnusual = false)
    {
        var pins = new RunPins(store);
        var fences = new RunFences(store, pins);
        var catalog = new BackupCatalog(store, NullLogger<BackupCatalog>.Instance);
        var damage = new DamageRecords(store, rig.Time, NullLogger<DamageRecords>.Instance);
        var records = new RetentionRecords(store, catalog, new MaintenanceMemory(store), rig.Time);
        var pruner = new Pruner(records, fences, damage, new PruneOptions(), rig.Time, NullLogger<Pruner>.Instance);
        RunId run = RunId.New(rig.Time);
        PruneReceipt receipt = await pruner.StepAsync(new PruneRequest(run, allowUnusual, "test"), Cancellation);
        Assert.True(receipt.Done);
        await fences.ReleaseAsync(run, Cancellation);
        return receipt.Totals;
    }

    private static CaptureRig Rig()
    {
        var rig = new CaptureRig();
        rig.Node.Collections["docs"] = CaptureRig.Fixture("snapshots/hermes_vectors.snapshot");
        return rig;
    }
}
