using Microsoft.Extensions.Logging.Abstractions;
using QdrantBackup.Capture;
using QdrantBackup.Catalog;
using QdrantBackup.Damages;
using QdrantBackup.Ids;
using QdrantBackup.Retention;
using QdrantBackup.Runs;
using QdrantBackup.Sealing;
using QdrantBackup.Storage;
using QdrantBackup.Stores;
using QdrantBackup.Tests.Capture;

namespace QdrantBackup.Tests.Retention;

public sealed class PrunerTests
{
    private static readonly TimeSpan Grace = new PruneOptions().Grace;

    private static CancellationToken Cancellation => CaptureRig.Cancellation;

    [Fact]
    public async Task After_the_grace_period_an_ended_backup_is_deleted_manifest_first_and_the_others_restore()
    {
        RecordingStore? recording = null;
        using var rig = new CaptureRig(wrap: s => recording = new RecordingStore(s));
        (BackupId old, BackupId young) = await TwoAsync(rig);
        await EndAsync(rig, old);

        rig.Time.Advance(Grace - TimeSpan.FromMinutes(1));
        Assert.Equal(0, (await PruneAsync(rig)).Totals.ChunksDeleted);
        Assert.Contains(BlobNames.Manifest(old), await rig.NamesAsync("manifests/"));

        recording!.Steps.Clear();
        rig.Time.Advance(TimeSpan.FromMinutes(1));
        PruneReceipt pruned = await PruneAsync(rig);

        Assert.True(pruned.Totals is { ChunksDeleted: > 0, ListsDeleted: > 0, ManifestsExpired: 1, Changed: 0, Immutable: 0 });
        Assert.Equal([BlobNames.Manifest(young)], await rig.NamesAsync("manifests/"));
        Assert.Empty(await rig.NamesAsync(BlobNames.ListsOf(old)));
        Assert.InRange(recording.Steps.IndexOf($"expire {BlobNames.Manifest(old)}"), 0, recording.Steps.FindIndex(s => s.StartsWith("delete chunks/", StringComparison.Ordinal)));
        await rig.RestoreAsync(new RestoreRequest { BackupId = young, Suffix = "-back" });
        Assert.Equal(rig.Node.Collections["docs"], rig.Node.Collections["docs-back"]);
        Assert.Equal(0, (await PruneAsync(rig)).Totals.ChunksDeleted);
    }

    [Fact]
    public async Task A_hold_survives_an_end_that_was_written_at_the_same_time()
    {
        using var rig = new CaptureRig();
        (BackupId old, _) = await TwoAsync(rig);
        await rig.Get<BackupHolds>().PlaceAsync(old, "audit", "alice", Cancellation);
        await rig.Store.PutDocumentAsync(
            BlobNames.Retirement(old), SealedType.Record, Record(old), StoreJson.Default.Retirement, PutCondition.Always, null, Cancellation);
        rig.Time.Advance(Grace);

        Assert.Equal(0, (await PruneAsync(rig)).Totals.ChunksDeleted);
        Assert.Contains(BlobNames.Manifest(old), await rig.NamesAsync("manifests/"));

        await rig.Get<BackupHolds>().ReleaseAsync(old, "alice", Cancellation);
        Assert.True((await PruneAsync(rig)).Totals.ChunksDeleted > 0);
    }

    [Fact]
    public async Task A_dead_run_gets_a_marker_before_its_chunks_go_and_cannot_commit_when_it_comes_back()
    {
        using var rig = new CaptureRig();
        rig.Node.Collections["docs"] = CaptureRig.Fixture("snapshots/hermes_vectors.snapshot");
        RunId dead = await rig.CaptureAsync();
        rig.Time.Advance(TimeSpan.FromHours(23));
        Assert.Equal(0, (await PruneAsync(rig)).Totals.RunsFenced);
        rig.Time.Advance(Grace);

        PruneReceipt fenced = await PruneAsync(rig);
        Assert.True(fenced.Totals is { RunsFenced: 1, ChunksDeleted: 0 }, "a pin that was released just now protects its backups");
        rig.Time.Advance(Grace);
        PruneReceipt pruned = await PruneAsync(rig);

        Assert.True(pruned.Totals is { RunsFenced: 0, ChunksDeleted: > 0 });
        Assert.Empty(await rig.NamesAsync("chunks/"));
        await Assert.ThrowsAsync<StoreConflictException>(() => rig.Get<BackupCommit>().CommitAsync(dead, Cancellation));
        Assert.Empty(await rig.Get<BackupCatalog>().ListAsync(new CatalogFilter(), Cancellation));
        Assert.Equal(0, (await PruneAsync(rig)).Totals.RunsFenced);
    }

