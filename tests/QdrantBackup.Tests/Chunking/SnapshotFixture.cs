using System.Text.Json;

namespace QdrantBackup.Tests.Chunking;

/// <summary>A snapshot that a real server made, and a description of its content.</summary>
internal sealed record SnapshotFixture(string Name, byte[] Bytes, IReadOnlyList<FixtureMember> Members, string Kind)
{
    public static string Folder => Path.Combine(Repository.Root, "tests", "fixtures", "snapshots");

    public static IEnumerable<string> Names =>
        Directory.EnumerateFiles(Folder, "*.snapshot").Select(f => Path.GetFileNameWithoutExtension(f)).Order(StringComparer.Ordinal);

    public static SnapshotFixture Load(string name)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, name + ".snapshot.json")));
        var members = document.RootElement.GetProperty("members").EnumerateArray().Select(FixtureMember.Read).ToList();
        string kind = document.RootElement.GetProperty("kind").GetString()!;
        return new SnapshotFixture(name, File.ReadAllBytes(Path.Combine(Folder, name + ".snapshot")), members, kind);
    }

    public static byte[] Day(string file) => File.ReadAllBytes(Path.Combine(Repository.Root, "tests", "fixtures", "days", file));
}

/// <summary>One member as the fixture describes it; offsets are inside its own archive.</summary>
internal sealed record FixtureMember(string Name, char Type, long HeaderOffset, long DataOffset, long Length, long Modified, string? Sha256)
{
    public static FixtureMember Read(JsonElement e)
    {
        string type = e.GetProperty("typeflag").GetString()!;
        return new FixtureMember(
            e.GetProperty("name").GetString()!,
            type == "NUL" ? '0' : type[0],
            e.GetProperty("offset").GetInt64(),
            e.GetProperty("dataOffset").GetInt64(),
            e.GetProperty("size").GetInt64(),
            e.GetProperty("mtime").GetInt64(),
            e.TryGetProperty("sha256", out JsonElement hash) && hash.ValueKind == JsonValueKind.String ? hash.GetString() : null);
    }
}
