using System.Buffers;
using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace QdrantBackup.Storage;

/// <summary>
/// Buffers that a chunk fits into, plain or sealed, used again and again. The shared pool would round 4 MiB and a header up to 8 and keep some for every thread that
/// ever touched one; here as many exist as are in use at once, and few are kept (W7).
/// </summary>
internal static class ChunkBuffers
{
    /// <summary>A chunk as writers cut it, its header, and what a compressor may need on top.</summary>
    private const int Length = (4 << 20) + (64 << 10);

    private const int SmallLength = 64 << 10;
    private const int MaxKept = 16;
    private static readonly ConcurrentBag<byte[]> Kept = [];

    /// <summary>A buffer of at least so many bytes; its content is undefined.</summary>
    public static byte[] Rent(int minimumLength) => minimumLength switch
    {
        <= SmallLength => ArrayPool<byte>.Shared.Rent(minimumLength),
        <= Length => Kept.TryTake(out byte[]? kept) ? kept : GC.AllocateUninitializedArray<byte>(Length),
        _ => GC.AllocateUninitializedArray<byte>(minimumLength),
    };

    /// <summary>Zeroes what the buffer held and gives it back.</summary>
    public static void Return(byte[] rented, int used)
    {
        CryptographicOperations.ZeroMemory(rented.AsSpan(0, used));
        if (rented.Length == Length)
        {
            if (Kept.Count < MaxKept)
            {
                Kept.Add(rented);
            }
        }
        else if (rented.Length is > 0 and <= 2 * SmallLength)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }
}
