using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace QdrantBackup.Integration.Tests.StandIn;

/// <summary>Compares an answer with the recorded one, but for what differs from run to run.</summary>
internal static partial class Comparison
{
    private static readonly string[] Headers = ["content-type", "content-range", "content-disposition", "accept-ranges", "content-encoding", "vary", "transfer-encoding"];

    public static IEnumerable<string> Differences(RecordedStep step, ActualAnswer actual, Replay replay)
    {
        if (actual.Status != step.Status)
        {
            yield return $"status {actual.Status} instead of {step.Status}: {Encoding.UTF8.GetString(actual.Body.AsSpan(0, Math.Min(300, actual.Body.Length)))}";
            yield break;
        }

        foreach (var difference in actual.Headers is { } headers ? HeaderDifferences(step, headers) : [])
        {
            yield return difference;
        }

        if (BodyDifference(step, actual, replay) is { } other)
        {
            yield return other;
        }
    }

    private static IEnumerable<string> HeaderDifferences(RecordedStep step, IReadOnlyDictionary<string, string> headers)
    {
        foreach (var header in Headers)
        {
            var (expected, got) = (step.Header(header), headers.GetValueOrDefault(header));
            if (!string.Equals(expected, got, StringComparison.Ordinal))
            {
                yield return $"header {header} '{got}' instead of '{expected}'";
            }
        }

        if (step.Header("etag") is not null != headers.ContainsKey("ETag") || step.Header("last-modified") is not null != headers.ContainsKey("Last-Modified"))
        {
            yield return "the validators differ";
        }
    }

    private static string? BodyDifference(RecordedStep step, ActualAnswer actual, Replay replay)
    {
        var response = step.Response!;
        if (response["json"] is { } json)
        {
            var isPart = step.Path.StartsWith("/telemetry", StringComparison.Ordinal);
            var (expected, got) = (Normal(JsonNode.Parse(replay.ApplyToAnswer(step, json.ToJsonString()))), Normal(JsonNode.Parse(actual.Body)));
            return (isPart ? Contains(expected, got) : JsonNode.DeepEquals(expected, got)) ? null : $"\n  {got?.ToJsonString()}\ninstead of\n  {expected?.ToJsonString()}";
        }

        if (response["text"]?.GetValue<string>() is { } text)
        {
            var got = Encoding.UTF8.GetString(actual.Body);
            if (string.Equals(step.Path, "/metrics", StringComparison.Ordinal))
            {
                var lines = text.Split('\n').Select(l => Numbers().Replace(l, " N"));
                return got.Split('\n').Select(l => Numbers().Replace(l, " N")).Except(lines, StringComparer.Ordinal).FirstOrDefault() is { } unknown ? $"metric '{unknown}'" : null;
            }

            return string.Equals(text, got, StringComparison.Ordinal) ? null : $"'{got}' instead of '{text}'";
        }

        if (response["body"] is { } body)
        {
            // What a compressor makes of it is its own affair; other bytes are those of the same recorded file.
            return actual.Headers?.GetValueOrDefault("Content-Encoding") is "gzip" or "br" || IsOfUnrecordedFile(step) || body["length"]!.GetValue<long>() == actual.Body.Length
                ? HashDifference(step, body, actual)
                : $"{actual.Body.Length} bytes instead of {body["length"]}";
        }

        return actual.Body.Length == 0 ? null : $"{actual.Body.Length} bytes instead of none";
    }

    private static string? HashDifference(RecordedStep step, JsonNode body, ActualAnswer actual)
    {
        if (actual.Headers?.GetValueOrDefault("Content-Encoding") is "gzip" or "br" || IsOfUnrecordedFile(step))
        {
            return null;
        }

        var hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(actual.Body));
        return string.Equals(hash, body["sha256"]!.GetValue<string>(), StringComparison.Ordinal) ? null : $"bytes with the hash {hash} instead of {body["sha256"]}";
    }

    // Snapshots of these collections were not kept with the recordings.
    private static bool IsOfUnrecordedFile(RecordedStep step) => step.Path.Contains("/collections/docs/", StringComparison.Ordinal) || step.Path.Contains("/collections/big/", StringComparison.Ordinal);

    /// <summary>Times, sizes, hashes and random names made alike; lists that have no order put in one.</summary>
    private static JsonNode? Normal(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject members:
                var normal = new JsonObject();
                foreach (var (name, value) in members.OrderBy(m => m.Key, StringComparer.Ordinal))
                {
                    normal[name] = name switch
                    {
                        "time" => 0,
                        "size" when members.ContainsKey("creation_time") => 0,
                        "creation_time" or "startup" => "a time",
                        "total_snapshot_creations" or "number_of_collections" => 0, // Steps that are left out make some too.
                        "checksum" => "a hash",
                        "points_count" when members.ContainsKey("shard_id") => 0, // Points are spread over shards by a hash of their ids.
                        _ => Normal(value),
                    };
                }

                return normal;
            case JsonArray items:
                var sorted = items.Select(Normal).ToList();
                if (sorted.All(i => i is JsonObject o && (o.ContainsKey("name") || o.ContainsKey("alias_name"))))
                {
                    sorted = [.. sorted.OrderBy(i => i!.ToJsonString(), StringComparer.Ordinal)];
                }

                return new JsonArray([.. sorted]);
            case JsonValue value when value.TryGetValue<string>(out var text):
                return RandomName().Replace(text, "$1-*");
            default:
                return node?.DeepClone();
        }
    }

    private static bool Contains(JsonNode? whole, JsonNode? part) => part is JsonObject members
        ? whole is JsonObject all && members.All(m => all.ContainsKey(m.Key) && Contains(all[m.Key], m.Value))
        : part is JsonArray items
        ? whole is JsonArray others && items.All(i => others.Any(o => Contains(o, i)))
        : JsonNode.DeepEquals(whole, part);

    [GeneratedRegex(@"(recovery|snapshot-arc)-[A-Za-z0-9]+")]
    private static partial Regex RandomName();

    [GeneratedRegex(@" [0-9.]+$")]
    private static partial Regex Numbers();
}
