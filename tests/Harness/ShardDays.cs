using System.Security.Cryptography;
using System.Text.Json;
using ZstdSharp;
using ZstdSharp.Unsafe;

namespace QdrantBackup.Harness;

/// <summary>
/// The shard snapshots of one real collection on seven days, and of one below the indexing threshold on two: <c>tests/fixtures/days/shards.zst</c> holds them one after
/// the other in the order of their names, compressed together because they share most of their bytes; <c>days.json</c> describes each.
/// </summary>
public sealed class ShardDays
{
    private const int WindowLog = 27;
    private readonly Dictionary<string, ReadOnlyMemory<byte>> _snapshots = new(StringComparer.Ordinal);

    private ShardDays()
    {
    }

    /// <summary>The days in their order: a snapshot's file name, that of the day before or null, and what changed in between.</summary>
    public IReadOnlyList<(string File, string? Before, string? Change)> Days { get; private init; } = [];

    /// <summary>The bytes of one.</summary>
    public ReadOnlyMemory<byte> this[string file] => _snapshots[file];

    /// <summary>Reads them all, 77 MB, and checks each one's hash.</summary>
    public static ShardDays Load(string daysFolder)
    {
        using var description = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(daysFolder, "days.json")));
        JsonElement[] files = [.. description.RootElement.GetProperty("files").EnumerateArray().Where(f => f.GetProperty("kind").GetString() == "shard")];
        var days = new ShardDays
        {
            Days = [.. files.Select(f => (Text(f, "file")!, Text(f, "changedSince"), Text(f, "change")))],
        };
        using var decompressor = new Decompressor();
        decompressor.SetParameter(ZSTD_dParameter.ZSTD_d_windowLogMax, WindowLog);
        byte[] all = decompressor.Unwrap(File.ReadAllBytes(Path.Combine(daysFolder, "shards.zst"))).ToArray();
        var at = 0;
        foreach (var file in files.OrderBy(f => Text(f, "file"), StringComparer.Ordinal))
        {
            var bytes = all.AsMemory(at, file.GetProperty("length").GetInt32());
            at += bytes.Length;
            if (Convert.ToHexStringLower(SHA256.HashData(bytes.Span)) != Text(file, "sha256"))
            {
                throw new InvalidDataException($"shards.zst holds other bytes for {Text(file, "file")} than days.json lists");
            }

            days._snapshots.Add(Text(file, "file")!, bytes);
        }

        return days;
    }

    private static string? Text(JsonElement file, string member) => file.TryGetProperty(member, out var value) ? value.GetString() : null;
}
