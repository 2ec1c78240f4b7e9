using System.Reflection;
using QdrantBackup.Tests;

namespace LocalFunctions.Tests.Surface;

/// <summary>An app compiles against this surface, and must compile against the official one as well: a change to it is a decision that shows in a diff.</summary>
public sealed class SurfaceTests
{
    /// <summary>The runtime's own namespaces: what hosts an app in its process (the command line) names, and no app.</summary>
    private const string Own = "LocalFunctions.";

    [Fact]
    [Trait("Category", "Recording")]
    public void The_public_surface_is_the_one_that_is_written_down()
    {
        var actual = PublicSurface.Lines().ToList();
        Recorded.Write("tests/LocalFunctions.Tests/Surface/public-surface.txt", string.Join('\n', actual) + "\n");

        // A difference is either a mistake or taken over with ./dev record.
        Assert.Equal(File.ReadAllLines(Repository.Path("tests/LocalFunctions.Tests/Surface/public-surface.txt")), actual);
    }

    [Fact]
    public void Every_public_name_is_an_official_one()
    {
        var official = OfficialNames();
        var invented = from type in PublicSurface.Types
                       let name = $"{type.Namespace}.{type.Name.Split('`')[0]}"
                       where !name.StartsWith(Own, StringComparison.Ordinal)
                       from member in PublicSurface.Members(type).Where(member => !Overrides(member)).Select(Named).Append("")
                       where !official.TryGetValue(name, out var members) || (member.Length > 0 && !members.Contains(member))
                       select $"{name} {member}";

        Assert.Empty(invented);
    }

    private static Dictionary<string, HashSet<string>> OfficialNames() => File
        .ReadAllLines(Repository.Path("tests/LocalFunctions.Tests/Surface/official-names.txt"))
        .Where(line => line.Length > 0 && line[0] != '#')
        .Select(line => line.Split(':'))
        .GroupBy(parts => parts[0], parts => parts[1].Split(' ', StringSplitOptions.RemoveEmptyEntries), StringComparer.Ordinal)
        .ToDictionary(type => type.Key, type => type.SelectMany(members => members).ToHashSet(StringComparer.Ordinal), StringComparer.Ordinal);

    private static string Named(MemberInfo member) => member switch
    {
        ConstructorInfo => "new",
        { Name: "op_Implicit" } => "implicit",
        { Name: "op_Equality" or "op_Inequality" } => "equality",
        _ => member.Name,
    };

    // What .NET itself declares: Equals, GetHashCode, ToString, and the members of its interfaces.
    private static bool Overrides(MemberInfo member) =>
        member is MethodInfo method
        && (method.GetBaseDefinition().DeclaringType == typeof(object) || member.Name == nameof(Equals) || member.Name == nameof(IAsyncEnumerable<>.GetAsyncEnumerator));
}
