using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using QdrantBackup.App.Http;
using QdrantBackup.App.Runs;
using QdrantBackup.Runs;
using Xunit;

namespace QdrantBackup.Tests.App;

/// <summary>Callers of the HTTP API read no commands, people at the command line no addresses, and nobody's own words are changed.</summary>
public sealed partial class WordingTests
{
    [Theory]
    [InlineData("Allow it: 'qdrant-backup restore --overwrite'.", "Allow it: POST /api/v1/restore with \"overwrite\".")]
    [InlineData("Look at the plan ('qdrant-backup cleanup --dry-run').", "Look at the plan (GET /api/v1/retention/plan).")]
    [InlineData("Allow it with 'qdrant-backup cleanup --yes-delete-unusual'.", "Allow it with POST /api/v1/retention/apply with \"allowUnusual\".")]
    [InlineData("Name it: 'qdrant-backup restore --id'.", "Name it: POST /api/v1/restore with \"backupId\".")]
    [InlineData("'qdrant-backup list' shows them, 'qdrant-backup show' one.", "GET /api/v1/backups shows them, GET /api/v1/backups/ID one.")]
    [InlineData("'qdrant-backup copy 20260901T020000Z-4k7xq2 --back' brings it back.", "POST /api/v1/backups/20260901T020000Z-4k7xq2/copy with \"back\" brings it back.")]
    [InlineData("Run 'qdrant-backup repair', then 'qdrant-backup verify --all --second'.", "Run POST /api/v1/backups/latest/repair, then POST /api/v1/backups/all/verify with \"second\".")]
    [InlineData("Look: 'qdrant-backup status 20260901T020000Z-4k7xq2' or 'qdrant-backup status'.", "Look: GET /api/v1/runs/20260901T020000Z-4k7xq2 or GET /api/v1/backup/status.")]
    [InlineData("It is the last: 'qdrant-backup delete 20260901T020000Z-4k7xq2 --last'.", "It is the last: DELETE /api/v1/backups/20260901T020000Z-4k7xq2?last=true.")]
    [InlineData("Take it back: 'qdrant-backup undelete 20260901T020000Z-4k7xq2', or 'qdrant-backup release'.", "Take it back: POST /api/v1/backups/20260901T020000Z-4k7xq2/undelete, or DELETE /api/v1/backups/ID/hold.")]
    public void A_command_becomes_the_request_that_does_the_same(string written, string read) => Assert.Equal(read, Wording.InRequests(written));

    [Theory]
    [InlineData("collection 'a--b' is missing")]
    [InlineData("collection '--overwrite' and \"second\" are missing")]
    [InlineData("recover it: az keyvault key recover --id https://v/keys/k")]
    [InlineData("make the store with 'qdrant-backup key init'")]
    [InlineData("'qdrant-backup frobnicate'")]
    public void What_no_request_stands_for_stays(string text) => Assert.Equal(text, Wording.InRequests(text));

    [Fact]
    public async Task An_answer_is_worded_for_the_one_who_asks()
    {
        var view = new { Description = "'qdrant-backup list' \"second\"", Errors = new[] { new RunError("it failed", "Do 'qdrant-backup list'.") }, Remarks = (IReadOnlyList<string>)["see 'qdrant-backup runs'"] };

        var commands = await TextOf(ApiResults.Ok(view), "handling=lenient, wording=commands");
        var requests = await TextOf(ApiResults.Ok(view), preference: null);

        Assert.Contains("Do 'qdrant-backup list'.", commands, StringComparison.Ordinal);
        Assert.Contains("see 'qdrant-backup runs'", commands, StringComparison.Ordinal);
        Assert.Contains("Do GET /api/v1/backups.", requests, StringComparison.Ordinal);
        Assert.Contains("see GET /api/v1/runs", requests, StringComparison.Ordinal);
        Assert.All([commands, requests], text => Assert.Contains("'qdrant-backup list' \"second\"", text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_problem_is_worded_for_the_one_who_asks()
    {
        var problem = Problems.From(new RefusedException("refused", "Do 'qdrant-backup list'."));

        Assert.Contains("\"detail\":\"refused. Do 'qdrant-backup list'.\"", await TextOf(problem, "wording=commands"), StringComparison.Ordinal);
        var requests = await TextOf(problem, preference: null);
        Assert.Contains("\"detail\":\"refused. Do GET /api/v1/backups.\"", requests, StringComparison.Ordinal);
        Assert.Contains("\"hint\":\"Do GET /api/v1/backups.\"", requests, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_text_of_the_app_names_commands_and_options_as_quoted_commands() =>
        Assert.Empty(from text in Texts("src/QdrantBackup", "src/QdrantBackup.App")
                     where !text.Contains("az keyvault", StringComparison.Ordinal) && (BareOption().IsMatch(Quoted().Replace(text, "")) || AnyAddress().IsMatch(text))
                     select text);

    [Fact]
    public void No_text_of_the_app_reaches_an_HTTP_caller_with_a_command_that_has_a_request() =>
        Assert.All(
            from text in Texts("src/QdrantBackup", "src/QdrantBackup.App")
            from Match left in Quoted().Matches(Interpolation().Replace(Wording.InRequests(Interpolation().Replace(text, "ID")), "ID"))
            select left.Value,
            left => Assert.Matches("^'qdrant-backup (key|config|serve)", left));

    private static async Task<string> TextOf(IResult result, string? preference)
    {
        using var body = new MemoryStream();
        var http = new DefaultHttpContext { RequestServices = Services.Value, Response = { Body = body } };
        if (preference is not null)
        {
            http.Request.Headers["Prefer"] = preference;
        }

        await result.ExecuteAsync(http);
        return Regex.Unescape(System.Text.Encoding.UTF8.GetString(body.ToArray()).Replace("\\\"", "\"", StringComparison.Ordinal));
    }

    private static readonly Lazy<IServiceProvider> Services = new(() =>
        Microsoft.Extensions.DependencyInjection.ServiceCollectionContainerBuilderExtensions.BuildServiceProvider(
            Microsoft.Extensions.DependencyInjection.LoggingServiceCollectionExtensions.AddLogging(new Microsoft.Extensions.DependencyInjection.ServiceCollection())));

    // The catalog of settings is the configuration page's table, where commands stand as code.
    private static IEnumerable<string> Texts(params string[] folders) =>
        from folder in folders
        from file in Repository.Files("*.cs", folder)
        where !file.EndsWith("Wording.cs", StringComparison.Ordinal) && !file.EndsWith("SettingCatalog.cs", StringComparison.Ordinal)
        from line in File.ReadLines(Repository.Path(file))
        where !line.TrimStart().StartsWith("//", StringComparison.Ordinal)
        from Match text in Literal().Matches(line)
        select text.Value;

    [GeneratedRegex("\"([^\"\\\\]|\\\\.)*\"", RegexOptions.NonBacktracking)]
    private static partial Regex Literal();

    [GeneratedRegex("'qdrant-backup [^']*'", RegexOptions.NonBacktracking)]
    private static partial Regex Quoted();

    [GeneratedRegex("(^|[ (\"'])(--[a-z]|`?qdrant-backup (?!key file)[a-z])", RegexOptions.ExplicitCapture)]
    private static partial Regex BareOption();

    [GeneratedRegex("(GET|POST|DELETE) /|/api/v1/[a-z/]* ", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex AnyAddress();

    [GeneratedRegex("\\{[^{}]*\\}", RegexOptions.NonBacktracking)]
    private static partial Regex Interpolation();
}
