using LocalDisk;
using Microsoft.Extensions.Time.Testing;
using QdrantBackup.Storage;
using QdrantBackup.Storage.Directories;

namespace QdrantBackup.Tests.Storage.Directories;

/// <summary>A directory store checks answers of the system that are often ignored: a flush that failed, a lock that does not exclude, a rename that crosses disks.</summary>
public sealed class DirectoryDiskTests : IDisposable
{
    private static readonly BlobName Chunk = new("chunks/ab/abcdef");

    private readonly TemporaryDirectory _directory = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 3, 1, 2, 0, 0, TimeSpan.Zero));
    private readonly RecordedFiles _files;
    private readonly DirectoryStore _store;

    public DirectoryDiskTests()
    {
        _files = new RecordedFiles(Root);
        _store = new DirectoryStore(Root, _time, _files);
    }

    private string Root => Path.Combine(_directory.Path, "store");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_flush_that_the_system_refuses_is_an_error_although_the_runtime_reports_success()
    {
        // The kernel itself refuses to flush this device.
        using var device = File.OpenHandle("/dev/null", FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        RandomAccess.FlushToDisk(device);

        Assert.Throws<FlushException>(() => DiskFiles.Flush(device, "/dev/null"));
    }

    [Fact]
    public async Task A_put_whose_bytes_the_disk_does_not_confirm_fails_and_leaves_nothing()
    {
        await PutAsync();
        _files.OnFlush = file => throw new FlushException(file.Name, "Input/output error", 5);

        var failure = await Assert.ThrowsAsync<StoreException>(() => PutAsync(new BlobName("chunks/ab/other")));

        Assert.Contains("the disk did not confirm", failure.Message, StringComparison.Ordinal);
        Assert.Contains("system log", failure.Hint, StringComparison.Ordinal);
        Assert.Null(await _store.FindAsync(new BlobName("chunks/ab/other"), Cancellation));
        Assert.Empty(Directory.GetFiles(Path.Combine(Root, ".tmp")));
    }

    [Fact]
    public async Task A_folder_whose_flush_failed_once_is_not_believed_later()
    {
        await PutAsync();
        _files.OnFlushDirectory = path => throw new FlushException(path, "Input/output error", 5);
        await Assert.ThrowsAsync<StoreException>(() => PutAsync());
        _files.OnFlushDirectory = null;

        var failure = await Assert.ThrowsAsync<StoreException>(() => PutAsync());

        Assert.Contains("failed earlier", failure.Message, StringComparison.Ordinal);
        await PutAsync(new BlobName("chunks/cd/cdef"));
    }

    [Fact]
    public async Task A_manifest_whose_name_the_disk_does_not_confirm_is_not_listed_as_a_backup()
    {
        var manifest = new BlobName("manifests/20260301T020000Z-0a1b2c");
        await PutAsync(new BlobName("manifests/20260301T010000Z-0a1b2c"));
        _files.OnFlushDirectory = path => throw new FlushException(path, "Input/output error", 5);

        await Assert.ThrowsAsync<StoreException>(() => _store.PutAsync(manifest, "x"u8.ToArray(), PutCondition.OnlyIfAbsent, Convert.ToBase64String("summary"u8), Cancellation));

        Assert.DoesNotContain(manifest, (await _store.ListAsync("manifests/", Cancellation).ToListAsync(Cancellation)).Select(e => e.Name));
        Assert.False(File.Exists(Path.Combine(Root, "summaries", "20260301T020000Z-0a1b2c")));
    }

    [Fact]
    public async Task Exactly_one_of_many_writers_of_a_new_name_wins_even_without_a_lock()
    {
        Directory.CreateDirectory(Root);
        for (var round = 0; round < 20; round++)
        {
            var target = Path.Combine(Root, $"target{round}");
            var won = await Task.WhenAll(Enumerable.Range(0, 16).Select(i => Task.Run(() =>
            {
                var own = Path.Combine(Root, $"own{round}-{i}");
                File.WriteAllText(own, $"{i}");
                return (Won: DiskFiles.TryMoveNew(own, target), Writer: i);
            })));

            Assert.Equal($"{Assert.Single(won, w => w.Won).Writer}", await File.ReadAllTextAsync(target, Cancellation));
        }
    }

    [Fact]
    public void A_lock_keeps_a_second_handle_of_the_same_process_out()
    {
        var path = Path.Combine(_directory.Path, "lock");
        using (FileLock.TryTakeProven(path))
        {
            Assert.Null(FileLock.TryTake(path));
            Assert.True(FileLock.IsHeld(path));
        }

        Assert.False(FileLock.IsHeld(path));
        using var free = FileLock.TryTake(path);
        Assert.NotNull(free);
    }

    [Fact]
    public void A_rename_to_another_disk_is_refused_and_copies_nothing()
    {
        using var other = OtherDisk.Than(_directory.Path);
        var from = Path.Combine(_directory.Path, "from");
        File.WriteAllText(from, "whole");

        foreach (var move in (Action<string, string>[])[DiskFiles.Replace, (a, b) => DiskFiles.TryMoveNew(a, b)])
        {
            Assert.Equal(SystemErrors.CrossesDisks, Assert.ThrowsAny<IOException>(() => move(from, Path.Combine(other.Path, "to"))).HResult);
            Assert.Equal("whole", File.ReadAllText(from));
            Assert.Empty(Directory.GetFiles(other.Path));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_store_whose_chunks_lie_on_another_disk_refuses_puts_with_a_hint(bool onlyIfAbsent)
    {
        using var other = OtherDisk.Than(_directory.Path);

        // As where a disk is mounted in the folder's place: the kernel's own answer, without mounting one.
        _files.OnRename = (from, _) => DiskFiles.Replace(from, Path.Combine(other.Path, "there"));
        var failure = await Assert.ThrowsAsync<StoreException>(() =>
            _store.PutAsync(Chunk, "x"u8.ToArray(), onlyIfAbsent ? PutCondition.OnlyIfAbsent : PutCondition.Always, null, Cancellation));

        Assert.Contains("another file system", failure.Message, StringComparison.Ordinal);
        Assert.Contains("one file system", failure.Hint, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(other.Path));
    }

    [Fact]
    public async Task Emptying_the_trash_counts_what_it_frees_and_keeps_younger_days()
    {
        await PutAsync();
        await _store.DeleteAsync(Chunk, null, Cancellation);
        _time.Advance(TimeSpan.FromDays(1));
        await PutAsync();
        await _store.DeleteAsync(Chunk, null, Cancellation);

        var before = await _store.LookAsync(Cancellation);
        Assert.Equal((2, new DateOnly(2026, 3, 1), new DateOnly(2026, 3, 2)), (before.Trash.Files, before.Trash.Oldest, before.Trash.Newest));
        Assert.True(before.Trash.Bytes >= 200_000, $"{before.Trash.Bytes} bytes");

        var emptied = await _store.EmptyTrashAsync(new DateOnly(2026, 3, 2), Cancellation);
        Assert.Equal((1, 1L), (emptied.Days, emptied.Files));
        Assert.True(emptied.Bytes >= 100_000, $"{emptied.Bytes} bytes");
        Assert.Equal(1, (await _store.EmptyTrashAsync(null, Cancellation)).Days);
        Assert.Equal(0, (await _store.LookAsync(Cancellation)).Trash.Files);
    }

    [Fact]
    public async Task A_store_that_is_opened_for_writing_keeps_a_reserve_that_the_disk_really_holds()
    {
        await PutAsync();

        var reserve = Path.Combine(Root, ".tmp", "reserve");
        Assert.True(FileFacts.Of(Path.Combine(reserve, "bytes")).DiskBytes >= 1 << 20);
        Assert.Equal(0, new FileInfo(Path.Combine(reserve, "bytes")).Length);

        // A disk with free room keeps it.
        Assert.False(await _store.GiveUpReserveAsync(Cancellation));
        Assert.True(new SpaceReserve(reserve, 1 << 20, 4).GiveUp());
        Assert.Empty(Directory.GetFiles(reserve));
        await _store.KeepReserveAsync(Cancellation);
        Assert.True(FileFacts.Of(Path.Combine(reserve, "bytes")).DiskBytes >= 1 << 20);
    }

    private Task PutAsync(BlobName? name = null) => _store.PutAsync(name ?? Chunk, new byte[100_000], PutCondition.Always, null, Cancellation);
}
