using System.Text.RegularExpressions;
using Infra.Tests.Compiler;

namespace Infra.Tests;

/// <summary>The page says what the templates do: its tables are compared with what would be created.</summary>
public sealed partial class ReadmeTests(Templates templates)
{
    private static readonly string[] Page = File.ReadAllLines(Repository.Path("infra-bicep", "README.md"));

    [Fact]
    public async Task Roles_are_as_the_page_says()
    {
        var deployment = await templates.WithAsync("production");
        var actual = deployment.OfType("Microsoft.Authorization/roleDefinitions").Select(r => (
            Role: ((string)r["properties.roleName"]!).Split(" (")[0],
            Actions: string.Join(' ', r["properties.permissions"]!.AsArray().SelectMany(p => p!["dataActions"]!.AsArray()).Select(a => ShortName((string)a!)))));
        var said = Table("role").Select(row => (Role: row[0], Actions: string.Join(' ', Quoted().Matches(row[1]).Select(m => m.Groups[1].Value))));
        Assert.Equal(actual.OrderBy(r => r.Role), said.OrderBy(r => r.Role));
    }

    [Fact]
    public async Task Lifecycle_rules_are_as_the_page_says()
    {
        var deployment = await templates.WithAsync("hardened");
        var actual = deployment.The("Microsoft.Storage/storageAccounts/managementPolicies")["properties.policy.rules"]!.AsArray().Select(r => (string)r!["name"]!);
        Assert.Equal(actual.Order(), Table("rule").Select(row => row[0]).Order());
    }

    [Fact]
    public async Task Alerts_and_the_events_they_ask_for_are_as_the_page_says()
    {
        var deployment = await templates.WithAsync("production");
        var prefix = deployment.The("Microsoft.Insights/actionGroups").Name + "-";
        var actual = deployment.Resources.Where(r => r.Type.EndsWith("Alerts", StringComparison.Ordinal) || r.Type.EndsWith("scheduledQueryRules", StringComparison.Ordinal))
            .Select(a => (Alert: a.Name[prefix.Length..], Events: EventsOf((string?)a["properties.criteria.allOf"]?[0]?["query"] ?? "")))
            .Append((Alert: deployment.OfType("Microsoft.EventGrid/systemTopics/eventSubscriptions").Single().Name.Split('/')[^1], Events: ""));
        var said = Table("alert").SelectMany(row => row[0].Split(", ").Select(alert => (Alert: alert, Events: Number().IsMatch(row[2]) ? row[2] : "")));
        Assert.Equal(actual.OrderBy(a => a.Alert), said.OrderBy(a => a.Alert));
    }

    [Fact]
    public void Every_module_is_named_and_every_file_that_is_named_is_there()
    {
        var named = Table("file").SelectMany(row => Quoted().Matches(row[0])).Select(m => m.Groups[1].Value).ToList();
        Report.None(named.Where(f => !Path.Exists(Repository.Path("infra-bicep", f))));
        Report.None(Repository.Files("*.bicep", "infra-bicep/modules").Select(f => f["infra-bicep/".Length..]).Except(named));
    }

    [Fact]
    public void The_page_says_in_its_first_lines_that_nothing_was_deployed() =>
        Assert.Contains(Page.Take(8), line => line.Contains("nothing of this was ever deployed", StringComparison.Ordinal));

    /// <summary>The rows of the table whose first column has this heading.</summary>
    private static IEnumerable<string[]> Table(string heading) =>
        Page.SkipWhile(l => !l.StartsWith($"| {heading} |", StringComparison.Ordinal)).Skip(2).TakeWhile(l => l.StartsWith('|')).Select(l => l.Trim('|').Split('|').Select(c => c.Trim()).ToArray());

    private static string ShortName(string action) =>
        action.Replace("Microsoft.Storage/storageAccounts/blobServices/containers/", "", StringComparison.Ordinal).Replace("Microsoft.KeyVault/vaults/", "", StringComparison.Ordinal);

    private static string EventsOf(string query) => string.Join(", ", Asked().Matches(query).Select(m => m.Groups[1].Value).Order(StringComparer.Ordinal));

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"eventsOf\((\d+)\)")]
    private static partial Regex Asked();

    [GeneratedRegex(@"^\d")]
    private static partial Regex Number();
}
