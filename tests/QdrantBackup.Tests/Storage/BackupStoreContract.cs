using System.Security.Cryptography;
using System.Text;
using QdrantBackup.Storage;
using Xunit;

namespace QdrantBackup.Tests.Storage;

/// <summary>The contract of every store. Each store has a class that inherits this and opens an empty store for each test.</summary>
public abstract partial class BackupStoreContract
{
    private const long NoLimit = long.MaxValue;
    private static readonly BlobName Chunk = new("chunks/ab/abcdef");
    private static readonly BlobName Manifest = new("manifests/20260301T020000Z-0a1b2c");
    private static readonly string Summary = Convert.ToBase64String("small, sealed and short"u8);

    protected abstract IBackupStore Store { get; }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4096)]
    [InlineData(16 << 20)]
    public async Task A_blob_of_any_size_is_read_back_as_it_was_put(int length)
    {
        var content = RandomNumberGenerator.GetBytes(length);

        var put = await Store.PutAsync(Chunk, content, PutCondition.Always, null, Cancellation);
        var got = await Store.GetAsync(Chunk, length, Cancellation);

        Assert.NotNull(got);
        Assert.True(got.Content.Span.SequenceEqual(content));
        Assert.Equal(put, got.Entry);
        Assert.Equal(length, put.Length);
        Assert.Equal(Chunk, put.Name);
    }

    [Fact]
    public async Task The_clock_of_the_store_is_the_one_that_blobs_are_dated_by()
    {
        var before = await Store.NowAsync(Cancellation);
        var put = await PutAsync(Chunk, "content");
        var after = await Store.NowAsync(Cancellation);

        // Services have a clock of whole seconds.
        Assert.InRange(put.Modified, before.AddSeconds(-1), after.AddSeconds(1));
    }

    [Fact]
    public async Task A_second_put_replaces_the_first()
    {
        await PutAsync(Chunk, "the first, longer content");

        await PutAsync(Chunk, "the second");

        Assert.Equal("the second", await TextAsync(Chunk));
    }

    [Fact]
    public async Task The_ETag_changes_with_every_put_even_of_equal_bytes()
    {
        var seen = new HashSet<string>();
        for (var put = 0; put < 20; put++)
        {
            Assert.True(seen.Add((await PutAsync(Chunk, "the same")).ETag), $"put {put} has the ETag of an earlier one");
        }
    }

    [Fact]
    public async Task The_ETag_of_a_deleted_blob_does_not_come_back_with_its_name()
    {
        var seen = new HashSet<string>();
        for (var put = 0; put < 10; put++)
        {
            Assert.True(seen.Add((await PutAsync(Chunk, "the same")).ETag), $"put {put} has the ETag of a deleted one");
            Assert.True(await Store.DeleteAsync(Chunk, null, Cancellation));
        }
    }

    [Fact]
    public async Task Put_find_get_and_list_agree_on_what_is_known_of_a_blob()
    {
        var put = await Store.PutAsync(Manifest, "content"u8.ToArray(), PutCondition.OnlyIfAbsent, Summary, Cancellation);

        Assert.Equal(Summary, put.Summary);
        Assert.Equal(put, await Store.FindAsync(Manifest, Cancellation));
        Assert.Equal(put, (await Store.GetAsync(Manifest, NoLimit, Cancellation))?.Entry);
        Assert.Equal([put], await ListAsync("manifests/"));
    }

    [Fact]
    public async Task A_blob_that_is_not_there_is_null()
    {
        await PutAsync(Chunk, "another");

        Assert.Null(await Store.FindAsync(new BlobName("chunks/ab/missing"), Cancellation));
        Assert.Null(await Store.GetAsync(new BlobName("chunks/ab/missing"), NoLimit, Cancellation));
        Assert.Null(await Store.GetAsync(new BlobName("leases/missing"), NoLimit, Cancellation));
        Assert.Null(await Store.FindAsync(new BlobName("chunks/ab"), Cancellation));
        Assert.Null(await Store.GetAsync(new BlobName("chunks/ab"), NoLimit, Cancellation));
    }

    [Fact]
    public async Task A_blob_longer_than_the_limit_is_refused_and_named()
    {
        await PutAsync(Chunk, "12345");

        Assert.NotNull(await Store.GetAsync(Chunk, 5, Cancellation));
        var refusal = await Assert.ThrowsAsync<OversizedBlobException>(() => Store.GetAsync(Chunk, 4, Cancellation));
        Assert.Contains(Chunk.Value, refusal.Message, StringComparison.Ordinal);
        Assert.NotEmpty(refusal.Hint);
    }

    [Fact]
    public async Task A_put_only_if_absent_leaves_an_existing_blob()
    {
        await Store.PutAsync(Chunk, "first"u8.ToArray(), PutCondition.OnlyIfAbsent, null, Cancellation);

        var conflict = await Assert.ThrowsAsync<StoreConflictException>(() =>
            Store.PutAsync(Chunk, "second"u8.ToArray(), PutCondition.OnlyIfAbsent, null, Cancellation));

        Assert.Contains(Chunk.Value, conflict.Message, StringComparison.Ordinal);
        Assert.Equal("first", await TextAsync(Chunk));
    }

    [Fact]
    public async Task A_put_with_the_current_ETag_replaces_and_with_a_stale_one_does_not()
    {
        var first = await PutAsync(Chunk, "first");

        await Store.PutAsync(Chunk, "second"u8.ToArray(), PutCondition.OnlyIfMatch(first.ETag), null, Cancellation);
        await Assert.ThrowsAsync<StoreConflictException>(() =>
            Store.PutAsync(Chunk, "third"u8.ToArray(), PutCondition.OnlyIfMatch(first.ETag), null, Cancellation));

        Assert.Equal("second", await TextAsync(Chunk));
    }

    [Fact]
    public async Task A_put_with_an_ETag_does_not_bring_back_a_deleted_blob()
    {
        var first = await PutAsync(Chunk, "first");
        await Store.DeleteAsync(Chunk, null, Cancellation);

        await Assert.ThrowsAsync<StoreConflictException>(() =>
            Store.PutAsync(Chunk, "second"u8.ToArray(), PutCondition.OnlyIfMatch(first.ETag), null, Cancellation));

        Assert.Null(await Store.FindAsync(Chunk, Cancellation));
    }

    [Fact]
    public async Task Exactly_one_of_racing_puts_only_if_absent_wins_and_is_read()
    {
        for (var round = 0; round < 10; round++)
        {
            var name = new BlobName($"leases/round{round}");

            var winners = await RaceAsync(name, PutCondition.OnlyIfAbsent);

            var winner = Assert.Single(winners);
            Assert.Equal($"racer {winner}", await TextAsync(name));
        }
    }

    [Fact]
    public async Task Exactly_one_of_racing_puts_with_one_ETag_wins_and_is_read()
    {
        for (var round = 0; round < 10; round++)
        {
            var name = new BlobName($"leases/round{round}");
            var before = await PutAsync(name, "before");

            var winners = await RaceAsync(name, PutCondition.OnlyIfMatch(before.ETag));

            var winner = Assert.Single(winners);
            Assert.Equal($"racer {winner}", await TextAsync(name));
        }
    }

    [Fact]
    public async Task A_blob_can_be_deleted_once()
    {
        await PutAsync(Chunk, "content");

        Assert.True(await Store.DeleteAsync(Chunk, null, Cancellation));
        Assert.False(await Store.DeleteAsync(Chunk, null, Cancellation));
        Assert.Null(await Store.GetAsync(Chunk, NoLimit, Cancellation));
        Assert.Empty(await ListAsync(""));
    }

    [Fact]
    public async Task A_deletion_with_a_stale_ETag_leaves_the_newer_blob()
    {
        var first = await PutAsync(Chunk, "the same");
        var second = await PutAsync(Chunk, "the same");

        await Assert.ThrowsAsync<StoreConflictException>(() => Store.DeleteAsync(Chunk, first.ETag, Cancellation));
        Assert.Equal(second, await Store.FindAsync(Chunk, Cancellation));

        Assert.True(await Store.DeleteAsync(Chunk, second.ETag, Cancellation));
        Assert.Null(await Store.FindAsync(Chunk, Cancellation));
        Assert.False(await Store.DeleteAsync(Chunk, second.ETag, Cancellation));
    }

    [Fact]
    public async Task A_listed_ETag_deletes()
    {
        await PutAsync(Chunk, "content");

        var listed = Assert.Single(await ListAsync("chunks/"));

        Assert.True(await Store.DeleteAsync(listed.Name, listed.ETag, Cancellation));
    }

    [Fact]
    public async Task An_expired_blob_is_deleted_now_or_later_and_expiring_it_again_or_a_missing_one_is_harmless()
    {
        var put = await Store.PutAsync(Manifest, "content"u8.ToArray(), PutCondition.OnlyIfAbsent, Summary, Cancellation);

        await Store.ExpireAsync(Manifest, Cancellation);
        await Store.ExpireAsync(Manifest, Cancellation);
        await Store.ExpireAsync(new BlobName("manifests/20260301T020000Z-zzzzzz"), Cancellation);

        // Until the store's own rule has deleted it, it is unchanged.
        Assert.True(await Store.FindAsync(Manifest, Cancellation) is not { } left || left == put);
        Assert.Null(await Store.FindAsync(new BlobName("manifests/20260301T020000Z-zzzzzz"), Cancellation));
        Assert.True(await Store.PurgeDeletedAsync(new DateOnly(2026, 1, 1), Cancellation) == 0);
    }

    private async Task<List<int>> RaceAsync(BlobName name, PutCondition condition)
    {
        var racers = Enumerable.Range(0, 8).Select(racer => Task.Run(async () =>
        {
            try
            {
                await Store.PutAsync(name, Encoding.UTF8.GetBytes($"racer {racer}"), condition, null, Cancellation);
                return racer;
            }
            catch (StoreConflictException)
            {
                return -1;
            }
        }));
        return [.. (await Task.WhenAll(racers)).Where(racer => racer >= 0)];
    }

    private Task<BlobEntry> PutAsync(BlobName name, string text) =>
        Store.PutAsync(name, Encoding.UTF8.GetBytes(text), PutCondition.Always, null, Cancellation);

    private async Task<string?> TextAsync(BlobName name) =>
        await Store.GetAsync(name, NoLimit, Cancellation) is { } blob ? Encoding.UTF8.GetString(blob.Content.Span) : null;

    private async Task<List<BlobEntry>> ListAsync(string prefix) => await Store.ListAsync(prefix, Cancellation).ToListAsync(Cancellation);
}
