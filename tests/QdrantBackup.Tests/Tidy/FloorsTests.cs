using System.Text.RegularExpressions;
using ArchUnitNET.Domain;
using ArchUnitNET.Fluent.Slices;
using ArchUnitNET.Loader;
using QdrantBackup.App.Hosting;
using QdrantBackup.Stores;

namespace QdrantBackup.Tests.Tidy;

/// <summary>The folders of the domain and of the app stand on floors: a folder refers to floors below its own, never upwards and never to a folder beside it (docs/decisions/0063-floors.md).</summary>
public sealed partial class FloorsTests
{
    private const string Domain = "QdrantBackup";
    private const string App = "QdrantBackup.App";

    /// <summary>The floors, the lowest first. The domain's own folder holds errors and patience.</summary>
    private static readonly string[][] DomainFloors =
    [
        [Domain],
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

    /// <summary>The app by feature: what all share below, what puts it together on top.</summary>
    private static readonly string[][] AppFloors =
    [
        ["QdrantBackup.App.Http"],
        ["QdrantBackup.App.Stores"],
        ["QdrantBackup.App.Runs"],
        ["QdrantBackup.App.Verifications", "QdrantBackup.App.Copies", "QdrantBackup.App.Retention"],
        ["QdrantBackup.App.Backups"],
        ["QdrantBackup.App.Restores", "QdrantBackup.App.Schedules"],
        ["QdrantBackup.App.Hosting"],
    ];

    private static readonly House[] Houses =
    [
        new(Domain, "src/QdrantBackup", DomainFloors, new(() => Load(typeof(SealedStore)))),
        new(App, "src/QdrantBackup.App", AppFloors, new(() => Load(typeof(AppHost)))),
    ];

    public static TheoryData<string> Names => [.. Houses.Select(house => house.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_folder_has_a_floor_and_every_namespace_is_its_folder(string house)
    {
        var (of, files) = (HouseOf(house), Files(HouseOf(house)).ToList());
        Assert.Empty(files.Where(file => file.Namespace != of.Name + Path.GetDirectoryName(file.Path)![of.Folder.Length..].Replace('/', '.')));
        Assert.Equal(of.Floors.SelectMany(f => f).Order(StringComparer.Ordinal), files.Select(f => f.Namespace).Distinct().Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void No_type_refers_to_a_floor_above_its_own_or_to_a_folder_beside_it(string house) =>
        Nothing(Arrows(HouseOf(house)).Where(arrow => !HouseOf(house).IsBelow(arrow.To, arrow.From)).Select(arrow => arrow.Text).Distinct());

    [Theory]
    [MemberData(nameof(Names))]
    public void No_file_names_a_namespace_above_its_own_or_beside_it(string house)
    {
        // What leaves no trace in the assembly: constants, names and references in comments.
        var of = HouseOf(house);
        var upwards = from file in Files(of)
                      from Match named in Named().Matches(file.Text)
                      let to = named.Groups["space"].Value
                      where to != file.Namespace && of.HasFloor(to) && !of.IsBelow(to, file.Namespace)
                      select $"{file.Path}: {to}";
        Nothing(upwards);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void No_folders_form_a_cycle(string house) =>
        Nothing(SliceRuleDefinition.Slices().Matching(house + ".(**)").Should().BeFreeOfCycles().Evaluate(HouseOf(house).Types.Value).Where(result => !result.Passed).Select(result => result.Description));

    [Fact]
    public void The_arrows_that_the_rules_look_at_are_seen()
    {
        var seen = Arrows(HouseOf(Domain)).Select(arrow => (arrow.From, arrow.To)).ToHashSet();
        Assert.Contains(("QdrantBackup.Keys", "QdrantBackup.Stores"), seen);
        Assert.Contains(("QdrantBackup.Replication", "QdrantBackup.Verification"), seen);
        Assert.Contains(("QdrantBackup.Ids", "QdrantBackup.Ids"), Arrows(HouseOf(Domain), within: true).Select(arrow => (arrow.From, arrow.To)));
        Assert.Contains(("QdrantBackup.App.Backups", "QdrantBackup.App.Runs"), Arrows(HouseOf(App)).Select(arrow => (arrow.From, arrow.To)));
    }

    /// <summary>Fails with every line, since a collection would be shown only in part.</summary>
    private static void Nothing(IEnumerable<string> wrong) => Assert.True(!wrong.Any(), string.Join(Environment.NewLine, wrong));

    private static House HouseOf(string name) => Houses.Single(house => house.Name == name);

    private static Architecture Load(System.Type type) => new ArchLoader().LoadAssembly(type.Assembly).Build();

    private static IEnumerable<(string From, string To, string Text)> Arrows(House house, bool within = false) =>
        from type in house.Types.Value.Types
        let origin = NamespaceOf(type)
        where house.HasFloor(origin)
        from dependency in type.Dependencies
        let target = NamespaceOf(dependency.Target)
        where house.HasFloor(target) && (within || target != origin)
        select (origin, target, $"{type.FullName} -> {dependency.Target.FullName}");

    /// <summary>The folder of a type, also of a nested or a generic one.</summary>
    private static string NamespaceOf(IType type)
    {
        var name = type.FullName.Split('+', '/', '<', '`', '[')[0];
        return name.LastIndexOf('.') is > 0 and var end ? name[..end] : "";
    }

    private static IEnumerable<(string Path, string Namespace, string Text)> Files(House house) =>
        from path in Repository.Files("*.cs", house.Folder)
        let text = File.ReadAllText(Repository.Path(path))
        select (path, OwnNamespace().Match(text).Groups["space"].Value, text);

    private sealed record House(string Name, string Folder, string[][] Floors, Lazy<Architecture> Types)
    {
        public bool HasFloor(string space) => FloorOf(space) >= 0;

        public bool IsBelow(string lower, string upper) => FloorOf(lower) < FloorOf(upper);

        private int FloorOf(string space) => Array.FindIndex(Floors, floor => floor.Contains(space));
    }

    [GeneratedRegex(@"^namespace (?<space>[\w.]+);", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex OwnNamespace();

    /// <summary>A directive, or a name with its namespace before it.</summary>
    [GeneratedRegex(@"\b(?<space>QdrantBackup(\.[A-Z]\w*)*)(;|(?=\.[A-Z]))", RegexOptions.ExplicitCapture)]
    private static partial Regex Named();
}
