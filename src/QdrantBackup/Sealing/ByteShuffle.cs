using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace QdrantBackup.Sealing;

/// <summary>
/// shuffle4: the bytes at offsets 0 modulo 4 first, then 1, 2 and 3, then a remainder of up to 3 bytes as it is (docs/format.md §3).
/// Signs and exponents of neighbouring float32 values are alike, so that what zstd sees repeats.
/// </summary>
internal static class ByteShuffle
{
    /// <summary>Bytes of a word; there are as many planes.</summary>
    public const int Width = sizeof(uint);

    /// <summary>Four words and their sixteen bytes by plane: turning one into the other is the same permutation, and its own inverse.</summary>
    private static Vector128<byte> FourWords => Vector128.Create((byte)0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);

    public static void Apply(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        int rows = source.Length / Width;
        int vectorRows = rows & ~(Width - 1);
        for (int i = 0; i < vectorRows; i += Width)
        {
            Vector128<uint> planes = Vector128.Shuffle(Vector128.Create(source.Slice(i * Width, Vector128<byte>.Count)), FourWords).AsUInt32();
            for (int plane = 0; plane < Width; plane++)
            {
                uint bytes = planes.GetElement(plane);
                MemoryMarshal.Write(destination[((plane * rows) + i)..], in bytes);
            }
        }

        for (int i = vectorRows * Width; i < rows * Width; i++)
        {
            destination[(i % Width * rows) + (i / Width)] = source[i];
        }

        source[(rows * Width)..].CopyTo(destination[(rows * Width)..]);
    }

    public static void Undo(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        int rows = source.Length / Width;
        int vectorRows = rows & ~(Width - 1);
        for (int i = 0; i < vectorRows; i += Width)
        {
            var planes = Vector128.Create(
                MemoryMarshal.Read<uint>(source[i..]),
                MemoryMarshal.Read<uint>(source[(rows + i)..]),
                MemoryMarshal.Read<uint>(source[((2 * rows) + i)..]),
                MemoryMarshal.Read<uint>(source[((3 * rows) + i)..]));
            Vector128.Shuffle(planes.AsByte(), FourWords).CopyTo(destination[(i * Width)..]);
        }

        for (int i = vectorRows * Width; i < rows * Width; i++)
        {
            destination[i] = source[(i % Width * rows) + (i / Width)];
        }

        source[(rows * Width)..].CopyTo(destination[(rows * Width)..]);
    }
}
