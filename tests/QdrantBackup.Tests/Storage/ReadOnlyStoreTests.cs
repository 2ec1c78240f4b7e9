using QdrantBackup.Storage;

namespace QdrantBackup.Tests.Storage;

/// <summary>A store that cannot be written is read as it is; only the records of runs are kept beside it.</summary>
public sealed class ReadOnlyStoreTests
{
    private static readonly byte[] Old = [1];
    private static readonly byte[] New = [2];
    private readonly InMemoryStore _below = new(TimeProvider.System);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("chunks/aa/bb")]
    [InlineData("lists/x")]
    [InlineData("manifests/x")]
    [InlineData("retired/x")]
    [InlineData("holds/x")]
    [InlineData("keys/x")]
    [InlineData("store.json")]
    public async Task Nothing_that_backups_consist_of_is_taken(string name)
    {
        var refused = await Assert.ThrowsAsync<StoreException>(() => Store().PutAsync(new BlobName(name), New, PutCondition.Always, null, Cancellation));
        Assert.Contains("read-only", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_record_is_changed_under_the_condition_of_what_lies_below_and_nothing_reaches_that()
    {
        var name = new BlobName("leases/cluster");
        var there = await _below.PutAsync(name, Old, PutCondition.Always, null, Cancellation);
        var store = Store();

        await Assert.ThrowsAsync<StoreConflictException>(() => store.PutAsync(name, New, PutCondition.OnlyIfAbsent, null, Cancellation));
        await Assert.ThrowsAsync<StoreConflictException>(() => store.PutAsync(name, New, PutCondition.OnlyIfMatch("other"), null, Cancellation));
        var put = await store.PutAsync(name, New, PutCondition.OnlyIfMatch(there.ETag), null, Cancellation);
        await Assert.ThrowsAsync<StoreConflictException>(() => store.PutAsync(name, New, PutCondition.OnlyIfMatch("stale"), null, Cancellation));

        Assert.Equal(put.ETag, (await store.FindAsync(name, Cancellation))!.ETag);
        Assert.Equal(New, (await store.GetAsync(name, 10, Cancellation))!.Content.ToArray());
        Assert.Equal(Old, (await _below.GetAsync(name, 10, Cancellation))!.Content.ToArray());
    }

    [Fact]
    public async Task A_listing_has_each_name_once_in_order()
    {
        foreach (var name in (string[])["runs/a", "runs/c"])
        {
            await _below.PutAsync(new BlobName(name), Old, PutCondition.Always, null, Cancellation);
        }

        var store = Store();
        foreach (var name in (string[])["runs/b", "runs/c", "runs/d"])
        {
            await store.PutAsync(new BlobName(name), New, PutCondition.Always, null, Cancellation);
        }

        var listed = new List<string>();
        await foreach (var entry in store.ListAsync("runs/", Cancellation))
        {
            listed.Add(entry.Name.Value);
        }

        Assert.Equal(["runs/a", "runs/b", "runs/c", "runs/d"], listed);
    }

    [Fact]
    public async Task What_lies_below_is_not_deleted_and_what_lies_beside_is()
    {
        var (below, beside) = (new BlobName("runs/a"), new BlobName("runs/b"));
        await _below.PutAsync(below, Old, PutCondition.Always, null, Cancellation);
        var store = Store();
        await store.PutAsync(beside, New, PutCondition.Always, null, Cancellation);

        await Assert.ThrowsAsync<StoreException>(() => store.DeleteAsync(below, null, Cancellation));
        Assert.True(await store.DeleteAsync(beside, null, Cancellation));
        Assert.False(await store.DeleteAsync(beside, null, Cancellation));
    }

    private ReadOnlyStore Store() => new(_below, TimeProvider.System);
}
