using System.Text.RegularExpressions;

namespace QdrantBackup.Tests.Tidy;

/// <summary>The pages are read at three in the morning, by people whose first language is another one: phrases that were replaced do not come back.</summary>
public sealed partial class PlainEnglishTests
{
    /// <summary>Pages that are not held to it: the glossary names the words that are not used; the others are about the official runtime, whose words they use.</summary>
    private static readonly string[] Free =
    [
        "docs/glossary.md", "docs/local-functions.md", "docs/local-functions-semantics.md", "docs/host-json.md", "docs/simulation.md",
        "docs/decisions/0001-a-function-app-with-a-runtime-of-its-own.md", "docs/decisions/0050-the-official-packages.md",
    ];

    [Fact]
    public void No_page_has_a_phrase_that_was_replaced_by_plainer_words()
    {
        var pages = Repository.Files("*.md", "docs").Concat(["README.md", "CONTRIBUTING.md"]).Except(Free).ToList();
        var found = (from page in pages
                     from line in Prose(File.ReadAllLines(Repository.Path(page)))
                     from ban in PlainPhrases.Everywhere
                     let match = Regex.Match(line.Text, ban.Phrase, RegexOptions.IgnoreCase)
                     where match.Success
                     select $"{page}:{line.Number}: '{match.Value}'; write {ban.Instead}").ToList();

        Assert.True(pages.Count > 40, "hardly any page was found");
        Assert.True(found.Count == 0, string.Join('\n', found));
    }

    [Fact]
    public void Pages_that_are_not_held_to_it_exist() =>
        Assert.Empty(Free.Where(page => !File.Exists(Repository.Path(page))));

    [Fact]
    public void Every_decision_is_in_the_index_and_every_page_is_on_the_map()
    {
        var index = File.ReadAllText(Repository.Path("docs", "decisions", "README.md"));
        var map = File.ReadAllText(Repository.Path("docs", "README.md"));
        Assert.Empty(Repository.Files("*.md", "docs/decisions").Select(Path.GetFileName).Where(name => name != "README.md" && !index.Contains($"({name})", StringComparison.Ordinal)));
        Assert.Empty(Repository.Files("*.md", "docs").Where(page => !page.StartsWith("docs/decisions/", StringComparison.Ordinal) && page != "docs/README.md")
            .Where(page => !map.Contains($"({page["docs/".Length..]}", StringComparison.Ordinal)));
    }

    /// <summary>The lines without blocks of code, quoted names and output (`...`), and the targets of links: those are the program's words, not the page's.</summary>
    private static IEnumerable<(int Number, string Text)> Prose(string[] lines)
    {
        var isCode = false;
        for (var i = 0; i < lines.Length; i++)
        {
            if (lines[i].StartsWith("```", StringComparison.Ordinal))
            {
                isCode = !isCode;
            }
            else if (!isCode)
            {
                yield return (i + 1, NotProse().Replace(lines[i], ""));
            }
        }
    }

    [GeneratedRegex(@"`[^`]*`|\]\([^)]*\)")]
    private static partial Regex NotProse();
}
