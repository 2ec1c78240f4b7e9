using QdrantBackup.Cli.Output;
using QdrantBackup.Harness;
using QdrantBackup.Ids;

namespace QdrantBackup.Integration.Tests.EndToEnd;

/// <summary>What commands print on a terminal of 80 columns: every line fits, and what matters is there.</summary>
public sealed class NarrowTerminalTests
{
    private static readonly Dictionary<string, string> Narrow = new() { ["COLUMNS"] = "80", ["TZ"] = "Asia/Tokyo" };

    [Fact]
    public async Task Everything_that_a_person_reads_fits_into_80_columns_and_short_ids_are_taken_wherever_an_id_is()
    {
        await using var site = await Site.StartAsync(["empty", "late-interaction", "hermes_vectors"]);
        var id = await site.BackUpAsync();
        var end = id[^6..];

        var list = await NarrowAsync(site, "list");
        Assert.Contains($"{end}  ", list, StringComparison.Ordinal);
        Assert.Contains("complete", list, StringComparison.Ordinal);
        Assert.DoesNotContain("…", list, StringComparison.Ordinal);
        Assert.Contains($" {new RunId(id).Began.AddHours(9):yyyy-MM-dd HH:mm} ", list, StringComparison.Ordinal);

        Assert.Contains("  keep  ", await NarrowAsync(site, "cleanup", "--dry-run"), StringComparison.Ordinal);
        Assert.Contains($"backup {end}", await NarrowAsync(site, "runs"), StringComparison.Ordinal);
        Assert.Contains($"backup {id}: complete", await NarrowAsync(site, "show", end), StringComparison.Ordinal);
        Assert.Contains($"backup {id}: complete", await NarrowAsync(site, "show", "latest"), StringComparison.Ordinal);
        Assert.Contains($"backup {id}: complete", await NarrowAsync(site, "status", end), StringComparison.Ordinal);
        foreach (string[] command in (string[][])
            [["status"], ["usage"], ["backup", "--dry-run"], ["restore", "--id", end, "--full", "--suffix", "-x", "--dry-run"], ["delete", end], ["config", "check", "--connect"], ["config", "show"], ["key", "show"], ["key", "test"]])
        {
            await NarrowAsync(site, command);
        }
    }

    [Fact]
    public async Task An_empty_list_says_what_to_do()
    {
        await using var site = await Site.StartAsync(["empty"]);

        Assert.Contains("Take one: qdrant-backup backup", (await site.RunAsync("list")).Results, StringComparison.Ordinal);
        Assert.Contains("Start one: qdrant-backup backup", (await site.RunAsync("runs")).Results, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_id_that_is_nowhere_is_named_and_so_is_where_to_look()
    {
        await using var site = await Site.StartAsync(["empty"]);

        Told.Clearly(await site.RunAsync("show", "zzzzzz"), exitCode: 2, "zzzzzz", "qdrant-backup list");
        Told.Clearly(await site.RunAsync("show", "latest"), exitCode: 2, "no backup", "qdrant-backup list");
    }

    [Theory]
    [InlineData(200, "ID  VALUE             NOTE")]
    [InlineData(24, "ID  VALUE")]
    public void The_column_that_matters_least_goes_first(int width, string heading) =>
        Assert.Equal(heading, TableText.Lines([new("ID"), new("VALUE"), new("NOTE", Drop: 1)], [["a", "sixteen letters.", "more"]], width).First());

    [Fact]
    public void A_long_text_is_folded_and_a_long_name_keeps_both_ends()
    {
        string[] lines = [.. TableText.Lines([new("NAME"), new("WHY", Wraps: true)], [["a-very-long-name-of-a-collection-7", "one two three four five six seven eight"]], 40)];

        Assert.All(lines, line => Assert.True(line.Length <= 40, line));
        Assert.Contains(lines, line => line.Contains("a-very", StringComparison.Ordinal) && line.Contains('…') && line.Contains("-7 ", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.EndsWith("eight", StringComparison.Ordinal));
    }

    [Fact]
    public void Wide_characters_count_as_two() =>
        Assert.All(TableText.Lines([new("NAME"), new("SIZE")], [["文書文書文書", "1 B"], ["docs", "1 B"]], 80), line => Assert.Equal(14, line.IndexOf(line.Contains("SIZE", StringComparison.Ordinal) ? "SIZE" : "1 B", StringComparison.Ordinal) + line.Count(c => c > 0x2000)));

    private static async Task<string> NarrowAsync(Site site, params string[] arguments)
    {
        var result = await Installation.CommandAsync([.. arguments, .. site.Files.Options], Narrow);
        Assert.True(result.ExitCode == 0, result.Errors + result.Results);

        // A path that is longer than a line cannot be folded.
        Assert.All(result.Results.Split('\n'), line => Assert.True(line.Length <= 80 || line.Contains(site.Files.Folder, StringComparison.Ordinal), $"{line.Length}: {line}"));
        return result.Results;
    }
}
