using QdrantBackup.Ids;
using QdrantBackup.Retention;
using QdrantBackup.Storage;
using QdrantBackup.Stores;
using QdrantBackup.Tests.Capture;

namespace QdrantBackup.Tests.Retention;

public sealed class BackupHoldsTests
{
    private static CancellationToken Cancellation => CaptureRig.Cancellation;

    [Fact]
    public async Task A_hold_is_placed_once_keeps_its_first_record_and_is_released_by_overwriting()
    {
        using CaptureRig rig = Rig();
        BackupId id = (await rig.BackupAsync()).Id;
        var holds = rig.Get<BackupHolds>();
        Hold first = await holds.PlaceAsync(id, " court case ", "alice", Cancellation);
        Assert.Equal(first, await holds.PlaceAsync(id, "another reason", "bob", Cancellation));
        Assert.Equal("court case", (await holds.ListAsync(Cancellation))[id].Reason);

        Assert.True(await holds.ReleaseAsync(id, "bob", Cancellation));
        Assert.False(await holds.ReleaseAsync(id, "bob", Cancellation));
        Assert.Empty(await holds.ListAsync(Cancellation));
        Assert.Single(await rig.NamesAsync(BlobNames.Holds));
        Assert.Equal("bob", (await holds.PlaceAsync(id, "again", "bob", Cancellation)).By);
    }

    [Fact]
    public async Task A_record_that_cannot_be_read_holds_until_it_is_released()
    {
        using CaptureRig rig = Rig();
        BackupId id = (await rig.BackupAsync()).Id;
        await rig.Blobs.PutAsync(BlobNames.Hold(id), new byte[100], PutCondition.Always, null, Cancellation);
        var holds = rig.Get<BackupHolds>();

        Assert.Contains("cannot be read", (await holds.ListAsync(Cancellation))[id].Reason, StringComparison.Ordinal);
        Assert.True(await holds.ReleaseAsync(id, "alice", Cancellation));
        Assert.Null(await holds.FindAsync(id, Cancellation));
    }

    [Fact]
    public async Task A_hold_on_a_missing_or_ended_backup_or_without_a_reason_is_refused()
    {
        using CaptureRig rig = Rig();
        BackupId id = (await rig.BackupAsync()).Id;
        var holds = rig.Get<BackupHolds>();
        await Assert.ThrowsAsync<UsageException>(() => holds.PlaceAsync(id, " ", "alice", Cancellation));
        await Assert.ThrowsAsync<UsageException>(() => holds.PlaceAsync(id, new string('x', BackupHolds.MaxReasonLength + 1), "alice", Cancellation));
        await Assert.ThrowsAsync<UsageException>(() => holds.PlaceAsync(BackupId.New(rig.Time), "audit", "alice", Cancellation));
        await rig.RetireAsync(id);
        await Assert.ThrowsAsync<RefusedException>(() => holds.PlaceAsync(id, "audit", "alice", Cancellation));
        Assert.Empty(await rig.NamesAsync(BlobNames.Holds));
    }

    private static CaptureRig Rig()
    {
        var rig = new CaptureRig();
        rig.Node.Collections["docs"] = CaptureRig.Fixture("snapshots/empty.snapshot");
        return rig;
    }
}