    [Theory]
    [InlineData("chunks-of-list")]
    [InlineData("manifests/")]
    [InlineData("pins/")]
    public async Task An_unreadable_blob_stops_the_prune_and_is_named(string prefix)
    {
        using var rig = new CaptureRig();
        (BackupId old, BackupId young) = await TwoAsync(rig);
        await EndAsync(rig, old);
        rig.Time.Advance(Grace);
        BlobName broken = (await rig.NamesAsync(prefix == "chunks-of-list" ? BlobNames.ListsOf(young) : prefix))[^1];
        await rig.Blobs.PutAsync(broken, new byte[100], PutCondition.Always, null, Cancellation);
        int chunks = (await rig.NamesAsync("chunks/")).Count;

        var failure = await Assert.ThrowsAsync<SealException>(() => PruneAsync(rig));

        Assert.Contains(broken.Value, failure.Message, StringComparison.Ordinal);
        Assert.Equal(chunks, (await rig.NamesAsync("chunks/")).Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_manifest_that_vanished_without_a_record_stops_the_prune_until_a_person_accepts_that(bool newest)
    {
        using var rig = new CaptureRig();
        (BackupId old, BackupId young) = await TwoAsync(rig);
        BackupId gone = newest ? young : old;
        await rig.Blobs.DeleteAsync(BlobNames.Manifest(gone), null, Cancellation);
        rig.Time.Advance(Grace);
        int chunks = (await rig.NamesAsync("chunks/")).Count;

        var refusal = await Assert.ThrowsAsync<RefusedException>(() => PruneAsync(rig));
        Assert.Contains(gone.Value, refusal.Message, StringComparison.Ordinal);
        Assert.Contains("--yes-delete-unusual", refusal.Hint, StringComparison.Ordinal);

        Assert.Equal(0, (await PruneAsync(rig, allowUnusual: true)).Totals.ChunksDeleted);
        Assert.Equal(chunks, (await rig.NamesAsync("chunks/")).Count);
        Assert.Equal(0, (await PruneAsync(rig)).Totals.ChunksDeleted);
        rig.Time.Advance(Grace);
        Assert.True((await PruneAsync(rig)).Totals.ChunksDeleted > 0);
    }

    [Fact]
    public async Task A_prune_continues_where_a_step_stopped_and_leaves_no_records_of_its_own()
    {
        using var rig = new CaptureRig();
        (BackupId old, _) = await TwoAsync(rig);
        await EndAsync(rig, old);
        rig.Time.Advance(Grace);
        int chunks = (await rig.NamesAsync("chunks/")).Count;
        long bytes = await BytesOfChunksAsync(rig);
        var request = new PruneRequest(RunId.New(rig.Time), false, "test");
        var seen = new List<PrunePhase>();
        PruneReceipt receipt;
        do
        {
            // A pruner of its own for every step, as after a restart of the app.
            receipt = await NewPruner(rig, new PruneOptions { StepTime = TimeSpan.Zero, MaxLiveChunks = 2, MaxGarbage = 4, MaxListings = 4, MaxDeletions = 1, UnusualShare = 1 }).StepAsync(request, Cancellation);
            seen.Add(receipt.Phase);
        }
        while (!receipt.Done);

        Assert.True(receipt.Totals.ChunksDeleted > 0 && seen.Count > 100 && seen.Count(p => p == PrunePhase.Mark) > 1, $"{receipt} after {seen.Count} steps");
        Assert.Equal(chunks, receipt.Totals.ChunksListed);

        // The brake on unusual deletions compares with it.
        Assert.Equal(bytes, receipt.Totals.BytesListed);
        Assert.Empty(await rig.NamesAsync(BlobNames.ListsOf(old)));
        Assert.Equal([BlobNames.Run(request.RunId, "prune")], await rig.NamesAsync(BlobNames.RunFolder(request.RunId)));
        Assert.Equal(0, (await PruneAsync(rig)).Totals.ChunksDeleted);
        Assert.Equal(receipt.Totals.ChunksDeleted, (await NewPruner(rig, new PruneOptions()).StepAsync(request, Cancellation)).Totals.ChunksDeleted);
    }

    [Fact]
    public async Task A_round_that_starts_over_because_its_slice_became_too_narrow_is_marked_again()
    {
        using var rig = new CaptureRig();
        (BackupId old, BackupId young) = await TwoAsync(rig);
        await EndAsync(rig, old);
        rig.Time.Advance(Grace);
        var state = new PruneState
        {
            RunId = RunId.New(rig.Time), Phase = PrunePhase.Check, Step = 1, Pages = [], Next = 200, LiveFrom = 0, LiveTo = 128, MaxLive = 1000, Restarts = 0, ToMark = [],
            Marked = [young], Earlier = [], RoundBegan = rig.Time.GetUtcNow() - TimeSpan.FromHours(2), Dead = [old], Position = 256, ChunksListed = 0, BytesListed = 0, Totals = new PruneTotals(),
        };
        await rig.Store.PutDocumentAsync(
            BlobNames.Run(state.RunId, "prune"), SealedType.Record, state, RetentionJson.Default.PruneState, PutCondition.Always, null, Cancellation);

        PruneReceipt receipt = await NewPruner(rig, new PruneOptions()).StepAsync(new PruneRequest(state.RunId, true, "test"), Cancellation);

        Assert.True(receipt.Done);
        Assert.Equal((await rig.NamesAsync("chunks/")).Count(c => string.CompareOrdinal(c.Value, "chunks/c8") >= 0), receipt.Totals.ChunksListed - receipt.Totals.ChunksDeleted);
    }

    private static async Task<(BackupId Old, BackupId Young)> TwoAsync(CaptureRig rig)
    {
        rig.Node.Collections["docs"] = CaptureRig.Fixture("snapshots/hermes_vectors.snapshot");
        CommitReceipt old = await rig.BackupAsync();
        rig.Node.Collections["docs"] = CaptureRig.Fixture("snapshots/late-interaction.snapshot");
        CommitReceipt young = await rig.BackupAsync();
        return (old.Id, young.Id);
    }

    private static Retirement Record(BackupId id) => new() { Id = id, Reason = "test", By = "test", At = id.Began };

    private static async Task EndAsync(CaptureRig rig, BackupId id)
    {
        RetirementReceipt ended = Assert.Single(await rig.Get<BackupRetirement>().EndAsync(
            "prod", [new RetentionVerdict(id, Keep: false, ["test"])], rig.Time.GetUtcNow(), Record(id), Cancellation));
        Assert.True(ended.Ended, ended.Why);
    }

    private static Pruner NewPruner(CaptureRig rig, PruneOptions options) => new(
        rig.Get<RetentionRecords>(), rig.Get<RunFences>(), rig.Get<DamageRecords>(), options, rig.Time, NullLogger<Pruner>.Instance);

    private static async Task<PruneReceipt> PruneAsync(CaptureRig rig, bool allowUnusual = false)
    {
        RunId run = RunId.New(rig.Time);
        PruneReceipt receipt = await rig.Get<Pruner>().StepAsync(new PruneRequest(run, allowUnusual, "test"), Cancellation);
        Assert.True(receipt.Done);
        await rig.Get<RunFences>().ReleaseAsync(run, Cancellation);
        return receipt;
    }

    private static async Task<long> BytesOfChunksAsync(CaptureRig rig)
    {
        long bytes = 0;
        await foreach (BlobEntry entry in rig.Store.Blobs.ListAsync("chunks/", Cancellation))
        {
            bytes += entry.Length;
        }

        return bytes;
    }
}
