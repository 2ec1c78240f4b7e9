using System.Diagnostics;
using LocalDisk;
using QdrantBackup.Keys;
using QdrantBackup.Storage;
using QdrantBackup.Storage.Directories;
using QdrantBackup.Tests.Runs;

namespace QdrantBackup.Tests.Storage.Directories;

/// <summary>Links, FIFOs and sockets in a store's directory, or in a secret's place: never followed, never waited for.</summary>
public sealed class ForeignFileTests : IDisposable
{
    private static readonly BlobName Chunk = new("chunks/ab/abcdef");
    private static readonly BlobName Manifest = new("manifests/20260301T020000Z-0a1b2c");
    private static readonly TimeSpan MaxTime = TimeSpan.FromSeconds(30);

    private readonly TemporaryDirectory _directory = new();
    private readonly RecordedLog<DirectoryStore> _log = new();
    private readonly DirectoryStore _store;

    public ForeignFileTests() => _store = new DirectoryStore(Root, TimeProvider.System, _log);

    private string Root => Path.Combine(_directory.Path, "store");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_listing_passes_over_links_and_fifos_and_names_each_once()
    {
        await PutAsync(Chunk);
        File.CreateSymbolicLink(Path.Combine(Root, "chunks", "ab", "link"), Path.Combine(Root, "chunks", "ab", "abcdef"));
        Directory.CreateSymbolicLink(Path.Combine(Root, "chunks", "round"), Root);
        Directory.CreateSymbolicLink(Path.Combine(Root, "chunks", "about"), Root);
        MakeFifo(Path.Combine(Root, "chunks", "ab", "fifo"));

        for (var twice = 0; twice < 2; twice++)
        {
            Assert.Equal([Chunk], (await _store.ListAsync("", Cancellation).ToListAsync(Cancellation).AsTask().WaitAsync(MaxTime, Cancellation)).Select(e => e.Name));
        }

        Assert.Equal(4, _log.Events.Count);
        Assert.All((string[])["link", "round", "about", "fifo"], name => Assert.Single(_log.Events, e => e.Text.Contains($"/{name}'", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_fifo_in_a_blobs_place_is_refused_at_once_by_every_call()
    {
        await PutAsync(Chunk);
        File.Delete(Path.Combine(Root, Chunk.Value));
        MakeFifo(Path.Combine(Root, Chunk.Value));

        await AssertRefusedAsync(Chunk, "a FIFO, a socket or a device");
    }

    [Fact]
    public async Task A_link_in_a_blobs_place_is_refused_and_its_target_is_left_alone()
    {
        var outside = Path.Combine(_directory.Path, "outside");
        await File.WriteAllTextAsync(outside, "mine", Cancellation);
        await PutAsync(new BlobName("chunks/ab/other"));
        File.CreateSymbolicLink(Path.Combine(Root, Chunk.Value), outside);

        await AssertRefusedAsync(Chunk, "a symbolic link");
        Assert.Equal("mine", await File.ReadAllTextAsync(outside, Cancellation));
    }

    [Fact]
    public async Task A_link_in_a_folders_place_is_refused_by_every_call_and_does_not_count_as_empty()
    {
        var outside = Directory.CreateDirectory(Path.Combine(_directory.Path, "outside", "ab")).FullName;
        await File.WriteAllTextAsync(Path.Combine(outside, "abcdef"), "mine", Cancellation);
        await PutAsync(Manifest);
        Directory.CreateSymbolicLink(Path.Combine(Root, "chunks"), Path.GetDirectoryName(outside)!);

        await AssertRefusedAsync(Chunk, "a symbolic link");
        await Assert.ThrowsAsync<StoreException>(async () => await _store.ListAsync("chunks/", Cancellation).ToListAsync(Cancellation));
        Assert.Equal(["abcdef"], Directory.GetFiles(outside).Select(Path.GetFileName));
    }

    [Theory]
    [InlineData("summaries/20260301T020000Z-0a1b2c")]
    [InlineData(".tmp/locks/00")]
    public async Task A_fifo_in_place_of_a_file_of_the_store_does_not_block_puts(string path)
    {
        await _store.PutAsync(Manifest, default, PutCondition.Always, Convert.ToBase64String("summary"u8), Cancellation);
        File.Delete(Path.Combine(Root, path));
        MakeFifo(Path.Combine(Root, path));

        var failure = await Assert.ThrowsAsync<StoreException>(() => new DirectoryStore(Root, TimeProvider.System)
            .PutAsync(Manifest, default, PutCondition.Always, null, Cancellation).WaitAsync(MaxTime, Cancellation));
        Assert.Contains("a FIFO, a socket or a device", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_root_may_be_a_link_unless_it_leads_nowhere()
    {
        Directory.CreateDirectory(Path.Combine(_directory.Path, "disk"));
        Directory.CreateSymbolicLink(Root, Path.Combine(_directory.Path, "disk"));
        await PutAsync(Chunk);
        Assert.NotNull(await _store.FindAsync(Chunk, Cancellation));

        Directory.Delete(Path.Combine(_directory.Path, "disk"), recursive: true);
        foreach (var call in (Func<Task>[])[() => PutAsync(Chunk), () => _store.FindAsync(Chunk, Cancellation), async () => await _store.ListAsync("", Cancellation).ToListAsync(Cancellation)])
        {
            Assert.Contains("leads nowhere", (await Assert.ThrowsAsync<StoreException>(call)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_secret_that_is_a_fifo_is_refused_at_once_and_one_behind_a_link_is_read()
    {
        var fifo = Path.Combine(_directory.Path, "fifo");
        MakeFifo(fifo);
        var refusal = await Assert.ThrowsAsync<UsageException>(() => Task.Run(() => KeyFileRecipient.Load(fifo).Dispose(), Cancellation).WaitAsync(MaxTime, Cancellation));
        Assert.Contains("a FIFO", refusal.Message, StringComparison.Ordinal);

        var key = Path.Combine(_directory.Path, "key");
        KeyFileRecipient.Create(key).Dispose();
        File.CreateSymbolicLink(Path.Combine(_directory.Path, "link"), key);
        KeyFileRecipient.Load(Path.Combine(_directory.Path, "link")).Dispose();
    }

    private async Task AssertRefusedAsync(BlobName name, string what)
    {
        foreach (var call in (Func<Task>[])
        [
            () => PutAsync(name),
            () => _store.PutAsync(name, "new"u8.ToArray(), PutCondition.OnlyIfAbsent, null, Cancellation),
            () => _store.GetAsync(name, 100, Cancellation),
            () => _store.FindAsync(name, Cancellation),
            () => _store.DeleteAsync(name, null, Cancellation),
        ])
        {
            var failure = await Assert.ThrowsAsync<StoreException>(() => call().WaitAsync(MaxTime, Cancellation));
            Assert.Contains(what, failure.Message, StringComparison.Ordinal);
            Assert.Contains("regular files and real folders only", failure.Hint, StringComparison.Ordinal);
        }
    }

    private Task PutAsync(BlobName name) => _store.PutAsync(name, "x"u8.ToArray(), PutCondition.Always, null, Cancellation);

    private static void MakeFifo(string path)
    {
        using var made = Process.Start("mkfifo", [path]);
        Assert.True(made.WaitForExit(MaxTime), "mkfifo did not end");
        Assert.Equal(FileKind.Special, FileFacts.Of(path).Kind);
    }
}
