using QdrantBackup.Storage;
using ZstdSharp;

namespace QdrantBackup.Sealing;

/// <summary>Guesses from a small sample which compression pays, so that incompressible data costs next to nothing.</summary>
internal static class CompressionProbe
{
    /// <summary>A gain below a tenth is not worth the time of every later reader.</summary>
    public const double WorthKeeping = 0.90;

    private const int StretchLength = 8 * 1024;
    private const int Stretches = 4;

    // zstd codes blocks of 128 KiB, each with one table of symbols: a plane has to fill one, or it shares the table with planes unlike it.
    private const int MinShuffledLength = 512 << 10;

    // Sorting must promise a little more than the original order: its guess leaves out the coder's tables.
    private const double ShuffleMargin = 0.97;
    private const int Planes = ByteShuffle.Width;
    private const int Symbols = 256;

    public static BodyCompression Choose(Compressor compressor, ReadOnlySpan<byte> plaintext)
    {
        if (plaintext.Length <= Stretches * StretchLength)
        {
            // The sample would be all of it.
            return BodyCompression.Zstd;
        }

        byte[] output = ChunkBuffers.Rent(Compressor.GetCompressBound(StretchLength));
        Span<int> counts = stackalloc int[Planes * Symbols];
        counts.Clear();
        try
        {
            long plain = 0;
            for (int i = 0; i < Stretches; i++)
            {
                // Spread evenly, and at offsets 0 modulo 4 so that words stay words.
                int at = (int)((long)(plaintext.Length - StretchLength) * i / (Stretches - 1)) & ~(Planes - 1);
                ReadOnlySpan<byte> stretch = plaintext.Slice(at, StretchLength);
                plain += compressor.Wrap(stretch, output);
                Count(stretch, counts);
            }

            double shuffled = plaintext.Length < MinShuffledLength ? double.PositiveInfinity : EntropyBytes(counts);
            return Math.Min(plain, shuffled) >= WorthKeeping * Stretches * StretchLength ? BodyCompression.None
                : shuffled < ShuffleMargin * plain ? BodyCompression.ShuffledZstd
                : BodyCompression.Zstd;
        }
        finally
        {
            ChunkBuffers.Return(output, output.Length);
        }
    }

    private static void Count(ReadOnlySpan<byte> bytes, Span<int> counts)
    {
        for (int i = 0; i < bytes.Length; i++)
        {
            counts[((i % Planes) * Symbols) + bytes[i]]++;
        }
    }

    /// <summary>The size after coding the four planes symbol by symbol, which is nearly all that compressing them achieves (docs/decisions/0021).</summary>
    private static double EntropyBytes(ReadOnlySpan<int> counts)
    {
        double bits = 0;
        for (int plane = 0; plane < Planes; plane++)
        {
            ReadOnlySpan<int> symbols = counts.Slice(plane * Symbols, Symbols);
            int total = 0;
            foreach (int count in symbols)
            {
                total += count;
            }

            foreach (int count in symbols)
            {
                bits -= count == 0 ? 0 : count * Math.Log2((double)count / total);
            }
        }

        return bits / 8;
    }
}
