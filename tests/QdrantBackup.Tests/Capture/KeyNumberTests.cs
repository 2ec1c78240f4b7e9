using QdrantBackup.Capture;
using QdrantBackup.Catalog;
using QdrantBackup.Ids;
using QdrantBackup.Runs;
using QdrantBackup.Sealing;
using QdrantBackup.Storage;
using QdrantBackup.Stores;

namespace QdrantBackup.Tests.Capture;

/// <summary>Raising the key number takes a leaked encryption key out of use: objects sealed afterwards, and the whole next backup, do not need it.</summary>
public sealed class KeyNumberTests
{
    private const int KeyNumberAt = 6;
    private readonly StoreId _storeId = StoreId.Generate();

    private static CancellationToken Cancellation => CaptureRig.Cancellation;

    [Fact]
    public async Task The_first_backup_after_the_raise_uploads_every_chunk_again_and_the_second_reuses_them()
    {
        using StoreKey key = StoreKey.Generate();
        using CaptureRig before = Rig(key, keyNumber: 0, new FakeNode(), blobs: null);
        before.Node.Collections["docs"] = CaptureRig.Fixture("snapshots/hermes_vectors.snapshot");
        await before.BackupAsync();
        CommitReceipt reused = await before.BackupAsync();
        Assert.Equal(0, reused.Totals.NewChunks);
        using CaptureRig after = Rig(key, keyNumber: 1, before.Node, before.Blobs);
        after.Time.Advance(TimeSpan.FromDays(1));

        CommitReceipt first = await after.BackupAsync();
        CommitReceipt second = await after.BackupAsync();

        Assert.True(first.Totals.Chunks > 0);
        Assert.Equal((first.Totals.Chunks, 0), (first.Totals.NewChunks, second.Totals.NewChunks));
        foreach (BlobName chunk in await after.NamesAsync("chunks/"))
        {
            Assert.Equal(1, (await after.Blobs.GetAsync(chunk, long.MaxValue, Cancellation))!.Content.Span[KeyNumberAt]);
        }
    }

    [Fact]
    public async Task The_store_key_opens_backups_from_before_and_after_the_raise()
    {
        using StoreKey key = StoreKey.Generate();
        using CaptureRig before = Rig(key, keyNumber: 0, new FakeNode(), blobs: null);
        before.Node.Collections["docs"] = CaptureRig.Fixture("snapshots/late-interaction.snapshot");
        CommitReceipt old = await before.BackupAsync();
        using CaptureRig after = Rig(key, keyNumber: 200, before.Node, before.Blobs);
        after.Time.Advance(TimeSpan.FromDays(1));
        CommitReceipt renewed = await after.BackupAsync();

        using CaptureRig reader = Rig(key, keyNumber: 0, before.Node, before.Blobs);
        reader.Time.Advance(TimeSpan.FromDays(2));
        await reader.RestoreAsync(new RestoreRequest { BackupId = old.Id, Suffix = "-old" });
        await reader.RestoreAsync(new RestoreRequest { BackupId = renewed.Id, Collections = ["docs"], Suffix = "-new" });

        Assert.Equal(before.Node.Collections["docs"], before.Node.Collections["docs-old"]);
        Assert.Equal(before.Node.Collections["docs"], before.Node.Collections["docs-new"]);
        Assert.Equal(2, (await reader.Get<BackupCatalog>().ListAsync(new CatalogFilter(), Cancellation)).Count(e => e.Summary is not null));
    }

    private CaptureRig Rig(StoreKey key, byte keyNumber, FakeNode node, InMemoryStore? blobs)
    {
        blobs ??= new InMemoryStore(TimeProvider.System);
        return new CaptureRig(node, blobs, new SealedStore(blobs, new Sealer(_storeId, key, keyNumber)));
    }
}
