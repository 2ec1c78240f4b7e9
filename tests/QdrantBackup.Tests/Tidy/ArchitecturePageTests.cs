using System.Text.RegularExpressions;

namespace QdrantBackup.Tests.Tidy;

/// <summary>The page on the architecture draws the code as it is: each room is a type, and the drawings fit a terminal.</summary>
public sealed partial class ArchitecturePageTests
{
    private static readonly string[] Page = File.ReadAllLines(Repository.Path("docs", "architecture.md"));

    [Fact]
    public void Every_room_and_every_name_of_code_on_the_page_exists()
    {
        var code = string.Join('\n', Repository.Files("*.cs", "src").Select(file => File.ReadAllText(Repository.Path(file))));
        var types = Declaration().Matches(code).Select(m => m.Groups[1].Value).ToHashSet(StringComparer.Ordinal);
        var rooms = Page.Select(line => Room().Match(line)).Where(m => m.Success).Select(m => m.Groups[1].Value).ToList();
        var names = Page.SelectMany(line => Name().Matches(line)).Select(m => m.Groups[1].Value);

        Assert.True(rooms.Count > 25, $"only {rooms.Count} rooms were found");
        var unknown = rooms.Concat(names).Distinct(StringComparer.Ordinal).Where(name => !types.Contains(name) && !Directory.Exists(Repository.Path("src", name))).ToList();
        Assert.True(unknown.Count == 0, $"docs/architecture.md names no type of the code: {string.Join(", ", unknown)}");
    }

    [Fact]
    public void Drawings_fit_100_columns()
    {
        var isDrawing = false;
        foreach (var line in Page)
        {
            isDrawing = line.StartsWith("```", StringComparison.Ordinal) ? !isDrawing : isDrawing;
            Assert.True(!isDrawing || line.Length <= 100, $"more than 100 columns: {line}");
        }
    }

    [GeneratedRegex(@"\b(?:class|record|interface|struct|enum) (\w+)")]
    private static partial Regex Declaration();

    [GeneratedRegex(@"^\| `([A-Z]\w+)` \| [^`|]*[a-z]")]
    private static partial Regex Room();

    /// <summary>A type, or a type and its member.</summary>
    [GeneratedRegex(@"`([A-Z][a-z]+[A-Z]\w+)(?:\.\w+)?`")]
    private static partial Regex Name();
}
