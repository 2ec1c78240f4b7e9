using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using LocalFunctions.Hosting;
using LocalFunctions.Hosting.Settings;
using Microsoft.Extensions.Configuration;
using QdrantBackup.Harness;
using QdrantBackup.Tests;

namespace QdrantBackup.Deployment.Tests.Hosting;

/// <summary>host.json and the page about it: docs/host-json.md.</summary>
public sealed partial class HostJsonTests
{
    private static readonly string Written = File.ReadAllText(Repository.Path("host.json"));

    private static readonly Dictionary<string, Row> Documented = Rows();

    public static TheoryData<string> Keys => [.. Values().Keys];

    [Fact]
    public void Every_line_is_documented_with_its_value_and_nothing_else_is() =>
        Assert.Equal(Values().Select(v => $"{v.Key} = {v.Value}").Order(StringComparer.Ordinal), Documented.Select(r => $"{r.Key} = {r.Value.Value}").Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Keys))]
    public void The_page_says_of_each_line_whether_LocalFunctions_honours_it(string key)
    {
        Assert.Equal(IsHonoured(key) ? "host, LocalFunctions" : "host", Documented[key].By);
    }

    /// <summary>As long as a run stands still after the process that carried it is gone.</summary>
    [Fact]
    public void What_a_lost_process_had_in_hand_is_taken_up_after_a_minute() =>
        Assert.All(
            new[] { "controlQueueVisibilityTimeout", "workItemQueueVisibilityTimeout" },
            name => Assert.Equal("00:01:00", Values()[$"extensions.durableTask.storageProvider.{name}"]));

    /// <summary>Whether LocalFunctions comes to something else, or refuses, when the value is another one.</summary>
    private static bool IsHonoured(string key)
    {
        var changed = JsonNode.Parse(Written)!;
        var path = PathOf(key);
        var parent = path.SkipLast(1).Aggregate(changed, (node, part) => node[part]!);
        parent[path[^1]] = Another(parent[path[^1]]!.AsValue());
        try
        {
            return Read(changed.ToJsonString()) != Read(Written);
        }
        catch (FunctionsStartupException)
        {
            return true;
        }
    }

    private static JsonNode Another(JsonValue value) => value.GetValueKind() switch
    {
        JsonValueKind.True => false,
        JsonValueKind.Number => value.GetValue<double>() + 1,
        _ => $"{value.GetValue<string>()}X",
    };

    /// <summary>Everything that LocalFunctions takes from the file, as one text.</summary>
    private static string Read(string json)
    {
        using var folder = new TempFolder("host");
        File.WriteAllText(folder.File(HostJson.FileName), json);
        var read = HostJson.Read([folder.Path], new ConfigurationBuilder().Build());
        var values = typeof(HostJson).GetProperties(BindingFlags.Public | BindingFlags.Instance).Select(p => p.GetValue(read));
        return string.Join('\n', values.Select(v => v is IConfiguration section ? string.Join(',', section.AsEnumerable()) : v?.ToString()));
    }

    private static Dictionary<string, string> Values()
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        Collect(JsonElement.Parse(Written), "");
        return values;

        void Collect(JsonElement element, string key)
        {
            foreach (var member in element.EnumerateObject())
            {
                var name = key.Length == 0 ? member.Name : $"{key}.{member.Name}";
                if (member.Value.ValueKind == JsonValueKind.Object)
                {
                    Collect(member.Value, name);
                }
                else
                {
                    values.Add(name, Shown(member.Value));
                }
            }
        }
    }

    private static string Shown(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number => value.GetDouble().ToString(CultureInfo.InvariantCulture),
        JsonValueKind.True => "true",
        JsonValueKind.String when value.GetString() is { Length: > 0 } text => text,
        _ => "(empty)",
    };

    // A log category has dots of its own.
    private static string[] PathOf(string key) => key.StartsWith("logging.logLevel.", StringComparison.Ordinal) ? key.Split('.', 3) : key.Split('.');

    private static Dictionary<string, Row> Rows() =>
        File.ReadLines(Repository.Path("docs", "host-json.md")).Select(line => TableRow().Match(line)).Where(m => m.Success)
            .ToDictionary(m => m.Groups["key"].Value, m => new Row(m.Groups["value"].Value.Trim('`'), m.Groups["by"].Value), StringComparer.Ordinal);

    [GeneratedRegex(@"^\| `(?<key>[^`]+)` \| (?<value>`[^`]+`|\(empty\)) \| .+ \| (?<by>[^|]+) \|$")]
    private static partial Regex TableRow();

    private sealed record Row(string Value, string By);
}
