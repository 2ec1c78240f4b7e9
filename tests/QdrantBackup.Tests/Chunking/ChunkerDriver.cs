using System.Security.Cryptography;
using System.Text.Json;
using QdrantBackup.Chunking;

namespace QdrantBackup.Tests.Chunking;

/// <summary>One piece, kept: the entry that a list would have for it.</summary>
internal sealed record KeptPiece(bool IsInline, int Length, string Hash);

/// <summary>Runs a chunker over bytes as a capture does.</summary>
internal static class ChunkerDriver
{
    /// <summary>All pieces when reads are of the lengths given, over and over.</summary>
    public static List<KeptPiece> Cut(ReadOnlySpan<byte> bytes, params ReadOnlySpan<int> reads)
    {
        using var chunker = new SnapshotChunker();
        return Cut(chunker, bytes, reads);
    }

    public static List<KeptPiece> Cut(SnapshotChunker chunker, ReadOnlySpan<byte> bytes, params ReadOnlySpan<int> reads)
    {
        var pieces = new List<KeptPiece>();
        for (int read = 0; bytes.Length > 0; read++)
        {
            int length = reads.IsEmpty ? bytes.Length : Math.Min(bytes.Length, reads[read % reads.Length]);
            ReadOnlySpan<byte> data = bytes[..length];
            bytes = bytes[length..];
            while (data.Length > 0)
            {
                data = data[chunker.Append(data)..];
                Drain(chunker, pieces);
            }
        }

        chunker.Complete();
        Drain(chunker, pieces);
        return pieces;
    }

    /// <summary>All pieces when a new chunker continues after every so many of them, its state having been JSON in between.</summary>
    public static List<KeptPiece> CutInRanges(ReadOnlyMemory<byte> bytes, int piecesPerRange)
    {
        var pieces = new List<KeptPiece>();
        string? json = null;
        while (true)
        {
            ChunkerState? state = json is null ? null : JsonSerializer.Deserialize<ChunkerState>(json);
            using var chunker = new SnapshotChunker(state is null ? null : state with { InlineBytes = 0 });
            ReadOnlySpan<byte> rest = bytes.Span[(int)(state?.Archive.Offset ?? 0)..];
            int until = pieces.Count + piecesPerRange;
            while (rest.Length > 0 && pieces.Count < until)
            {
                rest = rest[chunker.Append(rest)..];
                Drain(chunker, pieces);
            }

            if (pieces.Count < until)
            {
                chunker.Complete();
                Drain(chunker, pieces);
                return pieces;
            }

            json = JsonSerializer.Serialize(chunker.SaveState());
        }
    }

    private static void Drain(SnapshotChunker chunker, List<KeptPiece> pieces)
    {
        while (chunker.TryTake(out Piece piece))
        {
            pieces.Add(new KeptPiece(piece.IsInline, piece.Bytes.Length, Convert.ToHexStringLower(SHA256.HashData(piece.Bytes.Span))));
        }
    }
}
