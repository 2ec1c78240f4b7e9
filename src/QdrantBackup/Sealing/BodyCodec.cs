using System.Collections.Concurrent;
using QdrantBackup.Storage;
using ZstdSharp;
using ZstdSharp.Unsafe;

namespace QdrantBackup.Sealing;

/// <summary>Compresses the plaintext of sealed objects when that pays, and decompresses it again. Thread-safe.</summary>
internal sealed class BodyCodec : IDisposable
{
    // On a real snapshot level 3 saves half a percent more than level 1 and takes twice as long.
    private const int Level = 1;
    private const int MinLength = 64;

    // In the planes of shuffled vectors there is nothing to match, only symbols of unequal frequency: looking for matches in great steps
    // takes half the time and finds more room for the coder of symbols (docs/decisions/0021).
    private const int StepBetweenMatches = 256;

    // A context of zstd is some hundred kilobytes of native memory: made once per thread that works at the same time.
    private readonly ConcurrentBag<Compressor> _compressors = [];
    private readonly ConcurrentBag<Decompressor> _decompressors = [];

    /// <summary>Compresses into a rented buffer; a length of 0 means that the plaintext stays as it is.</summary>
    public (byte[] Rented, int Length, BodyCompression Compression) Compress(ReadOnlySpan<byte> plaintext, ChunkCompression wish)
    {
        if (wish == ChunkCompression.None || plaintext.Length < MinLength)
        {
            return ([], 0, BodyCompression.None);
        }

        Compressor compressor = _compressors.TryTake(out Compressor? idle) ? idle : new Compressor(Level);
        try
        {
            return CompressionProbe.Choose(compressor, plaintext) switch
            {
                BodyCompression.Zstd => CompressPlain(compressor, plaintext),
                BodyCompression.ShuffledZstd => CompressShuffled(compressor, plaintext),
                _ => ([], 0, BodyCompression.None),
            };
        }
        finally
        {
            _compressors.Add(compressor);
        }
    }

    /// <summary>Decompresses to exactly the length of the destination.</summary>
    /// <exception cref="SealException">The data is not valid, or has another length.</exception>
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

    private static (byte[] Rented, int Length, BodyCompression Compression) CompressPlain(Compressor compressor, ReadOnlySpan<byte> plaintext)
    {
        byte[] output = ChunkBuffers.Rent(Compressor.GetCompressBound(plaintext.Length));
        return KeepIfWorth(output, compressor.Wrap(plaintext, output), plaintext.Length, BodyCompression.Zstd);
    }

    private static (byte[] Rented, int Length, BodyCompression Compression) CompressShuffled(Compressor compressor, ReadOnlySpan<byte> plaintext)
    {
        byte[] output = ChunkBuffers.Rent(Compressor.GetCompressBound(plaintext.Length));
        byte[] shuffled = ChunkBuffers.Rent(plaintext.Length);
        try
        {
            ByteShuffle.Apply(plaintext, shuffled);
            compressor.SetParameter(ZSTD_cParameter.ZSTD_c_targetLength, StepBetweenMatches);
            compressor.SetParameter(ZSTD_cParameter.ZSTD_c_experimentalParam5, (int)ZSTD_paramSwitch_e.ZSTD_ps_enable);
            return KeepIfWorth(output, compressor.Wrap(shuffled.AsSpan(0, plaintext.Length), output), plaintext.Length, BodyCompression.ShuffledZstd);
        }
        finally
        {
            compressor.SetParameter(ZSTD_cParameter.ZSTD_c_targetLength, 0);
            compressor.SetParameter(ZSTD_cParameter.ZSTD_c_experimentalParam5, (int)ZSTD_paramSwitch_e.ZSTD_ps_auto);
            ChunkBuffers.Return(shuffled, plaintext.Length);
        }
    }

    private static (byte[] Rented, int Length, BodyCompression Compression) KeepIfWorth(byte[] output, int length, int plainLength, BodyCompression way)
    {
        if (length < CompressionProbe.WorthKeeping * plainLength)
        {
            return (output, length, way);
        }

        ChunkBuffers.Return(output, length);
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
