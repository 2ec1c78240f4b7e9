using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;

namespace QdrantStandIn;

/// <summary>Writes small archives the way Qdrant lays them out, for collections that were made here.</summary>
internal sealed class TarBuilder
{
    private readonly ArrayBufferWriter<byte> _archive = new();

    public static byte[] Header(string name, long size)
    {
        var header = new byte[512];
        Encoding.ASCII.GetBytes(name, header);
        Encoding.ASCII.GetBytes("0000644\0", header.AsSpan(100));
        Encoding.ASCII.GetBytes("0000000\0", header.AsSpan(108));
        Encoding.ASCII.GetBytes("0000000\0", header.AsSpan(116));
        Encoding.ASCII.GetBytes(Octal(size, 11) + "\0", header.AsSpan(124));
        Encoding.ASCII.GetBytes("00000000000\0", header.AsSpan(136));
        header.AsSpan(148, 8).Fill((byte)' ');
        header[156] = (byte)'0';
        Encoding.ASCII.GetBytes("ustar  \0", header.AsSpan(257));
        var sum = 0;
        foreach (var b in header)
        {
            sum += b;
        }

        Encoding.ASCII.GetBytes(Octal(sum, 6) + "\0 ", header.AsSpan(148));
        return header;
    }

    public TarBuilder Add(string name, byte[] content)
    {
        _archive.Write(Header(name, content.Length));
        _archive.Write(content);
        _archive.Write(new byte[(512 - (content.Length % 512)) % 512]);
        return this;
    }

    /// <summary>The members of a collection with one segment per shard, and the number of points that it claims.</summary>
    public TarBuilder AddCollection(JsonObject config, long points, JsonArray? items = null)
    {
        var shards = config["params"]?["shard_number"]?.GetValue<int>() ?? 1;
        var segment = new TarBuilder().Add("snapshot/files/segment.json", "{}"u8.ToArray()).Add("snapshot/files/version.info", "0.6.0"u8.ToArray()).Finish();
        for (var shard = 0; shard < shards; shard++)
        {
            Add($"{shard}/segments/00000000-0000-4000-8000-{shard:d12}.tar", segment);
            Add($"{shard}/replica_state.json", """{"is_local":true,"this_peer_id":1,"peers":{"1":"Active"}}"""u8.ToArray());
            Add($"{shard}/shard_config.json", """{"type":"ReplicaSet"}"""u8.ToArray());
        }

        Add(SnapshotContents.PointsMember, Encoding.UTF8.GetBytes($$"""{"points":{{points}},"items":{{items?.ToJsonString() ?? "[]"}}}"""));
        Add("version.info", "0.4.2"u8.ToArray());
        Add("config.json", Encoding.UTF8.GetBytes(config.ToJsonString()));
        Add("shard_key_mapping.json", "[]"u8.ToArray());
        return Add("payload_index.json", """{"schema":{}}"""u8.ToArray());
    }

    public byte[] Finish()
    {
        _archive.Write(new byte[1024]);
        return _archive.WrittenSpan.ToArray();
    }

    private static string Octal(long value, int digits)
    {
        var text = Convert.ToString(value, 8);
        return text.Length <= digits ? text.PadLeft(digits, '0') : throw new ArgumentOutOfRangeException(nameof(value), "Too big for a plain header.");
    }
}
