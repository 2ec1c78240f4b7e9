using Microsoft.Extensions.Time.Testing;
using QdrantBackup.Storage;
using QdrantBackup.Storage.Directories;

namespace QdrantBackup.Tests.Storage.Directories;

/// <summary>The guarantees that only a store in a directory gives.</summary>
public sealed class DirectoryStoreTests : IDisposable
{
    private static readonly BlobName Chunk = new("chunks/ab/abcdef");
    private static readonly BlobName Manifest = new("manifests/20260301T020000Z-0a1b2c");
    private static readonly string Summary = Convert.ToBase64String("summary"u8);

    private readonly TemporaryDirectory _directory = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 3, 1, 2, 0, 0, TimeSpan.Zero));
    private readonly RecordedFiles _files;
    private readonly DirectoryStore _store;

    public DirectoryStoreTests()
    {
        _files = new RecordedFiles(Root);
        _store = new DirectoryStore(Root, _time, _files);
    }

    private string Root => Path.Combine(_directory.Path, "store");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_put_flushes_the_file_renames_it_and_flushes_the_folder_before_it_returns()
    {
        await PutAsync(Chunk);
        _files.Forget();

        await PutAsync(Chunk);

        Assert.Equal(["write .tmp/*", "flush .tmp/*", "rename .tmp/* -> chunks/ab/abcdef", "flush chunks/ab"], _files.Calls);
    }

    [Fact]
    public async Task Every_folder_on_the_way_is_flushed_into_its_parent_even_when_another_process_made_it()
    {
        await new DirectoryStore(Root, _time).PutAsync(Chunk, default, PutCondition.Always, null, Cancellation);

        await PutAsync(Chunk);

        Assert.DoesNotContain(_files.Calls, call => call.StartsWith("mkdir", StringComparison.Ordinal));
        Assert.Contains("flush .", _files.Calls);
        Assert.Contains("flush chunks", _files.Calls);
    }

    [Fact]
    public async Task A_new_manifest_appears_after_its_summary_and_a_replaced_one_never_has_another_summary()
    {
        await _store.PutAsync(Manifest, default, PutCondition.OnlyIfAbsent, Summary, Cancellation);
        Assert.Equal(["summaries", "manifests"], Renames());
        _files.Forget();

        await _store.PutAsync(Manifest, default, PutCondition.Always, Summary, Cancellation);
        Assert.Equal(["manifests", "summaries"], Renames());
        Assert.Equal(Summary, await File.ReadAllTextAsync(Path.Combine(Root, "summaries", "20260301T020000Z-0a1b2c"), Cancellation));

        IEnumerable<string> Renames() => _files.Calls.Where(call => call.StartsWith("rename", StringComparison.Ordinal)).Select(call => call.Split("-> ")[1].Split('/')[0]);
    }

    [Fact]
    public async Task A_full_disk_is_named_and_leaves_the_old_content_and_no_temporary_file()
    {
        await PutAsync(Chunk, "old");

        // The kernel's own answer for a full disk, without filling one.
        _files.OnWrite = async _ =>
        {
            await using var full = new FileStream("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
            await full.WriteAsync(new byte[1], Cancellation);
        };
        var failure = await Assert.ThrowsAsync<StoreException>(() => PutAsync(Chunk, "new"));

        Assert.Contains($"no space left on {Root}", failure.Message, StringComparison.Ordinal);
        Assert.Contains("Free space", failure.Hint, StringComparison.Ordinal);
        Assert.Equal("old"u8.ToArray(), (await _store.GetAsync(Chunk, 10, Cancellation))?.Content.ToArray());
        Assert.Empty(Directory.GetFiles(Path.Combine(Root, ".tmp")));
    }

    [Fact]
    public async Task A_write_cut_short_leaves_nothing_that_is_listed_and_is_swept_after_a_day()
    {
        await PutAsync(Chunk);
        var leftover = Path.Combine(Root, ".tmp", "0123456789abcdef");
        await File.WriteAllTextAsync(leftover, "half a chu", Cancellation);
        File.SetLastWriteTimeUtc(leftover, _time.GetUtcNow().UtcDateTime);

        _time.Advance(TimeSpan.FromHours(24));
        await ReopenedAsync();
        Assert.True(File.Exists(leftover));

        _time.Advance(TimeSpan.FromSeconds(1));
        await ReopenedAsync();
        Assert.False(File.Exists(leftover));

        async Task ReopenedAsync()
        {
            var store = new DirectoryStore(Root, _time);
            await store.PutAsync(Chunk, default, PutCondition.Always, null, Cancellation);
            Assert.Equal([Chunk], (await store.ListAsync("", Cancellation).ToListAsync(Cancellation)).Select(entry => entry.Name));
        }
    }

    [Fact]
    public async Task Files_and_folders_are_their_owners_alone()
    {
        await _store.PutAsync(Manifest, default, PutCondition.Always, Summary, Cancellation);
        await _store.DeleteAsync(Manifest, null, Cancellation);
        await PutAsync(Chunk);

        foreach (var entry in new DirectoryInfo(Root).EnumerateFileSystemInfos("*", SearchOption.AllDirectories).Append(new DirectoryInfo(Root)))
        {
            var expected = UnixFileMode.UserRead | UnixFileMode.UserWrite | (entry is DirectoryInfo ? UnixFileMode.UserExecute : UnixFileMode.None);
            Assert.True(entry.UnixFileMode == expected, $"{entry.FullName} has mode {entry.UnixFileMode}");
        }
    }

    [Fact]
    public async Task Deleted_blobs_lie_in_the_trash_by_day_until_it_is_emptied()
    {
        await _store.PutAsync(Manifest, "first"u8.ToArray(), PutCondition.Always, Summary, Cancellation);
        await _store.DeleteAsync(Manifest, null, Cancellation);
        await PutAsync(Manifest, "second");
        await _store.DeleteAsync(Manifest, null, Cancellation);

        Assert.Equal("first", await File.ReadAllTextAsync(Path.Combine(Root, "trash/2026-03-01", Manifest.Value), Cancellation));
        Assert.Equal(Summary, await File.ReadAllTextAsync(Path.Combine(Root, "trash/2026-03-01/summaries/20260301T020000Z-0a1b2c"), Cancellation));
        Assert.Equal("second", await File.ReadAllTextAsync(Path.Combine(Root, "trash/2026-03-01.1", Manifest.Value), Cancellation));
        Assert.Empty(await _store.ListAsync("", Cancellation).ToListAsync(Cancellation));

        Assert.Equal(0, await _store.PurgeDeletedAsync(new DateOnly(2026, 3, 1), Cancellation));
        Assert.Equal(2, await _store.PurgeDeletedAsync(new DateOnly(2026, 3, 2), Cancellation));
        Assert.Empty(Directory.GetDirectories(Path.Combine(Root, "trash")));
    }

    [Theory]
    [InlineData("summaries/x")]
    [InlineData("trash/2026-03-01/x")]
    [InlineData(".tmp/locks/00")]
    [InlineData("chunks/.hidden")]
    public async Task Names_that_are_the_stores_own_are_refused(string name)
    {
        var refusal = await Assert.ThrowsAsync<StoreException>(() => PutAsync(new BlobName(name)));

        Assert.Contains(name, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_that_are_no_blobs_are_not_listed()
    {
        await PutAsync(Chunk);
        Directory.CreateDirectory(Path.Combine(Root, "lost+found"));
        await File.WriteAllTextAsync(Path.Combine(Root, "lost+found", "x"), "", Cancellation);
        await File.WriteAllTextAsync(Path.Combine(Root, "chunks", ".nfs0001"), "", Cancellation);
        await File.WriteAllTextAsync(Path.Combine(Root, "chunks", "back\\slash"), "", Cancellation);

        Assert.Equal([Chunk], (await _store.ListAsync("", Cancellation).ToListAsync(Cancellation)).Select(entry => entry.Name));
        Assert.Empty(await _store.ListAsync("summaries/", Cancellation).ToListAsync(Cancellation));
        Assert.Empty(await _store.ListAsync(".tmp/", Cancellation).ToListAsync(Cancellation));
    }

    [Fact]
    public async Task A_store_whose_parent_is_missing_is_an_error_and_not_an_empty_store()
    {
        var store = new DirectoryStore(Path.Combine(_directory.Path, "mount", "store"), _time);

        Func<Task>[] calls =
        [
            () => store.PutAsync(Chunk, default, PutCondition.Always, null, Cancellation),
            () => store.GetAsync(Chunk, 1, Cancellation),
            () => store.FindAsync(Chunk, Cancellation),
            () => store.DeleteAsync(Chunk, null, Cancellation),
            async () => await store.ListAsync("", Cancellation).ToListAsync(Cancellation),
        ];
        foreach (var call in calls)
        {
            var failure = await Assert.ThrowsAsync<StoreException>(call);
            Assert.Contains(Path.Combine(_directory.Path, "mount"), failure.Message, StringComparison.Ordinal);
            Assert.Contains("Mount", failure.Hint, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_refusal_by_the_system_is_reported_with_a_hint()
    {
        _files.OnWrite = _ => throw new UnauthorizedAccessException("Access to the path is denied.");

        var failure = await Assert.ThrowsAsync<StoreException>(() => PutAsync(Chunk));

        Assert.Contains("permission denied", failure.Message, StringComparison.Ordinal);
        Assert.Contains("chown", failure.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void A_relative_path_is_refused() => Assert.Throws<UsageException>(() => new DirectoryStore("backups", _time));

    private Task PutAsync(BlobName name, string text = "") => _store.PutAsync(name, System.Text.Encoding.UTF8.GetBytes(text), PutCondition.Always, null, Cancellation);
}
