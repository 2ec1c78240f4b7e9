using System.Text;
using QdrantBackup.Keys;
using QdrantBackup.Storage;
using QdrantBackup.Tests.Capture;

namespace QdrantBackup.Tests.Restores;

/// <summary>
/// Every blob that restoring a backup by its id reads, damaged in every way: each collection that needs it fails before the node has seen its last byte,
/// nothing changes there, and the error names the blob and has a hint (W6).
/// </summary>
public sealed class CorruptionTests : IAsyncLifetime
{
    private static readonly string[] Collections = ["empty", "late-interaction", "hermes_vectors"];
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("qdrant-backup-corruption-");
    private readonly FakeNode _node = new();
    private CorruptibleStore _store = null!;
    private CorruptibleStore _other = null!;

    private static CancellationToken Cancellation => CaptureRig.Cancellation;

    public async ValueTask InitializeAsync()
    {
        foreach (string name in Collections)
        {
            _node.Collections[name] = CaptureRig.Fixture($"snapshots/{name}.snapshot");
        }

        string keyFile = Path.Combine(_directory.FullName, "store.key");
        KeyFileRecipient.Create(keyFile).Dispose();
        _store = await CorruptibleStore.CreateAsync(keyFile, _node);
        _other = await CorruptibleStore.CreateAsync(keyFile, _node);
    }

    [Theory]
    [InlineData("store.json")]
    [InlineData("keys/")]
    public async Task Any_changed_byte_of_a_plain_document_keeps_the_store_closed(string prefix)
    {
        BlobName name = Assert.Single(await _store.ReadByAsync(Collections[0]), n => n.Value.StartsWith(prefix, StringComparison.Ordinal));
        byte[] good = await _store.ContentAsync(name);
        for (int at = 0; at < good.Length; at++)
        {
            foreach (byte bits in (byte[])[0x01, 0x20, 0x80])
            {
                await FailsAsync(name, Flip(good, at, bits), [Collections[0]]);
            }
        }
    }

    [Theory]
    [InlineData("store.json", 1)]
    [InlineData("keys/", 1)]
    [InlineData("manifests/", 1)]
    [InlineData("lists/", 4)]
    [InlineData("chunks/", 10)]
    public async Task Any_damage_to_any_blob_that_a_restore_reads_stops_it_in_time(string prefix, int atLeast)
    {
        Dictionary<string, HashSet<BlobName>> reads = [];
        foreach (string collection in Collections)
        {
            reads[collection] = await _store.ReadByAsync(collection);
        }

        BlobName[] blobs = [.. reads.Values.SelectMany(r => r).Where(n => n.Value.StartsWith(prefix, StringComparison.Ordinal)).Distinct().OrderBy(n => n.Value, StringComparer.Ordinal)];
        Assert.InRange(blobs.Length, atLeast, int.MaxValue);
        foreach (BlobName name in blobs)
        {
            string[] needing = [.. Collections.Where(c => reads[c].Contains(name))];
            foreach (byte[]? damaged in await DamagesAsync(name))
            {
                await FailsAsync(name, damaged, needing);
            }
        }
    }

    [Fact]
    public async Task A_damaged_chunk_stops_only_the_collections_that_need_it()
    {
        HashSet<BlobName> empty = await _store.ReadByAsync("empty");
        BlobName chunk = (await _store.ReadByAsync("hermes_vectors")).First(n => n.Value.StartsWith("chunks/", StringComparison.Ordinal) && !empty.Contains(n));
        await _store.ReplaceAsync(chunk, null);
        await _store.RestoreAsync("empty");
        Assert.Equal(_node.Collections["empty"], _node.Collections["empty-back"]);
    }

    public ValueTask DisposeAsync()
    {
        _store.Dispose();
        _other.Dispose();
        _directory.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    private static byte[] Flip(byte[] good, int at, byte bits)
    {
        byte[] flipped = [.. good];
        flipped[at] ^= bits;
        return flipped;
    }

    /// <summary>Flipped in each field of a sealed object, first and last bytes included; cut, extended, emptied, missing; and other blobs of its kind, of this store and of another.</summary>
    private async Task<IReadOnlyList<byte[]?>> DamagesAsync(BlobName name)
    {
        byte[] good = await _store.ContentAsync(name);
        int[] places = [0, 3, 4, 5, 6, 7, 8, 11, 12, 23, 24, 35, 36, good.Length / 2, good.Length - 17, good.Length - 16, good.Length - 1];
        List<byte[]?> damages = [.. places.Where(at => at < good.Length).Distinct().Select(at => Flip(good, at, 0x01))];
        damages.AddRange([good[..^1], good[1..], good[..(good.Length / 2)], [.. good, 0], [0, .. good], [], null]);
        string kind = name.Value[..(name.Value.IndexOf('/', StringComparison.Ordinal) + 1)];
        foreach (CorruptibleStore store in (CorruptibleStore[])[_store, _other])
        {
            BlobName[] others = [.. (await store.NamesAsync(kind.Length == 0 ? name.Value : kind)).Where(n => store != _store || n != name)];
            damages.AddRange(await Task.WhenAll(others.Take(1).Concat(others.TakeLast(1)).Distinct().Select(store.ContentAsync)));
        }

        return damages;
    }

    private async Task FailsAsync(BlobName name, byte[]? damaged, IReadOnlyList<string> needing)
    {
        byte[] good = await _store.ContentAsync(name);
        await _store.ReplaceAsync(name, damaged);
        foreach (string collection in needing)
        {
            _node.ForgetUploads();
            BackupException? failure = await Record.ExceptionAsync(() => _store.RestoreAsync(collection)) as BackupException;
            Assert.True(failure is not null, $"{name} was damaged ({Describe(good, damaged)}), and {collection} was restored, or failed with another kind of error");
            string named = damaged is null && name.Value.StartsWith("keys/", StringComparison.Ordinal) ? name.Value.Split('/')[1] : name.Value.Split('/')[^1];
            Assert.Contains(named, failure.Message, StringComparison.Ordinal);
            Assert.NotEmpty(failure.Hint);
            Assert.False(_node.LastUploadWasWhole);
            Assert.Equal(Collections.Order(StringComparer.Ordinal), _node.Collections.Keys.Order(StringComparer.Ordinal));
        }

        await _store.ReplaceAsync(name, good);
    }

    private static string Describe(byte[] good, byte[]? damaged) =>
        damaged is null ? "missing" : $"{good.Length} bytes became {damaged.Length}, equal up to {good.AsSpan().CommonPrefixLength(damaged)}: {Encoding.ASCII.GetString(damaged.AsSpan(0, Math.Min(20, damaged.Length)))}";
}
