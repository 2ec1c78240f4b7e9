using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using QdrantStandIn;

namespace QdrantBackup.Integration.Tests.StandIn;

/// <summary>What a real server was asked and answered, step by step.</summary>
internal sealed partial record Recording(string Name, IReadOnlyList<RecordedStep> Steps)
{
    public static Recording Load(string name)
    {
        var document = JsonNode.Parse(File.ReadAllText(Path.Combine(Fixtures.Directory!, "recordings", $"{name}.json")))!;
        return new Recording(name, [.. document["steps"]!.AsArray().Select(step => new RecordedStep(step!.AsObject()))]);
    }

    /// <summary>The server's peer id, as the first snapshot name carries it.</summary>
    public ulong PeerId => Steps.Select(s => NamedPeer().Match(s.Json.ToJsonString())).FirstOrDefault(m => m.Success) is { } match
        ? ulong.Parse(match.Groups[1].Value)
        : new StandInOptions().PeerId;

    [GeneratedRegex("-([0-9]{10,20})-20[0-9]{2}-")]
    private static partial Regex NamedPeer();
}

/// <summary>One request and its answer, or an observation on the raw connection.</summary>
internal sealed record RecordedStep(JsonObject Json)
{
    public string Name => Json["step"]!.GetValue<string>();

    public JsonObject? Request => Json["request"] as JsonObject;

    public JsonObject? Response => Json["response"] as JsonObject;

    public JsonObject? Facts => Json["facts"] as JsonObject;

    public string Method => Request!["method"]!.GetValue<string>();

    public string Path => Request!["path"]!.GetValue<string>();

    public int Status => Response!["status"]!.GetValue<int>();

    public string? Header(string name) =>
        Response!["headers"]!.AsArray().FirstOrDefault(h => string.Equals(h![0]!.GetValue<string>(), name, StringComparison.OrdinalIgnoreCase))?[1]!.GetValue<string>();
}
