using QdrantBackup.Capture;
using QdrantBackup.Damages;
using QdrantBackup.Ids;
using QdrantBackup.Runs;
using QdrantBackup.Storage;
using QdrantBackup.Stores;
using QdrantBackup.Tests.Verification;

namespace QdrantBackup.Tests.Capture;

/// <summary>Chunks that are known to be damaged count as absent.</summary>
public sealed class KnownDamageTests
{
    private static CancellationToken Cancellation => CaptureRig.Cancellation;

    [Fact]
    public async Task The_next_backup_uploads_only_the_damaged_chunk_again_and_so_repairs_the_earlier_ones()
    {
        using CaptureRig rig = Rig();
        CommitReceipt first = await rig.BackupAsync();
        BlobName chunk = (await rig.NamesAsync("chunks/"))[0];
        await VerificationTests.FlipAsync(rig.Blobs, chunk.Value);
        var checking = new Checking(rig);
        Assert.Equal([chunk.Value], (await checking.VerifyAsync(first.Id, VerifyLevel.Readable)).Damages.Select(d => d.Blob));
        Assert.Equal(1, (await rig.BackupAsync()).Totals.NewChunks);
        Assert.Empty((await checking.VerifyAsync(first.Id, VerifyLevel.Readable)).Damages);
        Assert.Equal(0, (await checking.Damage.LoadAsync(Cancellation)).Count);
        Assert.Equal(0, (await rig.BackupAsync()).Totals.NewChunks);
    }

    [Fact]
    public async Task A_damaged_chunk_is_reused_until_its_damage_is_found()
    {
        using CaptureRig rig = Rig();
        await rig.BackupAsync();
        await VerificationTests.FlipAsync(rig.Blobs, (await rig.NamesAsync("chunks/"))[0].Value);
        Assert.Equal(0, (await rig.BackupAsync()).Totals.NewChunks);
    }

    [Fact]
    public async Task A_chunk_found_damaged_between_plan_and_commit_keeps_the_backup_from_being_committed()
    {
        using CaptureRig rig = Rig();
        CommitReceipt first = await rig.BackupAsync();
        RunId runId = await rig.CaptureAsync();
        BlobName chunk = (await rig.NamesAsync("chunks/"))[0];
        await VerificationTests.FlipAsync(rig.Blobs, chunk.Value);
        await new Checking(rig).VerifyAsync(first.Id, VerifyLevel.Readable);
        var failure = await Assert.ThrowsAsync<StoreException>(() => rig.Get<BackupCommit>().CommitAsync(runId, Cancellation));
        Assert.Contains(chunk.Value, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dry_run_notes_nothing()
    {
        using CaptureRig rig = Rig();
        await rig.BackupAsync();
        await rig.Blobs.DeleteAsync((await rig.NamesAsync("chunks/"))[0], null, Cancellation);
        RunRequest request = await rig.AskAsync();
        IReadOnlyList<BlobName> before = await rig.NamesAsync("");
        await rig.Get<BackupPlanner>().PreviewAsync(request, Cancellation);
        Assert.Equal(before, await rig.NamesAsync(""));
    }

    [Fact]
    public async Task If_a_record_does_not_open_each_of_its_chunks_counts_as_damaged()
    {
        using CaptureRig rig = Rig();
        CommitReceipt first = await rig.BackupAsync();
        ChunkId[] ids = [.. (await rig.NamesAsync("chunks/")).Select(n => BlobNames.TryReadChunk(n, out ChunkId id) ? id : default)];
        byte byteOfFirst = (byte)(ids[0].Prefix >> 24);
        await rig.Blobs.PutAsync(BlobNames.Damaged(byteOfFirst), new byte[10], PutCondition.Always, null, Cancellation);
        CommitReceipt second = await rig.BackupAsync();
        Assert.Equal(ids.Count(i => i.Prefix >> 24 == byteOfFirst), second.Totals.NewChunks);
        Assert.True(second.Totals.NewChunks < first.Totals.NewChunks);
    }

    [Fact]
    public async Task A_record_that_does_not_open_is_not_replaced_by_one_that_names_less()
    {
        using CaptureRig rig = Rig();
        await rig.Blobs.PutAsync(BlobNames.Damaged(7), new byte[10], PutCondition.Always, null, Cancellation);
        DamageRecords records = rig.Get<DamageRecords>();
        await records.AddAsync([new ChunkId([7, .. new byte[31]]), new ChunkId([8, .. new byte[31]])], runId: null, Cancellation);
        KnownDamage known = await records.LoadAsync(Cancellation);
        Assert.True(known.Contains(new ChunkId([7, .. new byte[30], 1])));
        Assert.True(known.Contains(new ChunkId([8, .. new byte[31]])));
    }

    [Fact]
    public async Task No_damage_is_lost_when_machines_note_damages_at_once()
    {
        using var rig = new CaptureRig();
        ChunkId[] ids = [.. Enumerable.Range(0, 40).Select(n => new ChunkId([7, .. new byte[30], (byte)n]))];
        DamageRecords records = rig.Get<DamageRecords>();
        await Parallel.ForEachAsync(ids, Cancellation, async (id, cancellation) => await records.AddAsync([id], runId: null, cancellation));
        Assert.Equal(ids.ToHashSet(), (await records.LoadAsync(Cancellation)).Ids);
        await Parallel.ForEachAsync(ids, Cancellation, async (id, cancellation) => await records.RemoveAsync([id], cancellation));
        Assert.Equal(0, (await records.LoadAsync(Cancellation)).Count);
        Assert.Single(await rig.NamesAsync(BlobNames.DamagedChunks));
    }

    private static CaptureRig Rig()
    {
        var rig = new CaptureRig();
        rig.Node.Collections["docs"] = CaptureRig.Fixture("snapshots/hermes_vectors.snapshot");
        return rig;
    }
}
