using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace Infra.Tests;

/// <summary>The workflow file: its syntax by a linter, what it may do by rules of our own.</summary>
public sealed partial class WorkflowTests(Templates templates)
{
    internal static IReadOnlyDictionary<string, string> Files { get; } =
        Repository.Files("*.yml", ".github/workflows").ToDictionary(f => f, f => File.ReadAllText(Repository.Path(f)));

    /// <summary>The same with an event, a job and an expression that the linter must not let pass.</summary>
    internal static IReadOnlyDictionary<string, string> Broken { get; } = Files.ToDictionary(f => "broken " + f.Key, f => f.Value
        .Replace("pull_request:", "pull_requests:", StringComparison.Ordinal)
        .Replace("needs: [plan]", "needs: [plans]", StringComparison.Ordinal)
        .Replace("run: ./dev test", "run: ./dev test ${{ github.event.pull_request.title }}", StringComparison.Ordinal));

    [Fact]
    public async Task The_linter_finds_nothing() => Report.None(await Linters.FindingsAsync(templates, Files.Keys));

    [Fact]
    public async Task The_linter_would_find_a_wrong_event_an_unknown_job_and_a_text_from_outside_in_a_script()
    {
        var said = await Linters.FindingsAsync(templates, Broken.Keys);
        Assert.Equal(["pull_requests", "plans", "untrusted"], new[] { "pull_requests", "plans", "untrusted" }.Where(word => said.Any(line => line.Contains(word, StringComparison.Ordinal))));
    }

    [Fact]
    public void Every_action_is_pinned_by_its_commit_and_says_which_version_that_is() => Report.None(
        from file in Files
        from line in file.Value.Split('\n')
        where line.Contains("uses:", StringComparison.Ordinal) && !Pinned().IsMatch(line)
        select $"{file.Key}: {line.Trim()}");

    [Fact]
    public void One_action_is_always_the_same_commit() => Report.None(
        Files.Values.SelectMany(text => Pinned().Matches(text)).Select(m => (Name: m.Groups[1].Value, Commit: m.Groups[2].Value)).Distinct()
            .GroupBy(a => a.Name).Where(g => g.Count() > 1).Select(g => g.Key));

    [Fact]
    public void Jobs_may_read_the_source_and_only_those_that_need_more_say_so()
    {
        var rights = Jobs().ToDictionary(job => job.Name, job => string.Join(", ", Map(job.Node, "permissions").Select(p => $"{p.Key}: {p.Value}").Order(StringComparer.Ordinal)));
        Assert.Equal("contents: read", string.Join(", ", Map(Root(), "permissions").Select(p => $"{p.Key}: {p.Value}")));
        Assert.Equal(
            new Dictionary<string, string>
            {
                ["test"] = "",
                ["infra"] = "",
                ["package"] = "",
                ["attest"] = "attestations: write, id-token: write",
                ["plan"] = "id-token: write",
                ["deploy"] = "attestations: read, contents: read, id-token: write",
            },
            rights);
    }

    [Fact]
    public void What_a_stranger_sends_never_gets_a_token_or_a_secret()
    {
        Report.None(Files.Where(f => f.Value.Contains("pull_request_target", StringComparison.Ordinal) || f.Value.Contains("secrets.", StringComparison.Ordinal)).Select(f => f.Key));
        Report.None(Jobs().Where(job => Map(job.Node, "permissions").Count > 0 && !job.Node.Children.ContainsKey("if")).Select(job => $"{job.Name} has rights and no condition"));
    }

    [Fact]
    public void Whoever_reaches_Azure_does_so_in_an_environment_that_can_ask_for_approval()
    {
        var environments = Jobs().Where(job => job.Text.Contains("azure/login@", StringComparison.Ordinal)).ToDictionary(job => job.Name, job => Text(job.Node, "environment"));
        Assert.Equal(new Dictionary<string, string?> { ["plan"] = "${{ inputs.environment }}-plan", ["deploy"] = "${{ inputs.environment }}" }, environments);
    }

    [Fact]
    public void Deploying_waits_for_the_tests_the_templates_the_package_its_provenance_and_the_plan()
    {
        var needs = Jobs().ToDictionary(job => job.Name, job => job.Node.Children.TryGetValue("needs", out var n) ? ((YamlSequenceNode)n).Select(c => c.ToString()).ToArray() : []);
        Assert.Equal(["attest", "infra", "package", "plan", "test"], Before("deploy").Order(StringComparer.Ordinal));

        IEnumerable<string> Before(string job) => needs[job].Concat(needs[job].SelectMany(Before)).Distinct();
    }

    private static YamlMappingNode Root()
    {
        var yaml = new YamlStream();
        using var text = new StringReader(Files.Values.Single());
        yaml.Load(text);
        return (YamlMappingNode)yaml.Documents[0].RootNode;
    }

    private static IEnumerable<(string Name, YamlMappingNode Node, string Text)> Jobs() =>
        ((YamlMappingNode)Root().Children["jobs"]).Children.Select(j => (j.Key.ToString(), (YamlMappingNode)j.Value, j.Value.ToString()));

    private static IReadOnlyList<KeyValuePair<string, string>> Map(YamlMappingNode node, string key) => node.Children.TryGetValue(key, out var map)
        ? [.. ((YamlMappingNode)map).Children.Select(c => KeyValuePair.Create(c.Key.ToString(), c.Value.ToString()))]
        : [];

    private static string? Text(YamlMappingNode node, string key) => node.Children.TryGetValue(key, out var value) ? value.ToString() : null;

    [GeneratedRegex(@"uses: ([\w/-]+)@([0-9a-f]{40}) # v\d+\.\d+\.\d+")]
    private static partial Regex Pinned();
}
