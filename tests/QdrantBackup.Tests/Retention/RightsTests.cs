using QdrantBackup.Capture;
using QdrantBackup.Damages;
using QdrantBackup.Ids;
using QdrantBackup.Parts;
using QdrantBackup.Retention;
using QdrantBackup.Runs;
using QdrantBackup.Sealing;
using QdrantBackup.Storage;
using QdrantBackup.Stores;
using QdrantBackup.Tests.Capture;
using QdrantBackup.Tests.Verification;

namespace QdrantBackup.Tests.Retention;

/// <summary>The rights that deletion needs, blobs that stay without them, and blobs that only age removes.</summary>
public sealed class RightsTests
{
    private static CancellationToken Cancellation => CaptureRig.Cancellation;

    [Fact]
    public async Task Backups_restores_verifications_holds_and_ends_need_no_right_to_delete()
    {
        using CaptureRig rig = Rig(s => new RestrictedStore(s, _ => false, mayDelete: false));
        CommitReceipt first = await rig.BackupAsync();
        CommitReceipt second = await rig.BackupAsync();
        RunId failed = await rig.CaptureAsync();
        await rig.Get<RunFences>().ReleaseAsync(failed, Cancellation);
        await rig.RestoreAsync(new RestoreRequest { BackupId = second.Id, Suffix = "-back" });
        Assert.Equal(0, (await new Checking(rig).VerifyAsync(second.Id, VerifyLevel.Readable)).Count);
        await rig.Get<BackupHolds>().PlaceAsync(first.Id, "audit", "alice", Cancellation);
        await rig.Get<BackupHolds>().ReleaseAsync(first.Id, "alice", Cancellation);
        var record = new Retirement { Id = first.Id, Reason = "", By = "test", At = rig.Time.GetUtcNow() };
        Assert.True(Assert.Single(await rig.Get<BackupRetirement>().EndAsync(
            "prod", [new RetentionVerdict(first.Id, Keep: false, ["test"])], rig.Time.GetUtcNow(), record, Cancellation)).Ended);
    }

    [Fact]
    public async Task Blobs_that_a_policy_keeps_are_skipped_and_reported()
    {
        using CaptureRig rig = Rig(s => new RestrictedStore(s, n => n.Value.StartsWith("chunks/", StringComparison.Ordinal), mayDelete: true));
        CommitReceipt old = await rig.BackupAsync();
        rig.Node.Collections["docs"] = CaptureRig.Fixture("snapshots/late-interaction.snapshot");
        await rig.BackupAsync();
        await rig.Store.PutDocumentAsync(
            BlobNames.Retirement(old.Id), SealedType.Record, new Retirement { Id = old.Id, Reason = "", By = "test", At = rig.Time.GetUtcNow() },
            StoreJson.Default.Retirement, PutCondition.Always, null, Cancellation);
        rig.Time.Advance(TimeSpan.FromDays(3));

        PruneTotals totals = (await rig.Get<Pruner>().StepAsync(new PruneRequest(RunId.New(rig.Time), false, "test"), Cancellation)).Totals;

        Assert.True(totals is { ChunksDeleted: 0, Immutable: > 20, ListsDeleted: 1 }, totals.ToString());
        Assert.Equal(10, totals.ImmutableBlobs.Count);
    }

