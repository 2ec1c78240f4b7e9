using System.Buffers.Binary;
using System.Text;

namespace QdrantBackup.Deployment.Tests.FunctionsHost.Worker;

/// <summary>Just enough of the protocol buffers' encoding to speak to a worker: numbered fields of texts, bytes and messages. Numbers are read over.</summary>
internal sealed class WireMessage
{
    private const int Varint = 0;
    private const int Fixed64 = 1;
    private const int Delimited = 2;
    private readonly List<(int Field, byte[] Bytes)> _fields = [];

    public byte[] Bytes
    {
        get
        {
            using var bytes = new MemoryStream();
            foreach (var (number, content) in _fields)
            {
                WriteVarint(bytes, (ulong)((number << 3) | Delimited));
                WriteVarint(bytes, (ulong)content.Length);
                bytes.Write(content);
            }

            return bytes.ToArray();
        }
    }

    public WireMessage With(int field, byte[] bytes)
    {
        _fields.Add((field, bytes));
        return this;
    }

    public WireMessage With(int field, string text) => With(field, Encoding.UTF8.GetBytes(text));

    public WireMessage With(int field, WireMessage message) => With(field, message.Bytes);

    public static WireMessage Read(ReadOnlySpan<byte> bytes)
    {
        var message = new WireMessage();
        while (bytes.Length > 0)
        {
            var tag = ReadVarint(ref bytes);
            switch ((int)tag & 7)
            {
                case Varint:
                    ReadVarint(ref bytes);
                    break;
                case Fixed64:
                    bytes = bytes[8..];
                    break;
                case Delimited:
                    var length = (int)ReadVarint(ref bytes);
                    message.With((int)(tag >> 3), bytes[..length].ToArray());
                    bytes = bytes[length..];
                    break;
                default:
                    bytes = bytes[4..];
                    break;
            }
        }

        return message;
    }

    public bool Has(int field) => _fields.Exists(f => f.Field == field);

    public IEnumerable<byte[]> All(int field) => _fields.Where(f => f.Field == field).Select(f => f.Bytes);

    /// <summary>The messages along a path of fields, one inside the other.</summary>
    public IEnumerable<WireMessage> Messages(params int[] path) =>
        path.Aggregate(Enumerable.Repeat(this, 1), (at, field) => at.SelectMany(m => m.All(field)).Select(b => Read(b)));

    /// <summary>The text of a field, empty if it is not there.</summary>
    public string Text(int field) => Encoding.UTF8.GetString(All(field).LastOrDefault() ?? []);

    /// <summary>A message as gRPC sends it: uncompressed, with its length before it.</summary>
    public byte[] Framed()
    {
        var content = Bytes;
        var frame = new byte[content.Length + 5];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), content.Length);
        content.CopyTo(frame, 5);
        return frame;
    }

    private static void WriteVarint(Stream stream, ulong value)
    {
        for (; value > 0x7f; value >>= 7)
        {
            stream.WriteByte((byte)(value | 0x80));
        }

        stream.WriteByte((byte)value);
    }

    private static ulong ReadVarint(ref ReadOnlySpan<byte> bytes)
    {
        ulong value = 0;
        var at = 0;
        do
        {
            value |= (ulong)(bytes[at] & 0x7f) << (7 * at);
        }
        while ((bytes[at++] & 0x80) != 0);
        bytes = bytes[at..];
        return value;
    }
}
