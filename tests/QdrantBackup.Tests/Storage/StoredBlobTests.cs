using QdrantBackup.Storage;
using QdrantBackup.Storage.Directories;

namespace QdrantBackup.Tests.Storage;

public sealed class StoredBlobTests
{
    private const int Length = 1 << 20;

    [Fact]
    public void A_buffer_that_is_given_back_twice_goes_to_one_reader_only()
    {
        var blob = StoredBlob.In(ChunkBuffers.Rent(Length), new BlobEntry(new BlobName("chunks/aa/a"), Length, "\"1\"", default, null));
        blob.GiveBack();
        blob.GiveBack();

        // One more than are kept.
        byte[][] rented = [.. Enumerable.Range(0, 17).Select(_ => ChunkBuffers.Rent(Length))];
        Assert.Equal(rented.Length, rented.Distinct().Count());
    }

    [Fact]
    public async Task A_buffer_that_a_reader_keeps_is_never_written_to_again()
    {
        using var folder = new TemporaryDirectory();
        var store = new DirectoryStore(folder.Path, TimeProvider.System);
        BlobName[] names = [new("chunks/aa/a"), new("chunks/bb/b")];
        for (var i = 0; i < names.Length; i++)
        {
            var content = new byte[Length];
            content.AsSpan().Fill((byte)(i + 1));
            await store.PutAsync(names[i], content, PutCondition.Always, null, TestContext.Current.CancellationToken);
        }

        StoredBlob kept = (await store.GetAsync(names[0], Length, TestContext.Current.CancellationToken))!;
        StoredBlob passed = (await store.GetAsync(names[1], Length, TestContext.Current.CancellationToken))!;
        passed.GiveBack();
        _ = await store.GetAsync(names[1], Length, TestContext.Current.CancellationToken);
        Assert.Equal(Length, kept.Content.Length);
        Assert.False(kept.Content.Span.ContainsAnyExcept((byte)1));
    }
}
