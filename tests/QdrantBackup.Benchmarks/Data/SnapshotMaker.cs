using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace QdrantBackup.Benchmarks.Data;

/// <summary>
/// Writes a shard snapshot of any length with the content of a real one: vectors are made new, everything else is the real one's bytes in blocks of 512, in a new order whenever
/// they have to come again, so that nothing is shared inside it and everything compresses as it did.
/// </summary>
internal sealed class SnapshotMaker(Stream target, RealMembers real)
{
    private const int Block = 512;
    private const int FileLength = 32 << 20;
    private const int Dimensions = 128;
    private const int VectorLength = Dimensions * sizeof(float);

    private int _files;

    /// <summary>Writes about so many bytes, such a share of them vectors and such a share payload.</summary>
    public void Write(long length, double vectors, double payload)
    {
        while (length > 0)
        {
            var round = (int)Math.Min(length, 4L * FileLength);
            WriteFiles("vector_storage/vectors/chunk", (int)(round * vectors) / VectorLength * VectorLength, FillVectors);
            WriteFiles("payload_storage/page", (int)(round * payload), Repeated(real.Payload));
            WriteFiles("vector_index/links", (int)(round * (1 - vectors - payload)), Repeated(real.Others));
            length -= round;
        }

        target.Write(new byte[2 * Block]);
    }

    private void WriteFiles(string name, int length, Action<Span<byte>> fill)
    {
        var content = new byte[Math.Min(length, FileLength)];
        for (var rest = length; rest > 0; rest -= content.Length)
        {
            var part = content.AsSpan(0, Math.Min(rest, content.Length));
            fill(part);
            target.Write(Header($"segments/{_files / 16}/{name}_{_files++}", part.Length));
            target.Write(part);
            target.Write(new byte[(Block - (part.Length % Block)) % Block]);
        }
    }

    /// <summary>Directions without a preference, of length 1, as float32.</summary>
    private static void FillVectors(Span<byte> bytes)
    {
        var noise = MemoryMarshal.Cast<byte, uint>(RandomNumberGenerator.GetBytes(bytes.Length).AsSpan());
        var values = MemoryMarshal.Cast<byte, float>(bytes);
        for (var at = 0; at + Dimensions <= values.Length; at += Dimensions)
        {
            double squares = 0;
            for (var i = at; i < at + Dimensions; i += 2)
            {
                // Two values of a normal distribution from two of an even one.
                var radius = Math.Sqrt(-2 * Math.Log((noise[i] + 1.0) / (1L << 32)));
                var (sin, cos) = Math.SinCos(2 * Math.PI * noise[i + 1] / (1L << 32));
                (values[i], values[i + 1]) = ((float)(radius * sin), (float)(radius * cos));
                squares += radius * radius;
            }

            var length = (float)Math.Sqrt(squares);
            foreach (ref var value in values.Slice(at, Dimensions))
            {
                value /= length;
            }
        }
    }

    private Action<Span<byte>> Repeated(byte[] content)
    {
        int[] order = [.. Enumerable.Range(0, content.Length / Block)];
        var next = order.Length;
        return bytes =>
        {
            for (var at = 0; at < bytes.Length; at += Block)
            {
                if (next == order.Length)
                {
                    RandomNumberGenerator.Shuffle<int>(order);
                    next = 0;
                }

                content.AsSpan(order[next++] * Block, Math.Min(Block, bytes.Length - at)).CopyTo(bytes[at..]);
            }
        };
    }

    private static byte[] Header(string name, int length)
    {
        var header = new byte[Block];
        Encoding.ASCII.GetBytes(name, header);
        Encoding.ASCII.GetBytes($"{Convert.ToString(length, 8),11}".Replace(' ', '0'), header.AsSpan(124));
        header.AsSpan(148, 8).Fill((byte)' ');
        header[156] = (byte)'0';
        Encoding.ASCII.GetBytes("ustar  \0", header.AsSpan(257));
        var sum = header.Sum(b => b);
        Encoding.ASCII.GetBytes($"{Convert.ToString(sum, 8),6}".Replace(' ', '0') + "\0 ", header.AsSpan(148));
        return header;
    }
}
