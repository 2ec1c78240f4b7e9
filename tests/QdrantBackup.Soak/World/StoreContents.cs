using System.Formats.Tar;
using System.Security.Cryptography;
using QdrantBackup.Ids;
using QdrantBackup.Sealing;
using QdrantBackup.Stores;

namespace QdrantBackup.Soak.World;

/// <summary>The bytes that are backed up: snapshots put together from a few pieces, so that chunks are shared, go and come back. All chunks lie in one folder of the store.</summary>
internal static class StoreContents
{
    public const int PieceCount = 6;

    // The smallest member that becomes a chunk of its own.
    private const int PieceLength = 8192;

    private static readonly byte[][] Pieces;

    static StoreContents()
    {
        using StoreKey key = StoreKey.FromBytes(new byte[32]);
        Sealer = new Sealer(StoreId.TryParse("00000000-0000-4000-8000-000000000000", out StoreId id) ? id : throw new InvalidOperationException(), key);
        Pieces = FindPieces();
        Folder = BlobNames.Chunks(Sealer.ChunkIdOf(Pieces[0]).FirstByte);
    }

    /// <summary>The store's key and its sub-keys, the same in every simulation.</summary>
    public static Sealer Sealer { get; }

    /// <summary>The one folder that chunks lie in.</summary>
    public static string Folder { get; }

    public static bool IsChunkFolder(string prefix) => prefix == Folder;

    /// <summary>A collection snapshot that holds some of the pieces, and a text that makes it unique.</summary>
    public static byte[] Snapshot(IEnumerable<int> pieces, string text)
    {
        var snapshot = new MemoryStream();
        using (var tar = new TarWriter(snapshot, TarEntryFormat.Gnu, leaveOpen: true))
        {
            Add(tar, "config.json", System.Text.Encoding.UTF8.GetBytes(text));
            Add(tar, "version.info", "1"u8);
            Add(tar, "0/shard_config.json", "{}"u8);
            Add(tar, "0/replica_state.json", "{}"u8);
            foreach (int piece in pieces)
            {
                Add(tar, $"0/segments/{piece}", Pieces[piece]);
            }
        }

        return snapshot.ToArray();
    }

    private static void Add(TarWriter tar, string name, ReadOnlySpan<byte> content) => tar.WriteEntry(
        new GnuTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content.ToArray()), ModificationTime = DateTimeOffset.UnixEpoch });

    private static byte[] Noise(int number)
    {
        // Any bytes will do that do not compress and are the same every time.
        byte[] noise = new byte[PieceLength];
        for (int at = 0; at < noise.Length; at += SHA256.HashSizeInBytes)
        {
            SHA256.HashData(BitConverter.GetBytes(((long)number << 32) + at), noise.AsSpan(at));
        }

        return noise;
    }

    private static byte[][] FindPieces()
    {
        var found = new List<byte[]>();
        for (int number = 1; found.Count < PieceCount; number++)
        {
            byte[] piece = Noise(number);
            if (found.Count == 0 || Sealer.ChunkIdOf(piece).FirstByte == Sealer.ChunkIdOf(found[0]).FirstByte)
            {
                found.Add(piece);
            }
        }

        return [.. found];
    }
}
