using QdrantBackup.Capture;
using QdrantBackup.Ids;
using QdrantBackup.Replication;
using QdrantBackup.Runs;
using QdrantBackup.Sealing;
using QdrantBackup.Storage;
using QdrantBackup.Stores;
using QdrantBackup.Tests.Capture;

namespace QdrantBackup.Tests.Replication;

/// <summary>The marks of backups beside their copies: holds, ends, and records of copies.</summary>
public sealed class MarkTests
{
    private static CancellationToken Cancellation => CaptureRig.Cancellation;

    [Fact]
    public async Task A_hold_is_copied_and_a_hold_of_the_second_store_is_never_changed()
    {
        using CaptureRig rig = CopyTests.Rig();
        CommitReceipt first = await rig.BackupAsync();
        CommitReceipt second = await rig.BackupAsync();
        Copying copying = await Copying.IntoMemoryAsync(rig);
        BlobName held = new(BlobNames.Holds + first.Id);
        BlobName other = new(BlobNames.Holds + second.Id);
        await rig.Blobs.PutAsync(held, rig.Store.Sealer.Seal(SealedType.Record, held.Value, "{}"u8), PutCondition.Always, null, Cancellation);
        await rig.Blobs.PutAsync(other, rig.Store.Sealer.Seal(SealedType.Record, other.Value, "{\"released\":true}"u8), PutCondition.Always, null, Cancellation);
        await copying.Second.Blobs.PutAsync(other, new byte[] { 1 }, PutCondition.Always, null, Cancellation);
        await copying.CopyAsync();
        Assert.NotNull(await copying.Second.Blobs.FindAsync(held, Cancellation));
        Assert.Equal(1, (await copying.Second.Blobs.FindAsync(other, Cancellation))!.Length);
    }

    [Fact]
    public async Task The_end_of_a_backup_is_copied_unless_the_second_store_holds_the_backup()
    {
        using CaptureRig rig = CopyTests.Rig();
        CommitReceipt copied = await rig.BackupAsync();
        Copying copying = await Copying.IntoMemoryAsync(rig);
        await copying.CopyAsync();
        CommitReceipt never = await rig.BackupAsync();
        foreach (BackupId id in new[] { copied.Id, never.Id })
        {
            BlobName ended = BlobNames.Retirement(id);
            await rig.Blobs.PutAsync(ended, rig.Store.Sealer.Seal(SealedType.Record, ended.Value, "{}"u8), PutCondition.Always, null, Cancellation);
        }

        await copying.CopyAsync();
        Assert.Null(await copying.Second.Blobs.FindAsync(BlobNames.Retirement(copied.Id), Cancellation));
        Assert.NotNull(await copying.Second.Blobs.FindAsync(BlobNames.Retirement(never.Id), Cancellation));
    }

    [Fact]
    public async Task A_copy_that_broke_off_is_not_mistaken_for_a_manifest_that_vanished_in_the_second_store()
    {
        using CaptureRig rig = CopyTests.Rig();
        CommitReceipt backup = await rig.BackupAsync();
        Copying copying = await Copying.IntoMemoryAsync(rig);
        RunRequest request = await rig.AskAsync(RunKind.Copy, r => r with { Copy = new CopyRequest() });
        var (planner, parts, _, ends) = copying.Open();
        await planner.PlanAsync(request, Cancellation);
        await parts.BeginAsync(request.RunId, backup.Id, Cancellation);
        var records = new CopyRecords(copying.Second, rig.Time);
        Assert.True((await records.FindAsync(backup.Id, Cancellation))!.UnderWay);
        Assert.Contains(backup.Id, (await copying.Second.GetDocumentAsync(BlobNames.Pin(request.RunId), SealedType.Record, RunsJson.Default.Pin, Cancellation))!.Copies!);
        Assert.Null(await ends.Records.FindAsync(backup.Id, Cancellation));

        await copying.CopyAsync();
        Assert.False((await records.FindAsync(backup.Id, Cancellation))!.UnderWay);
        Assert.False((await ends.Records.FindAsync(backup.Id, Cancellation))!.UnderWay);
        Assert.Empty(copying.Remarks);
    }

    [Fact]
    public async Task A_backup_that_was_deleted_in_the_second_store_is_reported_and_copied_again()
    {
        using CaptureRig rig = CopyTests.Rig();
        CommitReceipt backup = await rig.BackupAsync();
        Copying copying = await Copying.IntoMemoryAsync(rig);
        await copying.CopyAsync();
        await copying.Second.Blobs.DeleteAsync(BlobNames.Manifest(backup.Id), null, Cancellation);
        await copying.CopyAsync();
        Assert.Contains(copying.Remarks, r => r.StartsWith("1 backups had been copied", StringComparison.Ordinal));
        await CopyTests.AssertWholeAsync(rig, copying, backup.Id);
    }

    [Fact]
    public async Task A_backup_that_ended_in_either_store_is_not_copied()
    {
        using CaptureRig rig = CopyTests.Rig();
        CommitReceipt first = await rig.BackupAsync();
        CommitReceipt second = await rig.BackupAsync();
        Copying copying = await Copying.IntoMemoryAsync(rig);
        await rig.RetireAsync(first.Id);
        await copying.Second.Blobs.PutAsync(BlobNames.Retirement(second.Id), rig.SealedEnd(second.Id), PutCondition.Always, null, Cancellation);
        await copying.CopyAsync();
        Assert.Empty(copying.Receipts);
        Assert.Contains(copying.Remarks, r => r.StartsWith("1 backups were ended", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_backup_that_was_ended_before_it_was_pinned_is_not_copied()
    {
        FaultyStore? busy = null;
        using var rig = new CaptureRig(o => o, b => busy = new FaultyStore(b));
        rig.Node.Collections["docs"] = CaptureRig.Fixture("snapshots/empty.snapshot");
        CommitReceipt first = await rig.BackupAsync();
        CommitReceipt second = await rig.BackupAsync();
        Copying copying = await Copying.IntoMemoryAsync(rig);
        busy!.BeforePut = async name =>
        {
            if (name.Value.StartsWith(BlobNames.Pins, StringComparison.Ordinal))
            {
                busy.BeforePut = _ => Task.CompletedTask;
                await rig.RetireAsync(first.Id);
            }
        };
        await copying.CopyAsync();
        Assert.Equal([second.Id], await copying.Second.ListIdsAsync(BlobNames.Manifests, Cancellation));
    }
}
