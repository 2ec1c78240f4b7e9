using System.Globalization;
using System.Text.Json;

namespace QdrantBackup.Clusters;

/// <summary>
/// Reads a node's lists entry by entry. Other people and tools write into them; an odd entry must not spoil the sound ones, so each is checked
/// by the code that uses it.
/// </summary>
internal static class OddEntries
{
    private const int Sha256Length = 64;

    /// <summary>The names of collections, in ordinal order. An entry without a name stays as one empty name: something is there that cannot be captured.</summary>
    public static IReadOnlyList<string> Names(IReadOnlyList<JsonElement> entries) =>
        [.. entries.Select(e => Text(e, "name") ?? "").Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    /// <summary>The aliases that have a name; one whose collection cannot be read has an empty one, so that its name is still known to be taken.</summary>
    public static IReadOnlyList<CollectionAlias> Aliases(IReadOnlyList<JsonElement> entries) =>
        [.. entries.Select(e => (Alias: Text(e, "alias_name"), Collection: Text(e, "collection_name"))).Where(a => a.Alias is not null).Select(a => new CollectionAlias(a.Alias!, a.Collection ?? ""))];

    /// <summary>The peers whose ids can be read.</summary>
    public static IReadOnlyDictionary<ulong, string> Peers(IReadOnlyDictionary<string, JsonElement> entries)
    {
        var peers = new Dictionary<ulong, string>();
        foreach (var (id, peer) in entries)
        {
            if (ulong.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                peers[number] = Text(peer, "uri") ?? "";
            }
        }

        return peers;
    }

    /// <summary>The snapshots that have a name, each with what is wrong with it. One that has no name can be neither used nor deleted.</summary>
    public static IReadOnlyList<SnapshotDescription> Snapshots(IReadOnlyList<JsonElement> entries) =>
        [.. entries.Select(e => (Entry: e, Name: Text(e, "name"))).Where(s => !string.IsNullOrEmpty(s.Name)).Select(s => Snapshot(s.Entry, s.Name!))];

    /// <summary>Telemetry's counts of snapshots, by name.</summary>
    public static IReadOnlyDictionary<string, SnapshotCount> SnapshotCounts(IReadOnlyList<JsonElement> entries)
    {
        var counts = new Dictionary<string, SnapshotCount>(StringComparer.Ordinal);
        foreach (var entry in entries.Where(e => Text(e, "id") is not null))
        {
            counts[Text(entry, "id")!] = new((int)Number(entry, "running_snapshots"), Number(entry, "total_snapshot_creations"));
        }

        return counts;
    }

    // A size and checksum that a transfer and a restore can be held to; a server that has no checksum leaves it out or empty.
    private static SnapshotDescription Snapshot(JsonElement entry, string name)
    {
        var size = entry.TryGetProperty("size", out var number) && number.ValueKind == JsonValueKind.Number && number.TryGetInt64(out var bytes) ? bytes : -1;
        var hasChecksum = entry.TryGetProperty("checksum", out var hex) && hex.ValueKind != JsonValueKind.Null;
        var checksum = hasChecksum ? Text(entry, "checksum")?.ToLowerInvariant() : "";
        var isHash = checksum is { Length: Sha256Length } && checksum.All(char.IsAsciiHexDigitLower);
        return new SnapshotDescription(name, Math.Max(0, size), Text(entry, "creation_time"), isHash ? checksum : null)
        {
            Problem = size < 0 ? "its size is no number of bytes" : isHash || checksum is "" ? null : "its checksum is no SHA-256",
        };
    }

    private static long Number(JsonElement entry, string member) =>
        entry.TryGetProperty(member, out var number) && number.ValueKind == JsonValueKind.Number && number.TryGetInt32(out var n) ? n : 0;

    private static string? Text(JsonElement entry, string member)
    {
        try
        {
            return entry.ValueKind == JsonValueKind.Object && entry.TryGetProperty(member, out var text) && text.ValueKind == JsonValueKind.String ? text.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null; // Half of a surrogate pair: no text at all.
        }
    }
}
