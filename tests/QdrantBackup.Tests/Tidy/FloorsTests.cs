using System.Text.RegularExpressions;
using ArchUnitNET.Domain;
using ArchUnitNET.Fluent.Slices;
using ArchUnitNET.Loader;
using QdrantBackup.Stores;

namespace QdrantBackup.Tests.Tidy;

/// <summary>The folders of the domain stand on floors: a folder refers to floors below its own, never upwards and never to a folder beside it (docs/decisions/0063-floors.md).</summary>
public sealed partial class FloorsTests
{
    private const string Root = "QdrantBackup";

    /// <summary>The floors, the lowest first. The domain's own folder holds errors and patience.</summary>
    private static readonly string[][] Floors =
    [
        [Root],
        ["QdrantBackup.Ids"],
        ["QdrantBackup.Storage"],
        ["QdrantBackup.Storage.Directories", "QdrantBackup.Sealing", "QdrantBackup.Chunking", "QdrantBackup.Clusters"],
        ["QdrantBackup.Stores"],
        ["QdrantBackup.Keys", "QdrantBackup.Damages"],
        ["QdrantBackup.Parts"],
        ["QdrantBackup.Catalog"],
        ["QdrantBackup.Runs", "QdrantBackup.Usage"],
        ["QdrantBackup.Schedules", "QdrantBackup.Capture"],
        ["QdrantBackup.Restores", "QdrantBackup.Retention", "QdrantBackup.Configuration.Access", "QdrantBackup.Configuration.Files"],
        ["QdrantBackup.Verification", "QdrantBackup.Configuration"],
        ["QdrantBackup.Replication"],
    ];

    private static readonly Lazy<Architecture> Domain = new(() => new ArchLoader().LoadAssembly(typeof(SealedStore).Assembly).Build());

    [Fact]
    public void Every_folder_of_the_domain_has_a_floor_and_every_namespace_is_its_folder()
    {
        Assert.Empty(Files().Where(file => file.Namespace != Root + Path.GetDirectoryName(file.Path)!["src/QdrantBackup".Length..].Replace('/', '.')));
        Assert.Equal(Floors.SelectMany(f => f).Order(StringComparer.Ordinal), Files().Select(f => f.Namespace).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void No_type_refers_to_a_floor_above_its_own_or_to_a_folder_beside_it() =>
        Nothing(Arrows().Where(arrow => !IsBelow(arrow.To, arrow.From)).Select(arrow => arrow.Text).Distinct());

    [Fact]
    public void No_file_names_a_namespace_above_its_own_or_beside_it()
    {
        // References without a trace in the assembly: constants, names and references in comments.
        var upwards = from file in Files()
                      from Match named in Named().Matches(file.Text)
                      let to = named.Groups["space"].Value
                      where to != file.Namespace && HasFloor(to) && !IsBelow(to, file.Namespace)
                      select $"{file.Path}: {to}";
        Nothing(upwards);
    }

    [Fact]
    public void No_folders_of_the_domain_form_a_cycle() =>
        Nothing(SliceRuleDefinition.Slices().Matching("QdrantBackup.(**)").Should().BeFreeOfCycles().Evaluate(Domain.Value).Where(result => !result.Passed).Select(result => result.Description));

    [Fact]
    public void The_arrows_that_the_rules_look_at_are_seen()
    {
        var seen = Arrows().Select(arrow => (arrow.From, arrow.To)).ToHashSet();
        Assert.Contains(("QdrantBackup.Keys", "QdrantBackup.Stores"), seen);
        Assert.Contains(("QdrantBackup.Replication", "QdrantBackup.Verification"), seen);
        Assert.Contains(("QdrantBackup.Ids", "QdrantBackup.Ids"), Arrows(within: true).Select(arrow => (arrow.From, arrow.To)));
    }

    /// <summary>Fails with every line, since a collection would be shown only in part.</summary>
    private static void Nothing(IEnumerable<string> wrong) => Assert.True(!wrong.Any(), string.Join(Environment.NewLine, wrong));

    private static IEnumerable<(string From, string To, string Text)> Arrows(bool within = false) =>
        from type in Domain.Value.Types
        let origin = NamespaceOf(type)
        where HasFloor(origin)
        from dependency in type.Dependencies
        let target = NamespaceOf(dependency.Target)
        where HasFloor(target) && (within || target != origin)
        select (origin, target, $"{type.FullName} -> {dependency.Target.FullName}");

    /// <summary>The folder of a type, also of a nested or a generic one.</summary>
    private static string NamespaceOf(IType type)
    {
        var name = type.FullName.Split('+', '/', '<', '`', '[')[0];
        return name.LastIndexOf('.') is > 0 and var end ? name[..end] : "";
    }

    private static bool HasFloor(string space) => FloorOf(space) >= 0;

    private static bool IsBelow(string lower, string upper) => FloorOf(lower) < FloorOf(upper);

    private static int FloorOf(string space) => Array.FindIndex(Floors, floor => floor.Contains(space));

    private static IEnumerable<(string Path, string Namespace, string Text)> Files() =>
        from path in Repository.Files("*.cs", "src/QdrantBackup")
        let text = File.ReadAllText(Repository.Path(path))
        select (path, OwnNamespace().Match(text).Groups["space"].Value, text);

    [GeneratedRegex(@"^namespace (?<space>[\w.]+);", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex OwnNamespace();

    /// <summary>A directive, or a name with its namespace before it.</summary>
    [GeneratedRegex(@"\b(?<space>QdrantBackup(\.[A-Z]\w*)*)(;|(?=\.[A-Z]))", RegexOptions.ExplicitCapture)]
    private static partial Regex Named();
}
