using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using QdrantBackup.App.Hosting;
using QdrantBackup.Runs;

namespace Infra.Tests;

/// <summary>Alerts and the workbook ask for events of the application by their ids and values: these are the ones that it logs.</summary>
public sealed partial class EventTests(Templates templates)
{
    private static readonly Dictionary<string, int> Named = ReadNamed();

    private static readonly Lazy<ILookup<int, LoggerMessageAttribute>> Logged = new(() => new[] { typeof(RunRecords).Assembly, typeof(AppHost).Assembly }
        .SelectMany(a => a.GetTypes())
        .SelectMany(t => t.GetMethods(BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
        .Select(m => m.GetCustomAttribute<LoggerMessageAttribute>())
        .OfType<LoggerMessageAttribute>()
        .ToLookup(a => a.EventId));

    [Fact]
    public void Every_event_that_is_asked_for_is_logged() =>
        Report.None(Named.Where(n => !Logged.Value.Contains(n.Value)).Select(n => $"{n.Key} = {n.Value} is logged nowhere"));

    [Fact]
    public void No_two_events_of_the_application_have_the_same_id() =>
        Report.None(Logged.Value.Where(g => g.Count() > 1).Select(g => $"{g.Key}: {string.Join(" | ", g.Select(a => a.Message))}"));

    [Fact]
    public void Every_event_with_a_name_is_asked_for_by_some_query()
    {
        var texts = Repository.Files("*.kql", "infra-bicep").Select(f => File.ReadAllText(Repository.Path(f))).ToList();
        Report.None(Named.Keys.Where(name => !texts.Exists(t => t.Contains($"{{{{{name}}}}}", StringComparison.Ordinal))));
    }

    [Fact]
    public void Queries_read_values_that_the_events_carry()
    {
        var wrong = from file in Repository.Files("*.kql", "infra-bicep").Where(f => !f.EndsWith("/events.kql", StringComparison.Ordinal))
                    let query = File.ReadAllText(Repository.Path(file))
                    let asked = Event().Matches(query).Select(m => m.Groups[1].Value).ToList()
                    where asked.Count > 0
                    from value in Value().Matches(query).Select(m => m.Groups[1].Value).Distinct()
                    where !asked.Exists(name => Logged.Value[Named[name]].Any(a => a.Message.Contains($"{{{value}}}", StringComparison.Ordinal)))
                    select $"{file} reads {value}, which none of {string.Join(", ", asked)} carries";
        Report.None(wrong);
    }

    [Fact]
    public async Task States_and_kinds_that_queries_name_are_the_applications()
    {
        var queries = await QueryTests.AllAsync(templates, "production");
        var wrong = from query in queries
                    from match in Comparison().Matches(query.Value)
                    let known = match.Groups[1].Value == "State" ? Enum.GetNames<RunState>() : Enum.GetNames<RunKind>()
                    where !known.Contains(match.Groups[2].Value)
                    select $"{query.Key}: {match.Value}";
        Report.None(wrong);
    }

    [Fact]
    public async Task Nothing_is_left_to_be_filled_in()
    {
        var queries = await QueryTests.AllAsync(templates, "production");
        Report.None(queries.Where(q => q.Value.Contains("{{", StringComparison.Ordinal)).Select(q => $"{q.Key}: {q.Value}"));
    }

    private static Dictionary<string, int> ReadNamed()
    {
        var file = File.ReadAllText(Repository.Path("infra-bicep", "shared", "events.bicep"));
        return Name().Matches(file).ToDictionary(m => m.Groups[1].Value, m => int.Parse(m.Groups[2].Value, System.Globalization.CultureInfo.InvariantCulture));
    }

    [GeneratedRegex(@"^  (\w+): (\d{4})$", RegexOptions.Multiline)]
    private static partial Regex Name();

    [GeneratedRegex(@"\{\{(\w+)\}\}\)")]
    private static partial Regex Event();

    [GeneratedRegex("valueOf\\(Properties, \"(\\w+)\"\\)")]
    private static partial Regex Value();

    [GeneratedRegex("valueOf\\(Properties, \"(State|Kind)\"\\) == \"(\\w+)\"")]
    private static partial Regex Comparison();
}
