using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace QdrantStandIn;

/// <summary>What a server finds when it unpacks an uploaded snapshot. Its complaints have Qdrant's words.</summary>
internal sealed class SnapshotContents
{
    /// <summary>Archives that were made here, not by Qdrant, hold their number of points in this member.</summary>
    public const string PointsMember = "0/stand-in.json";

    private const long MaxSmallMember = 16 * 1024 * 1024;
    private readonly HashSet<int> _shards = [];
    private readonly HashSet<int> _localShards = [];
    private readonly Dictionary<string, byte[]> _small = new(StringComparer.Ordinal);

    public JsonObject Config { get; private set; } = [];

    public JsonObject Schema { get; private set; } = [];

    public long Points { get; private set; }

    public JsonArray Items { get; private set; } = [];

    /// <summary>Reads the whole archive; <paramref name="directory"/> is where the server claims to unpack it.</summary>
    public static SnapshotContents Read(Archive archive, string directory)
    {
        var contents = new SnapshotContents();
        using (var stream = archive.OpenRead())
        {
            contents.Walk(stream, archive.Length, directory);
        }

        contents.Config = contents.Parse("config.json")
            ?? throw Failure.Service($"File IO error: failed to open file `/qdrant/./storage/tmp/{directory}/config.json`: No such file or directory (os error 2)");
        contents.Schema = contents.Parse("payload_index.json")?["schema"]?.DeepClone().AsObject() ?? [];
        contents.Points = contents.Parse(PointsMember)?["points"]?.GetValue<long>() ?? 0;
        contents.Items = contents.Parse(PointsMember)?["items"]?.DeepClone().AsArray() ?? [];
        if (contents._shards.Except(contents._localShards).DefaultIfEmpty(-1).Max() is var missing and >= 0)
        {
            throw Failure.Service($"Can't restore snapshot in local mode with missing data at shard: /qdrant/./storage/tmp/{directory}/{missing}");
        }

        return contents;
    }

    private static Failure Malformed() => Failure.Service("File IO error: Malformed tar archive, reached unknown entry");

    private void Walk(Stream stream, long length, string directory)
    {
        var header = new byte[512];
        string? longName = null;
        for (long position = 0; position < length;)
        {
            if (stream.ReadAtLeast(header, 512, throwOnEndOfStream: false) < 512)
            {
                throw Malformed();
            }

            position += 512;
            if (!header.AsSpan().ContainsAnyExcept((byte)0))
            {
                return;
            }

            CheckSum(header);
            var size = Number(header.AsSpan(124, 12));
            for (var more = header[156] == (byte)'S' && header[482] != 0; more; position += 512)
            {
                var extension = new byte[512];
                if (stream.ReadAtLeast(extension, 512, throwOnEndOfStream: false) < 512)
                {
                    throw Malformed();
                }

                more = extension[504] != 0;
            }

            var name = longName ?? Text(header.AsSpan(0, 100));
            if (position + size > length)
            {
                throw Failure.Service($"File IO error: failed to unpack `/qdrant/storage/tmp/{directory}/{name}`");
            }

            var content = size <= MaxSmallMember && (name.EndsWith(".json", StringComparison.Ordinal) || header[156] == (byte)'L') ? new byte[size] : null;
            if (content is not null)
            {
                stream.ReadExactly(content);
            }

            longName = header[156] == (byte)'L' ? Text(content) : null;
            if (longName is null)
            {
                Note(name, content);
            }

            position += (size + 511) / 512 * 512;
            stream.Position = position;
        }
    }

    private void Note(string name, byte[]? content)
    {
        if (content is not null)
        {
            _small[name] = content;
        }

        var parts = name.Split('/');
        if (parts.Length > 1 && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var shard))
        {
            _shards.Add(shard);
            if (string.Equals(parts[1], "segments", StringComparison.Ordinal))
            {
                _localShards.Add(shard);
            }
        }
    }

    private JsonObject? Parse(string member) => _small.TryGetValue(member, out var content) ? JsonNode.Parse(content)?.AsObject() : null;

    private static void CheckSum(byte[] header)
    {
        var sum = 0L;
        for (var i = 0; i < header.Length; i++)
        {
            sum += i is >= 148 and < 156 ? ' ' : header[i];
        }

        if (sum != Number(header.AsSpan(148, 8)))
        {
            throw Malformed();
        }
    }

    private static long Number(ReadOnlySpan<byte> field)
    {
        long value = 0;
        if ((field[0] & 0x80) != 0)
        {
            foreach (var b in field[^8..])
            {
                value = (value << 8) | b;
            }

            return value;
        }

        foreach (var b in field)
        {
            if (b is >= (byte)'0' and <= (byte)'7')
            {
                value = (value << 3) | (long)(b - '0');
            }
            else if (b is not ((byte)' ' or 0))
            {
                throw Malformed();
            }
        }

        return value;
    }

    private static string Text(ReadOnlySpan<byte> field) => Encoding.UTF8.GetString(field.IndexOf((byte)0) is var end and >= 0 ? field[..end] : field);
}
