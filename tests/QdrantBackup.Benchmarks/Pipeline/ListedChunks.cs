using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using QdrantBackup.Ids;
using QdrantBackup.Sealing;
using QdrantBackup.Soak.World;
using QdrantBackup.Storage;
using QdrantBackup.Stores;

namespace QdrantBackup.Benchmarks.Pipeline;

/// <summary>A store that claims to hold a million chunks which nobody had to write: they are listed, and can be deleted, but not read. Everything else is another store's.</summary>
internal sealed class ListedChunks(IBackupStore inner, int count) : RelayingStore(inner)
{
    public const int SealedLength = (4 << 20) + SealedHeader.Overhead;
    private const string Folder = "chunks/";

    /// <summary>The id of a chunk by its place in the order of names: evenly spread, as hashes are.</summary>
    public static ChunkId IdOf(int place, int count)
    {
        Span<byte> id = stackalloc byte[ChunkId.Length];
        SHA256.HashData(BitConverter.GetBytes(place), id);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(id, (uint)(((ulong)place << 32) / (ulong)count));
        return new ChunkId(id);
    }

    public override async IAsyncEnumerable<BlobEntry> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (!prefix.StartsWith(Folder, StringComparison.Ordinal))
        {
            await foreach (var entry in Inner.ListAsync(prefix, cancellationToken))
            {
                yield return entry;
            }

            yield break;
        }

        var slice = int.Parse(prefix.AsSpan(Folder.Length, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        for (var place = FirstOf(slice); place < FirstOf(slice + 1); place++)
        {
            yield return new BlobEntry(BlobNames.Chunk(IdOf(place, count)), SealedLength, "\"1\"", DateTimeOffset.UnixEpoch, Summary: null);
        }
    }

    public override Task<bool> DeleteAsync(BlobName name, string? ifMatch, CancellationToken cancellationToken) =>
        name.Value.StartsWith(Folder, StringComparison.Ordinal) ? Task.FromResult(true) : Inner.DeleteAsync(name, ifMatch, cancellationToken);

    private int FirstOf(int slice) => (int)((((long)slice * count) + 255) / 256);
}
