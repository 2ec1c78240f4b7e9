using Microsoft.Extensions.Logging.Abstractions;
using QdrantBackup.Capture;
using QdrantBackup.Damages;
using QdrantBackup.Ids;
using QdrantBackup.Parts;
using QdrantBackup.Sealing;
using QdrantBackup.Storage;
using QdrantBackup.Stores;

namespace QdrantBackup.Benchmarks.Pipeline;

/// <summary>One snapshot into a store and out of it again through what a transfer and a restore consist of: everything but HTTP, plan and manifest.</summary>
internal static class BackupPass
{
    /// <summary>As configured by default.</summary>
    public const int ChunksInFlight = 4;

    private const int MaxKnownChunks = 1_000_000;

    /// <summary>Cuts, hashes, names, compresses, seals and puts a stream; chunks of an earlier part of the same store are not put again.</summary>
    public static async Task<ManifestPart> BackUpAsync(SealedStore store, Stream source, ManifestPart? earlier = null, string label = "pass", ChunkCompression compression = ChunkCompression.Auto)
    {
        var known = new KnownChunks(MaxKnownChunks, KnownDamage.None);
        if (earlier is not null)
        {
            await known.AddBaseAsync(new PartReader(store, ChunksInFlight), earlier, NullLogger.Instance, CancellationToken.None);
        }

        var list = new ChunkListWriter(1, 0, 0);
        await using var uploads = new ChunkUploads(store, known, list, compression, ChunksInFlight, CancellationToken.None);
        using var range = new RangeCapture(null, list, uploads);
        while (await range.ReadPieceAsync(source, CancellationToken.None))
        {
        }

        await uploads.CompleteAsync();
        var sha256 = Convert.ToHexStringLower(range.Sha256());
        var plaintext = list.Complete(range.Sha256());
        var hash = Convert.ToHexStringLower(store.Sealer.KeyedHash(KeyedHashUse.ListHash, plaintext.Span));
        var name = new BlobName($"lists/{label}/00001-pass/00000-{hash[..16]}");
        var entry = await store.PutPlainAsync(name, SealedType.List, plaintext, compression, PutCondition.Always, summary: null, CancellationToken.None);
        return new ManifestPart
        {
            PartNo = 1,
            Key = new PartKey("pass", "http://node"),
            Way = "collection",
            SnapshotName = label,
            Length = range.Length,
            Sha256 = sha256,
            Proof = PartProof.Source,
            Ranges = [new ManifestRange(0, 0, range.Length, sha256, name.Value, hash)],
            Totals = range.Totals(entry.Length),
        };
    }

    /// <summary>Reads a part back, everything authenticated and its hash compared, and writes it out.</summary>
    public static async Task RestoreAsync(SealedStore store, ManifestPart part, Stream target)
    {
        await foreach (var bytes in new PartReader(store, ChunksInFlight).ReadAsync(part, CancellationToken.None))
        {
            await target.WriteAsync(bytes);
        }
    }
}
