using System.Reflection;
using System.Text.RegularExpressions;
using QdrantBackup.Tests;

namespace LocalFunctions.Tests.Conformance;

/// <summary>The page that says what is honoured and the tests that show it are one list.</summary>
public sealed partial class CatalogTests
{
    [Fact]
    public void Every_semantic_of_the_page_has_a_test_and_every_test_its_line()
    {
        var page = Line().Matches(File.ReadAllText(Repository.Path("docs/local-functions-semantics.md"))).Select(line => line.Groups[1].Value).ToList();
        var tested = typeof(CatalogTests).Assembly.GetTypes()
            .SelectMany(type => type.GetMethods())
            .SelectMany(method => method.GetCustomAttributes<TraitAttribute>())
            .Where(trait => trait.Name == "Honours")
            .Select(trait => trait.Value)
            .Distinct(StringComparer.Ordinal);

        Assert.Equal(page.Order(StringComparer.Ordinal), tested.Order(StringComparer.Ordinal));
    }

    [GeneratedRegex(@"^- \*\*(\d [^*]+)\*\*: ", RegexOptions.Multiline)]
    private static partial Regex Line();
}
