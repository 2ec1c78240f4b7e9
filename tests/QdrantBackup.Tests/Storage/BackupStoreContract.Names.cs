using QdrantBackup.Storage;
using Xunit;

namespace QdrantBackup.Tests.Storage;

/// <summary>Names, listings, summaries and cancellation.</summary>
public abstract partial class BackupStoreContract
{
    public static TheoryData<string> AwkwardNames =>
    [
        "lists/20260301T020000Z-0a1b2c/0-docs~0-1a2b3c4d/0-00112233",
        "lists/b/0-with%20space~all-1a2b3c4d/0-0",
        "lists/b/0-m%C3%BCll%2Fslash~0-1a2b3c4d/0-0",
        "lists/b/0-%25percent~0-1a2b3c4d/0-0",
        "lists/b/plus+and&equals=question?hash#/0",
        "lists/b/müll und 雪 und 😀/0",
        "keys/00112233445566778899aabbccddeeff/key-file-1.json",
        "store.json",
    ];

    [Theory]
    [MemberData(nameof(AwkwardNames))]
    public async Task A_name_comes_back_as_it_was_given(string text)
    {
        var name = new BlobName(text);

        await PutAsync(name, text);

        Assert.Equal(text, await TextAsync(name));
        Assert.Equal(text, Assert.Single(await ListAsync("")).Name.Value);
        Assert.Equal(text, Assert.Single(await ListAsync(text)).Name.Value);
        Assert.True(await Store.DeleteAsync(name, null, Cancellation));
        Assert.Empty(await ListAsync(""));
    }

    [Fact]
    public async Task A_percent_encoded_name_is_another_than_the_decoded_one()
    {
        await PutAsync(new BlobName("runs/a%20b"), "encoded");
        await PutAsync(new BlobName("runs/a b"), "plain");

        Assert.Equal("encoded", await TextAsync(new BlobName("runs/a%20b")));
        Assert.Equal("plain", await TextAsync(new BlobName("runs/a b")));
    }

    [Fact]
    public async Task A_name_of_the_greatest_length_is_kept()
    {
        var name = new BlobName(string.Join('/', Enumerable.Repeat(new string('n', BlobName.MaxSegmentBytes), 4)));

        await PutAsync(name, "long");

        Assert.Equal("long", await TextAsync(name));
        Assert.Equal(name, Assert.Single(await ListAsync("")).Name);
    }

    [Fact]
    public async Task A_listing_is_in_the_order_of_the_bytes_of_whole_names()
    {
        string[] names = ["a", "b-c/x", "b/x", "b/y/z", "b0/x", "c/A", "c/Z", "c/a", "c/~", "c/é"];
        foreach (var name in names.Reverse())
        {
            await PutAsync(new BlobName(name), name);
        }

        Assert.Equal(names, (await ListAsync("")).Select(entry => entry.Name.Value));
    }

    [Theory]
    [InlineData("", 5)]
    [InlineData("chunks/", 3)]
    [InlineData("chunks/a", 2)]
    [InlineData("chunks/ab/1", 1)]
    [InlineData("chunks/ab/11", 0)]
    [InlineData("chunk", 3)]
    [InlineData("manifests/2026", 1)]
    [InlineData("nothing/", 0)]
    [InlineData("nothing/at/all", 0)]
    [InlineData("../", 0)]
    [InlineData("/", 0)]
    public async Task A_prefix_selects_the_names_that_begin_with_it(string prefix, int count)
    {
        string[] names = ["chunks/aa/1", "chunks/ab/1", "chunks/ba/1", "manifests/20260301", "store.json"];
        foreach (var name in names)
        {
            await PutAsync(new BlobName(name), name);
        }

        var listed = await ListAsync(prefix);

        Assert.Equal(count, listed.Count);
        Assert.All(listed, entry => Assert.StartsWith(prefix, entry.Name.Value, StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_empty_store_lists_nothing() => Assert.Empty(await ListAsync(""));

    [Fact]
    public async Task A_summary_lives_and_dies_with_its_manifest()
    {
        var other = Convert.ToBase64String("another summary"u8);
        await Store.PutAsync(Manifest, "1"u8.ToArray(), PutCondition.OnlyIfAbsent, Summary, Cancellation);

        await Assert.ThrowsAsync<StoreConflictException>(() =>
            Store.PutAsync(Manifest, "2"u8.ToArray(), PutCondition.OnlyIfAbsent, other, Cancellation));
        Assert.Equal(Summary, Assert.Single(await ListAsync("manifests/")).Summary);

        await Store.PutAsync(Manifest, "3"u8.ToArray(), PutCondition.Always, other, Cancellation);
        Assert.Equal(other, Assert.Single(await ListAsync("manifests/")).Summary);

        await Store.PutAsync(Manifest, "4"u8.ToArray(), PutCondition.Always, null, Cancellation);
        Assert.Null(Assert.Single(await ListAsync("manifests/")).Summary);

        await Store.PutAsync(Manifest, "5"u8.ToArray(), PutCondition.Always, Summary, Cancellation);
        await Store.DeleteAsync(Manifest, null, Cancellation);
        await PutAsync(Manifest, "6");
        Assert.Null((await Store.FindAsync(Manifest, Cancellation))?.Summary);
    }

    [Fact]
    public async Task A_summary_of_the_greatest_length_is_kept()
    {
        var summary = Convert.ToBase64String(new byte[BlobSummary.MaxLength / 4 * 3]);
        Assert.Equal(BlobSummary.MaxLength, summary.Length);

        await Store.PutAsync(Manifest, "1"u8.ToArray(), PutCondition.Always, summary, Cancellation);

        Assert.Equal(summary, (await Store.FindAsync(Manifest, Cancellation))?.Summary);
    }

    [Fact]
    public async Task A_summary_that_any_store_could_not_keep_is_refused_by_all()
    {
        await Assert.ThrowsAsync<ArgumentException>(() => Store.PutAsync(Manifest, default, PutCondition.Always, new string('A', BlobSummary.MaxLength + 4), Cancellation));
        await Assert.ThrowsAsync<ArgumentException>(() => Store.PutAsync(Manifest, default, PutCondition.Always, "line\nbreak", Cancellation));
        await Assert.ThrowsAsync<ArgumentException>(() => Store.PutAsync(Manifest, default, PutCondition.Always, "", Cancellation));
        await Assert.ThrowsAsync<ArgumentException>(() => Store.PutAsync(Chunk, default, PutCondition.Always, Summary, Cancellation));
        Assert.Empty(await ListAsync(""));
    }

    [Fact]
    public async Task A_cancelled_call_does_nothing_and_ends_as_cancelled()
    {
        await PutAsync(Chunk, "content");
        var cancelled = new CancellationToken(canceled: true);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store.PutAsync(Manifest, default, PutCondition.Always, null, cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store.GetAsync(Chunk, NoLimit, cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store.FindAsync(Chunk, cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store.DeleteAsync(Chunk, null, cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Store.ListAsync("", cancelled).ToListAsync(CancellationToken.None));

        Assert.Equal([Chunk], (await ListAsync("")).Select(entry => entry.Name));
    }

    [Fact]
    public void The_location_holds_no_query() => Assert.DoesNotContain('?', Store.Location);
}
