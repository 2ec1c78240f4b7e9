using System.Text;

namespace QdrantBackup.Tests.Chunking;

/// <summary>Writes GNU tar archives by hand, right ones and wrong ones.</summary>
internal sealed class TarBuilder
{
    private readonly List<byte> _archive = [];
    private uint _seed = 1;

    public static byte[] Noise(int length, uint seed)
    {
        byte[] bytes = new byte[length];
        uint x = (seed * 2654435761) | 1;
        for (int i = 0; i < length; i++)
        {
            x ^= x << 13;
            x ^= x >> 17;
            x ^= x << 5;
            bytes[i] = (byte)x;
        }

        return bytes;
    }

    public TarBuilder Add(string name, int length) => Add(name, Noise(length, _seed++));

    public TarBuilder Add(string name, byte[] content, char type = '0', Action<byte[]>? change = null, int? statedLength = null)
    {
        byte[] header = new byte[512];
        Encoding.UTF8.GetBytes(name).CopyTo(header, 0);
        WriteOctal(header, 124, 11, statedLength ?? content.Length);
        header[156] = (byte)type;
        "ustar  \0"u8.CopyTo(header.AsSpan(257));
        change?.Invoke(header);
        WriteChecksum(header);
        return AddRaw(header).AddPadded(content);
    }

    public TarBuilder AddRaw(byte[] block)
    {
        _archive.AddRange(block);
        return this;
    }

    public TarBuilder AddPadded(byte[] content)
    {
        _archive.AddRange(content);
        _archive.AddRange(new byte[-content.Length & 511]);
        return this;
    }

    public byte[] End(int zeroBlocks = 2)
    {
        _archive.AddRange(new byte[512 * zeroBlocks]);
        return [.. _archive];
    }

    public static void WriteOctal(byte[] header, int at, int digits, long value) =>
        Encoding.ASCII.GetBytes(Convert.ToString(value, 8).PadLeft(digits, '0')).CopyTo(header, at);

    private static void WriteChecksum(byte[] header)
    {
        header.AsSpan(148, 8).Fill((byte)' ');
        int sum = 0;
        foreach (byte b in header)
        {
            sum += b;
        }

        WriteOctal(header, 148, 6, sum);
        header[154] = 0;
    }
}
