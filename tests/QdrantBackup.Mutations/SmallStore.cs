using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using QdrantBackup.Capture;
using QdrantBackup.Catalog;
using QdrantBackup.Damages;
using QdrantBackup.Ids;
using QdrantBackup.Keys;
using QdrantBackup.Parts;
using QdrantBackup.Sealing;
using QdrantBackup.Storage;
using QdrantBackup.Stores;

namespace QdrantBackup.Mutations;

/// <summary>
/// A store of a few dozen small blobs, as the real writer's parts make it: three backups of two parts each, one part in two ranges, chunks shared and put again, an older
/// backup ended. What it looked like after each backup is kept. Keys and ids follow from a number, so that names and lengths are the same in every process.
/// </summary>
internal sealed class SmallStore : IDisposable
{
    public const string Cluster = "prod";
    private const int Backups = 3;

    private readonly List<IReadOnlyDictionary<string, Blob>> _states = [];
    private readonly Dictionary<BackupId, string[]> _expected = [];
    private readonly InMemoryStore _blobs = new(TimeProvider.System);
    private readonly SealedStore _store;
    private readonly StoreKey _key;
    private bool _expectsOtherBytes;

    private SmallStore(byte keyNumber, byte storeNumber)
    {
        _key = StoreKey.FromBytes([.. Enumerable.Repeat(keyNumber, StoreKey.Length)]);
        StoreId = new StoreId(new Guid([.. Enumerable.Repeat(storeNumber, StoreId.Length)]));
        _store = new SealedStore(_blobs, new Sealer(StoreId, _key));
    }

    public StoreId StoreId { get; }

    public string KeyId => _key.KeyId;

    /// <summary>All blobs after each backup, oldest first.</summary>
    public IReadOnlyList<IReadOnlyDictionary<string, Blob>> States => _states;

    /// <summary>The backups, oldest first.</summary>
    public IReadOnlyList<BackupId> Ids => [.. _expected.Keys];

    /// <summary>The newest backup, as an app remembers it.</summary>
    public SeenBackup Newest { get; private set; } = null!;

    /// <summary>The SHA-256 of each part of a backup.</summary>
    public IReadOnlyList<string> Expected(BackupId id) => _expected[id];

    /// <param name="recipient">The recipient that opens it.</param>
    /// <param name="keyNumber">Its store key follows from it.</param>
    /// <param name="storeNumber">Its id follows from it.</param>
    /// <param name="expectsOtherBytes">A planted fault: the bytes that come back are not those that are expected.</param>
    public static async Task<SmallStore> MakeAsync(IStoreKeyRecipient recipient, byte keyNumber, byte storeNumber, bool expectsOtherBytes = false)
    {
        var made = new SmallStore(keyNumber, storeNumber) { _expectsOtherBytes = expectsOtherBytes };
        await made.InitializeAsync(recipient);
        for (var day = 1; day <= Backups; day++)
        {
            await made.BackUpAsync(new BackupId($"2026110{day}T020000Z-00000{day}"), day);
        }

        return made;
    }

    public void Dispose()
    {
        _store.Dispose();
        _key.Dispose();
    }

    private async Task InitializeAsync(IStoreKeyRecipient recipient)
    {
        var document = await recipient.WrapAsync(_key, StoreId, CancellationToken.None);
        var name = BlobNames.Key(KeyId, document.Recipient.Id);
        await PutAsync(name, PlainDocument.Protect(_key, name.Value, document.ToJson()));
        var description = JsonSerializer.SerializeToUtf8Bytes(new StoreDescription(1, StoreId.ToString(), DateTimeOffset.UnixEpoch), KeysJson.Default.StoreDescription);
        await PutAsync(BlobNames.Store, PlainDocument.Protect(_key, BlobNames.Store.Value, description));
    }

    private async Task BackUpAsync(BackupId id, int day)
    {
        var manifests = new ManifestDocuments(_store);
        byte[][] contents = [Archive(("vectors", 9_000, 1), ("payload", 12_000, 0), ("grows", 8_000 + (1_000 * day), 2)), Archive(("vectors", 9_000, 1), ("other", 8_192, 10 + day))];
        ManifestPart[] parts = [await CaptureAsync(id, 1, contents[0], ranges: 2), await CaptureAsync(id, 2, contents[1], ranges: 1)];
        var manifest = new Manifest
        {
            Format = Manifest.CurrentFormat,
            Id = id,
            AppVersion = "1",
            Cluster = new ManifestCluster(Cluster, []),
            Started = id.Began,
            Finished = id.Began,
            State = BackupState.Complete,
            Collections = [.. parts.Select(p => new ManifestCollection { Name = p.Key.Collection, Covered = true, Status = "green", ShardNumber = 1 })],
            Parts = parts,
            Earlier = [.. (await new BackupCatalog(_store, Silent<BackupCatalog>.Log).ListAsync(new CatalogFilter(), CancellationToken.None)).Select(e => new EarlierManifest(e.Id, e.Summary!.ManifestHash))],
            Totals = CaptureTotals.None,
        };
        var plaintext = JsonSerializer.SerializeToUtf8Bytes(manifest, PartsJson.Default.Manifest);
        Newest = new SeenBackup(id, manifests.HashOf(plaintext), StoreId.ToString());
        await _store.PutPlainAsync(
            BlobNames.Manifest(id), SealedType.Manifest, plaintext, PutCondition.OnlyIfAbsent,
            manifests.SealSummary(ManifestDocuments.Summarize(manifest, Newest.ManifestHash)), CancellationToken.None);
        if (day == 2)
        {
            await _store.PutPlainAsync(BlobNames.Retirement(Ids[0]), SealedType.Record, "{\"format\":1}"u8.ToArray(), PutCondition.Always, summary: null, CancellationToken.None);
        }

        _expected.Add(id, [.. contents.Select(c => Convert.ToHexStringLower(SHA256.HashData(_expectsOtherBytes ? c[1..] : c)))]);
        _states.Add(await StateAsync());
    }

