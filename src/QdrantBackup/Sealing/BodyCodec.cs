using System.Collections.Concurrent;
using ZstdSharp;

namespace QdrantBackup.Sealing;

/// <summary>Compresses what goes into sealed objects when that pays, and decompresses what comes out. Thread-safe.</summary>
internal sealed class BodyCodec : IDisposable
{
    // A gain below a tenth is not worth the time of every later reader: zstd saves 7.5 % on float32 vectors.
    private const double WorthKeeping = 0.90;
    // On a real snapshot level 3 saves half a percent more than level 1 and takes twice as long.
    private const int Level = 1;
    private const int SampleLength = 16 * 1024;
    private const int Samples = 4;

    // A context of zstd is some hundred kilobytes of native memory: made once per thread that works at the same time.
    private readonly ConcurrentBag<Compressor> _compressors = [];
    private readonly ConcurrentBag<Decompressor> _decompressors = [];

    /// <summary>Compresses into a rented buffer; a length of 0 says that the plaintext stays as it is.</summary>
    public (byte[] Rented, int Length, BodyCompression Compression) Compress(ReadOnlySpan<byte> plaintext, ChunkCompression wish)
    {
        if (wish == ChunkCompression.None || plaintext.Length < 64)
        {
            return ([], 0, BodyCompression.None);
        }

        Compressor compressor = _compressors.TryTake(out Compressor? idle) ? idle : new Compressor(Level);
        try
        {
            BodyCompression way = Choose(compressor, plaintext, wish);
            return way == BodyCompression.None ? ([], 0, BodyCompression.None) : CompressAs(compressor, plaintext, way);
        }
        finally
        {
            _compressors.Add(compressor);
        }
    }

    /// <summary>Decompresses to exactly the length of the destination.</summary>
    /// <exception cref="SealException">It does not.</exception>
    public void Decompress(ReadOnlySpan<byte> body, BodyCompression compression, Span<byte> plaintext, string boundName)
    {
        if (compression == BodyCompression.ShuffledZstd)
        {
            byte[] shuffled = ChunkBuffers.Rent(plaintext.Length);
            try
            {
                Unwrap(body, shuffled.AsSpan(0, plaintext.Length), boundName);
                ByteShuffle.Undo(shuffled.AsSpan(0, plaintext.Length), plaintext);
            }
            finally
            {
                ChunkBuffers.Return(shuffled, plaintext.Length);
            }
        }
        else
        {
            Unwrap(body, plaintext, boundName);
        }
    }

    public void Dispose()
    {
        while (_compressors.TryTake(out Compressor? compressor))
        {
            compressor.Dispose();
        }

        while (_decompressors.TryTake(out Decompressor? decompressor))
        {
            decompressor.Dispose();
        }
    }

    private static BodyCompression Choose(Compressor compressor, ReadOnlySpan<byte> plaintext, ChunkCompression wish)
    {
        if (wish == ChunkCompression.Zstd || (wish == ChunkCompression.Auto && plaintext.Length <= Samples * SampleLength))
        {
            return BodyCompression.Zstd;
        }

        int sampleLength = Math.Min(SampleLength, plaintext.Length / Samples);
        byte[] sample = ChunkBuffers.Rent(SampleLength);
        byte[] output = ChunkBuffers.Rent(Compressor.GetCompressBound(SampleLength));
        try
        {
            long plain = 0;
            long shuffled = 0;
            for (int i = 0; i < Samples; i++)
            {
                // Spread evenly, and at offsets 0 modulo 4 so that words stay words.
                int at = (int)((long)(plaintext.Length - sampleLength) * i / (Samples - 1)) & ~3;
                ReadOnlySpan<byte> part = plaintext.Slice(at, sampleLength);
                plain += compressor.Wrap(part, output);
                if (wish == ChunkCompression.AutoShuffle)
                {
                    ByteShuffle.Apply(part, sample);
                    shuffled += compressor.Wrap(sample.AsSpan(0, sampleLength), output);
                }
            }

            bool shuffle = wish == ChunkCompression.AutoShuffle && shuffled < plain;
            return Math.Min(plain, shuffle ? shuffled : plain) >= WorthKeeping * Samples * sampleLength ? BodyCompression.None
                : shuffle ? BodyCompression.ShuffledZstd
                : BodyCompression.Zstd;
        }
        finally
        {
            ChunkBuffers.Return(sample, SampleLength);
            ChunkBuffers.Return(output, Compressor.GetCompressBound(SampleLength));
        }
    }

    private static (byte[] Rented, int Length, BodyCompression Compression) CompressAs(Compressor compressor, ReadOnlySpan<byte> plaintext, BodyCompression way)
    {
        byte[] rented = ChunkBuffers.Rent(Compressor.GetCompressBound(plaintext.Length));
        int length;
        if (way == BodyCompression.ShuffledZstd)
        {
            byte[] shuffled = ChunkBuffers.Rent(plaintext.Length);
            ByteShuffle.Apply(plaintext, shuffled);
            length = compressor.Wrap(shuffled.AsSpan(0, plaintext.Length), rented);
            ChunkBuffers.Return(shuffled, plaintext.Length);
        }
        else
        {
            length = compressor.Wrap(plaintext, rented);
        }

        if (length < WorthKeeping * plaintext.Length)
        {
            return (rented, length, way);
        }

        ChunkBuffers.Return(rented, length);
        return ([], 0, BodyCompression.None);
    }

    private void Unwrap(ReadOnlySpan<byte> body, Span<byte> plaintext, string boundName)
    {
        Decompressor decompressor = _decompressors.TryTake(out Decompressor? idle) ? idle : new Decompressor();
        try
        {
            if (decompressor.Unwrap(body, plaintext) != plaintext.Length)
            {
                throw SealFailures.Decompression(boundName);
            }
        }
        catch (ZstdException e)
        {
            throw SealFailures.Decompression(boundName, e);
        }
        finally
        {
            _decompressors.Add(decompressor);
        }
    }
}
