using QdrantBackup.Storage;
using QdrantBackup.Storage.Directories;
using QdrantBackup.Tests.Capture;
using QdrantBackup.Tests.Storage;

namespace QdrantBackup.Tests.Vectors;

/// <summary>
/// A whole store that an early version wrote, as it is and with one change (tests/vectors/stores): a sound one is restored byte for byte for as long as format
/// version 1 exists, and a broken one is refused as its file expects.
/// </summary>
public sealed class StoreVectorTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public static TheoryData<string> Vectors => [.. ChangedStore.Names];

    private static CancellationToken Cancellation => CaptureRig.Cancellation;

    [Theory]
    [MemberData(nameof(Vectors))]
    public async Task A_store_is_read_as_its_header_expects(string name)
    {
        ChangedStore changed = ChangedStore.Load(name, Path.Combine(_directory.Path, name));
        if (changed.Restores is { } backup)
        {
            Assert.Equal(changed.Store.Expected(backup), await changed.Store.ReadAsync(changed.Backup, Cancellation));
        }
        else
        {
            BackupException refused = await Assert.ThrowsAnyAsync<BackupException>(() => changed.Store.ReadAsync(changed.Backup, Cancellation));
            Assert.Contains(changed.Expect, refused.Message, StringComparison.Ordinal);
            Assert.NotEmpty(refused.Hint);
        }
    }

    [Fact]
    public async Task The_independent_reader_reads_each_of_them_alike()
    {
        ChangedStore[] stores = [.. ChangedStore.Names.Select(name => ChangedStore.Load(name, Path.Combine(_directory.Path, name)))];

        IReadOnlyList<(string Answer, IReadOnlyDictionary<int, string> Parts)> answers =
            await IndependentReader.RestoreAsync([.. stores.Select(s => (s.Store, s.Backup))], Cancellation);

        foreach ((ChangedStore store, (string answer, IReadOnlyDictionary<int, string> parts)) in stores.Zip(answers))
        {
            if (store.Restores is { } backup)
            {
                Assert.Equal((store.Name, $"ok {parts.Count}"), (store.Name, answer));
                Assert.Equal(store.Store.Expected(backup), parts);
            }
            else
            {
                Assert.StartsWith("refused", answer, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public async Task The_independent_reader_restores_what_the_writer_writes_today()
    {
        // Kept where the next person who freezes a version finds it.
        string made = Repository.Path("artifacts", "vectors", "store");
        if (Directory.Exists(made))
        {
            Directory.Delete(made, recursive: true);
            File.Delete(made + ".key");
        }

        await SmallStore.MakeAsync(made, Cancellation);
        StoreVector store = StoreVector.Copy(made, Path.Combine(_directory.Path, "today"));

        IReadOnlyList<(string Answer, IReadOnlyDictionary<int, string> Parts)> answers =
            await IndependentReader.RestoreAsync([.. store.Backups.Select(backup => (store, backup))], Cancellation);

        Assert.Equal(3, answers.Count);
        foreach ((string backup, (string answer, IReadOnlyDictionary<int, string> parts)) in store.Backups.Zip(answers))
        {
            Assert.Equal("ok 2", answer);
            Assert.Equal(store.Expected(backup), parts);
            Assert.Equal(parts, await store.ReadAsync(backup, Cancellation));
        }
    }

    [Fact]
    public async Task The_frozen_store_holds_chunks_of_every_compression()
    {
        var found = new HashSet<byte>();
        var frozen = new DirectoryStore(StoreVector.Copy(ChangedStore.BaseFolder("1"), Path.Combine(_directory.Path, "1")).Folder, TimeProvider.System);
        await foreach (BlobEntry chunk in frozen.ListAsync("chunks/", Cancellation))
        {
            found.Add((await frozen.GetAsync(chunk.Name, 1 << 24, Cancellation))!.Content.Span[5]);
        }

        Assert.Equal((byte[])[0, 1, 2], found.Order());
    }

    public void Dispose() => _directory.Dispose();
}