    [Theory]
    [InlineData(false, false, false)]
    [InlineData(true, false, true)]
    [InlineData(false, true, false)]
    public async Task An_unusual_share_of_chunks_stops_the_pruner_and_one_confirmed_end_allows_nothing_for_the_rest(bool allowed, bool confirmed, bool passes)
    {
        using CaptureRig rig = Rig();
        CommitReceipt old = await rig.BackupAsync();
        await PutChunksAsync(rig);
        await rig.BackupAsync();
        await EndsTests.EndAsync(rig, old.Id, end => end with { Confirmed = confirmed });
        rig.Time.Advance(TimeSpan.FromDays(3));
        Task<PruneTotals> prune = EndsTests.PruneAsync(rig, allowed);
        if (passes)
        {
            Assert.Equal(UnusualDeletion.MostUsualChunks + 1, (await prune).ChunksDeleted);
        }
        else
        {
            Assert.Contains("more than 30 %", (await Assert.ThrowsAsync<RefusedException>(() => prune)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Chunks_of_a_backup_whose_end_a_person_confirmed_are_not_counted_by_the_brake()
    {
        using CaptureRig rig = Rig();
        CommitReceipt old = await rig.BackupAsync();
        await rig.BackupAsync();
        IReadOnlyList<ChunkId> chunks = await PutChunksAsync(rig);
        var list = new ChunkListWriter(1, 99, 0);
        foreach (ChunkId chunk in chunks)
        {
            list.SetChunk(list.AddChunk(100), chunk, 152);
        }

        await rig.Store.PutPlainAsync(
            new BlobName($"{BlobNames.ListsOf(old.Id)}00001-more/00099-0123456789abcdef"), SealedType.List, list.Complete(new byte[32]), PutCondition.Always, null, Cancellation);
        await EndsTests.EndAsync(rig, old.Id, end => end with { Confirmed = true });
        rig.Time.Advance(TimeSpan.FromDays(3));
        Assert.Equal(chunks.Count, (await EndsTests.PruneAsync(rig)).ChunksDeleted);
    }

    [Fact]
    public async Task The_brake_counts_manifests_before_the_first_is_deleted_and_a_confirmed_end_allows_no_others()
    {
        using CaptureRig rig = Rig();
        var made = new List<BackupId>();
        for (int i = 0; i < 8; i++)
        {
            made.Add((await rig.BackupAsync()).Id);
        }

        foreach (BackupId id in made.Take(5))
        {
            await EndsTests.EndAsync(rig, id, end => end with { Confirmed = id == made[0] });
        }

        rig.Time.Advance(TimeSpan.FromDays(3));
        Assert.Contains("4 of 7 manifests", (await Assert.ThrowsAsync<RefusedException>(() => EndsTests.PruneAsync(rig))).Message, StringComparison.Ordinal);
        Assert.Equal(8, (await rig.NamesAsync(BlobNames.Manifests)).Count);
        Assert.Equal(5, (await EndsTests.PruneAsync(rig, allowUnusual: true)).ManifestsExpired);
    }

    private static async Task<IReadOnlyList<ChunkId>> PutChunksAsync(CaptureRig rig)
    {
        var chunks = new List<ChunkId>();
        for (int i = 0; i < UnusualDeletion.MostUsualChunks + 1; i++)
        {
            byte[] id = new byte[ChunkId.Length];
            BitConverter.TryWriteBytes(id, i + 1);
            chunks.Add(new ChunkId(id));
            await rig.Blobs.PutAsync(BlobNames.Chunk(chunks[^1]), new byte[100], PutCondition.Always, null, Cancellation);
        }

        return chunks;
    }

    [Fact]
    public async Task Old_records_and_pins_go_by_age_and_a_run_without_a_pin_can_never_commit()
    {
        using CaptureRig rig = Rig();
        RunId failed = await rig.CaptureAsync();
        await rig.Get<RunPins>().ReleaseAsync(failed, Cancellation);
        rig.Time.Advance(new PruneOptions().KeepRecords - TimeSpan.FromDays(1));
        CommitReceipt good = await rig.BackupAsync();
        Assert.Equal(new CleanupReceipt(true, 0, 0, 0, 0), await CleanAsync(rig));

        rig.Time.Advance(TimeSpan.FromDays(40));
        CleanupReceipt receipt = await CleanAsync(rig);

        Assert.True(receipt is { Done: true, Records: > 2, Pins: 1 }, receipt.ToString());
        Assert.Empty(await rig.NamesAsync(BlobNames.RunFolder(failed)));
        Assert.NotEmpty(await rig.NamesAsync(BlobNames.RunFolder(good.Id.AsRun())));
        Assert.Equal([BlobNames.Manifest(failed.AsBackup()), BlobNames.Manifest(good.Id)], await rig.NamesAsync(BlobNames.Manifests));
        await rig.Get<RunPins>().WriteAsync(failed, RunKind.Backup, [], Cancellation);
        await Assert.ThrowsAnyAsync<BackupException>(() => rig.Get<BackupCommit>().CommitAsync(failed, Cancellation));
    }

    private static Task<CleanupReceipt> CleanAsync(CaptureRig rig) => rig.Get<RecordCleanup>().StepAsync(rig.Time.GetUtcNow(), Cancellation);

    private static CaptureRig Rig(Func<IBackupStore, IBackupStore>? wrap = null)
    {
        var rig = new CaptureRig(wrap: wrap);
        rig.Node.Collections["docs"] = CaptureRig.Fixture("snapshots/hermes_vectors.snapshot");
        return rig;
    }
}
