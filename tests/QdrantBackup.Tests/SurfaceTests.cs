using System.Text.RegularExpressions;

namespace QdrantBackup.Tests;

/// <summary>Callers of the HTTP API read no options of the command line, and people at the command line no addresses of the API.</summary>
public sealed partial class SurfaceTests
{
    [Theory]
    [InlineData("allow that they are replaced (--overwrite).", "allow that they are replaced (\"overwrite\").")]
    [InlineData("Look at the plan ('qdrant-backup cleanup --dry-run').", "Look at the plan (GET /api/v1/retention/plan).")]
    [InlineData("allow it with 'qdrant-backup cleanup --yes-delete-unusual'.", "allow it with POST /api/v1/retention/apply with allowUnusual.")]
    [InlineData("or name the backup by its id (--id).", "or name the backup by its id (\"backupId\").")]
    public void A_hint_names_what_the_caller_has(string commandLine, string http)
    {
        Assert.Equal(http, Surface.ForHttp(commandLine));
        Assert.Equal(commandLine, Surface.ForCommandLine(http));
    }

    [Theory]
    [InlineData("collection 'a--b' is missing")]
    [InlineData("recover it: az keyvault key recover --id https://v/keys/k")]
    [InlineData("the value at \"path\" cannot be read")]
    public void What_is_no_option_and_no_address_stays(string text)
    {
        Assert.Equal(text, Surface.ForHttp(text));
        Assert.Equal(text, Surface.ForCommandLine(text));
    }

    [Fact]
    public void No_text_of_the_app_reaches_an_HTTP_caller_with_an_option_in_it() =>
        Assert.Empty(from text in Texts("src/QdrantBackup", "src/QdrantBackup.App")
                     where !text.Contains("az keyvault", StringComparison.Ordinal) && !text.Contains("accept-key-loss", StringComparison.Ordinal) && AnyOption().IsMatch(Surface.ForHttp(text))
                     select text);

    [Fact]
    public void No_text_of_the_app_reaches_the_command_line_with_an_address_in_it() =>
        Assert.Empty(from text in Texts("src/QdrantBackup", "src/QdrantBackup.App")
                     where AnyAddress().IsMatch(Surface.ForCommandLine(text))
                     select text);

    private static IEnumerable<string> Texts(params string[] folders) =>
        from folder in folders
        from file in Repository.Files("*.cs", folder)
        where !file.EndsWith("Surface.cs", StringComparison.Ordinal)
        from line in File.ReadLines(Repository.Path(file))
        where !line.TrimStart().StartsWith("//", StringComparison.Ordinal)
        from Match text in Literal().Matches(line)
        select text.Value;

    [GeneratedRegex("\"([^\"\\\\]|\\\\.)*\"", RegexOptions.NonBacktracking)]
    private static partial Regex Literal();

    [GeneratedRegex("(^|[ (\"'])--[a-z]", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex AnyOption();

    [GeneratedRegex("(GET|POST|DELETE) /", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex AnyAddress();
}
