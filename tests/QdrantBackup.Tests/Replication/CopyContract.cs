using QdrantBackup.Capture;
using QdrantBackup.Damages;
using QdrantBackup.Ids;
using QdrantBackup.Keys;
using QdrantBackup.Replication;
using QdrantBackup.Runs;
using QdrantBackup.Sealing;
using QdrantBackup.Storage;
using QdrantBackup.Stores;
using QdrantBackup.Tests.Capture;
using QdrantBackup.Tests.Verification;

namespace QdrantBackup.Tests.Replication;

/// <summary>The rules of copying for any two kinds of store; each pair of kinds runs it.</summary>
public abstract class CopyContract
{
    private static CancellationToken Cancellation => CaptureRig.Cancellation;

    /// <summary>Two empty places.</summary>
    protected abstract Task<(IBackupStore First, IBackupStore Second)> PlacesAsync();

    [Fact]
    public async Task A_copied_backup_reads_back_from_the_second_store_and_the_next_copy_carries_only_what_is_new()
    {
        (CaptureRig rig, Copying copying) = await StartAsync();
        using (rig)
        {
            CommitReceipt first = await rig.BackupAsync();
            await copying.CopyAsync(new CopyRequest { Full = true });
            long all = copying.Receipts.Sum(r => r.Chunks);
            await AssertWholeAsync(rig, copying, first.Id);

            rig.Node.Collections["late"] = CaptureRig.Fixture("snapshots/late-interaction.snapshot");
            CommitReceipt second = await rig.BackupAsync();
            await copying.CopyAsync();
            await AssertWholeAsync(rig, copying, second.Id);
            Assert.InRange(copying.Receipts.Sum(r => r.Chunks), 0, second.Totals.NewChunks);
            Assert.True(second.Totals.NewChunks < all / 2);

            await copying.CopyAsync();
            Assert.Empty(copying.Receipts);
            CopyLag lag = await new CopyRecords(rig.Store, rig.Time).LagAsync([second.Id, first.Id], Cancellation);
            Assert.Equal(new CopyLag(0, second.Id, 0), lag);
        }
    }

    [Fact]
    public async Task A_backup_that_the_first_store_lost_comes_back_as_it_was()
    {
        (CaptureRig rig, Copying copying) = await StartAsync();
        using (rig)
        {
            byte[] before = rig.Node.Collections["docs"];
            CommitReceipt backup = await rig.BackupAsync();
            await copying.CopyAsync();
            await foreach (BlobEntry blob in rig.Store.Blobs.ListAsync("", Cancellation))
            {
                if (blob.Name.Value.StartsWith("manifests/", StringComparison.Ordinal) || blob.Name.Value.StartsWith("lists/", StringComparison.Ordinal)
                    || blob.Name.Value.StartsWith("chunks/", StringComparison.Ordinal))
                {
                    await rig.Store.Blobs.DeleteAsync(blob.Name, null, Cancellation);
                }
            }

            await copying.CopyAsync(new CopyRequest { BackupId = backup.Id, Back = true });
            Assert.Empty((await new Checking(rig).VerifyAsync(backup.Id, VerifyLevel.Restorable)).Damages);
            await rig.RestoreAsync(new RestoreRequest { BackupId = backup.Id, Suffix = "-back" });
            Assert.Equal(before, rig.Node.Collections["docs-back"]);
        }
    }

    [Fact]
    public async Task A_second_store_is_opened_again_and_another_stores_is_refused()
    {
        (CaptureRig rig, Copying copying) = await StartAsync();
        using (rig)
        {
            Assert.True((await ReplicaOpening.OpenAsync(rig.Store, copying.Second.Blobs, Cancellation)).IsReplica);
            using var stranger = new CaptureRig();
            var failure = await Assert.ThrowsAsync<RefusedException>(() => ReplicaOpening.OpenAsync(stranger.Store, copying.Second.Blobs, Cancellation));
            Assert.Contains(copying.Second.Blobs.Location, failure.Message, StringComparison.Ordinal);
            await Assert.ThrowsAsync<RefusedException>(() => ReplicaOpening.MakeAsync(stranger.Store, rig.Store.Blobs, rig.Time, Cancellation));
        }
    }

    private static async Task AssertWholeAsync(CaptureRig rig, Copying copying, BackupId id)
    {
        var checking = new Checking(rig, copying.Second, rig.Store);
        Assert.Empty((await checking.RunAsync(new VerifyRequest { BackupId = id, Level = VerifyLevel.Restorable, Second = true })).Damages);
        Assert.NotNull((await checking.Verified.FindAsync(id, Cancellation))!.DeepestPass());
    }

    private async Task<(CaptureRig Rig, Copying Copying)> StartAsync()
    {
        (IBackupStore first, IBackupStore second) = await PlacesAsync();
        using StoreKey key = StoreKey.Generate();
        var rig = new CaptureRig(new FakeNode(), null, new SealedStore(first, new Sealer(StoreId.Generate(), key)));
        rig.Node.Collections["docs"] = CaptureRig.Fixture("snapshots/hermes_vectors.snapshot");
        return (rig, new Copying(rig, await Copying.MakeAsync(rig, second)));
    }
}
