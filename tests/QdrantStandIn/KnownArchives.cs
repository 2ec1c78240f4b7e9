using System.Text.Json.Nodes;

namespace QdrantStandIn;

/// <summary>What is known about recorded snapshots by their hash: what the real server answered about the collections that they hold.</summary>
internal sealed class KnownArchives
{
    private readonly Dictionary<string, Known> _known = new(StringComparer.Ordinal);

    public KnownArchives()
    {
        // Both days of the recorded collection have the same ten thousand points.
        if (Fixtures.Directory is { } fixtures)
        {
            foreach (var description in Directory.EnumerateFiles(Path.Combine(fixtures, "snapshots"), "*.snapshot.json"))
            {
                Add(JsonNode.Parse(File.ReadAllText(description))!.AsObject());
            }

            foreach (var file in JsonNode.Parse(File.ReadAllText(Path.Combine(fixtures, "days", "days.json")))!["files"]!.AsArray())
            {
                if (file!["kind"]!.GetValue<string>() is "collection" && file["file"]!.GetValue<string>().StartsWith("day", StringComparison.Ordinal))
                {
                    _known[file["sha256"]!.GetValue<string>()] = new Known(null, 10_000, [], null);
                }
            }
        }
    }

    public void Add(JsonObject description)
    {
        if (description["kind"]?.GetValue<string>() is "collection")
        {
            var placement = description["placement"]?.AsObject();
            var local = placement?["local_shards"]?.AsArray().Sum(s => s!["points_count"]!.GetValue<long>()) ?? 0;
            _known[description["sha256"]!.GetValue<string>()] = new Known(
                description["info"]?.AsObject(), description["exactCount"]?.GetValue<long>() ?? local, description["points"]?.AsArray() ?? [], placement);
        }
    }

    public void Remember(Archive archive, JsonObject? info, long count) => _known.TryAdd(archive.Sha256, new Known(info, count, [], null));

    public Known? Find(Archive archive) => _known.GetValueOrDefault(archive.Sha256);

    internal sealed record Known(JsonObject? Info, long Count, JsonArray Points, JsonObject? Placement);
}

/// <summary>The recorded data of the repository that this runs in.</summary>
public static class Fixtures
{
    /// <summary>tests/fixtures, or null outside the repository.</summary>
    public static string? Directory { get; } = Find();

    private static string? Find()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "QdrantBackupFunctions.sln")))
            {
                return Path.Combine(directory.FullName, "tests", "fixtures");
            }
        }

        return null;
    }
}
