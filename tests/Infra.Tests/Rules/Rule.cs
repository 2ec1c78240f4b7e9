using System.Text.Json.Nodes;
using Infra.Tests.Compiler;

namespace Infra.Tests.Rules;

/// <summary>Something that must be true of every deployment.</summary>
/// <param name="Sentence">What, as a sentence; the name that mutations and reports know it by.</param>
/// <param name="Broken">Where it is not true: one text for each place.</param>
internal sealed record Rule(string Sentence, Func<Deployment, IEnumerable<string>> Broken)
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<Rule> All { get; } =
        [.. StorageRules.All, .. LifecycleRules.All, .. VaultRules.All, .. AccessRules.All, .. AppRules.All, .. NetworkRules.All, .. MonitoringRules.All];

    /// <summary>A rule that values of every resource of a type must be as they are given.</summary>
    public static Rule Values(string sentence, string type, params (string Path, string Expected)[] values) => new(sentence, deployment =>
        Missing(deployment, type).Concat(deployment.OfType(type).SelectMany(resource => Differences(resource, values))));

    /// <summary>What of a resource is not as it is given; <c>JSON</c> on both sides.</summary>
    public static IEnumerable<string> Differences(Resource resource, params (string Path, string Expected)[] values) =>
        from value in values
        let actual = resource[value.Path]
        where !JsonNode.DeepEquals(actual, JsonNode.Parse(value.Expected))
        select $"{resource}: {value.Path} is {actual?.ToJsonString() ?? "missing"}, not {value.Expected}";

    /// <summary>What is not in both of two lists.</summary>
    public static IEnumerable<string> Difference<T>(string of, IEnumerable<T> expected, IEnumerable<T> actual)
    {
        var (wanted, found) = (expected.ToHashSet(), actual.ToHashSet());
        return wanted.Except(found).Select(e => $"{of}: missing {e}").Concat(found.Except(wanted).Select(e => $"{of}: not expected {e}"));
    }

    public override string ToString() => Sentence;

    // A rule about resources of which there are none is true of nothing.
    private static IEnumerable<string> Missing(Deployment deployment, string type) => deployment.OfType(type).Any() ? [] : [$"there is no {type}"];
}
