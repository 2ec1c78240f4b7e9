using System.Runtime.InteropServices;

namespace QdrantBackup.Sealing;

/// <summary>
/// shuffle4: the bytes at offsets 0 modulo 4 first, then 1, 2 and 3, then a remainder of up to 3 bytes as it is (docs/format.md §3).
/// Signs and exponents of neighbouring float32 values are alike, so that what zstd sees repeats.
/// </summary>
internal static class ByteShuffle
{
    private const int Width = sizeof(uint);

    public static void Apply(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        int rows = source.Length / Width;
        Span<byte> b0 = destination[..rows];
        Span<byte> b1 = destination.Slice(rows, rows);
        Span<byte> b2 = destination.Slice(2 * rows, rows);
        Span<byte> b3 = destination.Slice(3 * rows, rows);
        ReadOnlySpan<byte> words = source[..(rows * Width)];
        for (int i = 0; i < rows; i++)
        {
            uint word = MemoryMarshal.Read<uint>(words[(i * Width)..]);
            if (!BitConverter.IsLittleEndian)
            {
                word = System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(word);
            }

            b0[i] = (byte)word;
            b1[i] = (byte)(word >> 8);
            b2[i] = (byte)(word >> 16);
            b3[i] = (byte)(word >> 24);
        }

        source[(rows * Width)..].CopyTo(destination[(rows * Width)..]);
    }

    public static void Undo(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        int rows = source.Length / Width;
        ReadOnlySpan<byte> b0 = source[..rows];
        ReadOnlySpan<byte> b1 = source.Slice(rows, rows);
        ReadOnlySpan<byte> b2 = source.Slice(2 * rows, rows);
        ReadOnlySpan<byte> b3 = source.Slice(3 * rows, rows);
        for (int i = 0; i < rows; i++)
        {
            int at = i * Width;
            destination[at] = b0[i];
            destination[at + 1] = b1[i];
            destination[at + 2] = b2[i];
            destination[at + 3] = b3[i];
        }

        source[(rows * Width)..].CopyTo(destination[(rows * Width)..]);
    }
}