    private async Task<ManifestPart> CaptureAsync(BackupId id, int partNo, byte[] content, int ranges)
    {
        var key = new PartKey(partNo == 1 ? "docs" : "more", "http://node");
        var captured = new List<ManifestRange>();
        QdrantBackup.Chunking.ChunkerState? state = null;
        long offset = 0;
        while (offset < content.Length)
        {
            var list = new ChunkListWriter(partNo, captured.Count, offset);

            // No chunk is known from before: each chunk that comes again is put again, so that chunks have older versions.
            await using var uploads = new ChunkUploads(_store, new KnownChunks(100, KnownDamage.None), list, ChunkCompression.Auto, 1, CancellationToken.None);
            using var range = new RangeCapture(state, list, uploads);
            using var source = new MemoryStream(content, (int)offset, content.Length - (int)offset);
            while (await range.ReadPieceAsync(source, CancellationToken.None) && (captured.Count == ranges - 1 || range.Length < content.Length / ranges))
            {
            }

            await uploads.CompleteAsync();
            var sha256 = range.Sha256();
            var plaintext = list.Complete(sha256);
            var hash = Convert.ToHexStringLower(_store.Sealer.KeyedHash(KeyedHashUse.ListHash, plaintext.Span));
            var name = BlobNames.List(id, partNo, BlobNames.Label(_store.Sealer, key), captured.Count, hash);
            await _store.PutPlainAsync(name, SealedType.List, plaintext, PutCondition.Always, summary: null, CancellationToken.None);
            captured.Add(new ManifestRange(captured.Count, offset, range.Length, Convert.ToHexStringLower(sha256), name.Value, hash));
            offset += range.Length;
            state = offset < content.Length ? range.SaveState() : null;
        }

        return new ManifestPart
        {
            PartNo = partNo,
            Key = key,
            Way = "collection",
            SnapshotName = "s",
            Length = content.Length,
            Sha256 = Convert.ToHexStringLower(SHA256.HashData(content)),
            Proof = captured.Count == 1 ? PartProof.Source : PartProof.Owed,
            Ranges = captured,
            Totals = CaptureTotals.None,
        };
    }

    /// <summary>A tar archive: noise, or text where the seed is 0.</summary>
    private static byte[] Archive(params ReadOnlySpan<(string Name, int Length, int Seed)> members)
    {
        var archive = new MemoryStream();
        foreach (var (name, length, seed) in members)
        {
            var header = new byte[512];
            Encoding.ASCII.GetBytes(name, header);
            Encoding.ASCII.GetBytes(Convert.ToString(length, 8).PadLeft(11, '0'), header.AsSpan(124));
            header[156] = (byte)'0';
            header.AsSpan(148, 8).Fill((byte)' ');
            Encoding.ASCII.GetBytes(Convert.ToString(header.Sum(b => b), 8).PadLeft(6, '0') + "\0", header.AsSpan(148));
            archive.Write(header);
            archive.Write(seed == 0 ? [.. Enumerable.Range(0, length).Select(i => (byte)('a' + (i * i % 23)))] : new Chance((ulong)seed).Bytes(length));
            archive.Write(new byte[-length & 511]);
        }

        archive.Write(new byte[1024]);
        return archive.ToArray();
    }

    private Task PutAsync(BlobName name, byte[] content) => _blobs.PutAsync(name, content, PutCondition.Always, summary: null, CancellationToken.None);

    private async Task<IReadOnlyDictionary<string, Blob>> StateAsync()
    {
        var state = new SortedDictionary<string, Blob>(StringComparer.Ordinal);
        await foreach (var entry in _blobs.ListAsync("", CancellationToken.None))
        {
            state.Add(entry.Name.Value, new Blob((await _blobs.GetAsync(entry.Name, long.MaxValue, CancellationToken.None))!.Content.ToArray(), entry.Summary));
        }

        return state;
    }
}
