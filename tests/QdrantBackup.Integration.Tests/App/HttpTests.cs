using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using QdrantBackup.App.Runs;

namespace QdrantBackup.Integration.Tests.App;

/// <summary>What the API answers to requests that are not quite right: always a problem document that says what to do.</summary>
public sealed class HttpTests : IAsyncLifetime
{
    private RunningApp _app = null!;

    public async ValueTask InitializeAsync() => _app = await RunningApp.StartAsync();

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("{\"collections\":[\"docs\"]}")]
    public async Task A_restore_that_names_no_source_is_refused(string body)
    {
        var problem = await ProblemAsync(HttpMethod.Post, "/api/v1/restore", HttpStatusCode.BadRequest, new StringContent(body, Encoding.UTF8, "application/json"));
        Assert.Contains("backupId", problem.GetProperty("hint").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/health")]
    [InlineData("/api/v1/backups")]
    [InlineData("/api/v1/runs")]
    public async Task HEAD_answers_like_GET_without_a_body(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Head, path);
        using var answer = await _app.Http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Empty(await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task An_address_that_is_none_is_a_problem_document() =>
        Assert.Equal(404, (await ProblemAsync(HttpMethod.Get, "/api/v1/nothing", HttpStatusCode.NotFound)).GetProperty("status").GetInt32());

    [Fact]
    public async Task Metrics_are_not_served_and_no_page_says_that_they_are()
    {
        await ProblemAsync(HttpMethod.Get, "/metrics", HttpStatusCode.NotFound);
        Assert.Empty(from page in QdrantBackup.Tests.Repository.Files("*.md", "docs").Append("README.md") where File.ReadAllText(QdrantBackup.Tests.Repository.Path(page)).Contains("`/metrics`", StringComparison.Ordinal) select page);
    }

    [Fact]
    public async Task A_method_that_an_address_does_not_take_is_a_problem_document_that_names_those_it_takes()
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, "/api/v1/backups");
        using var answer = await _app.Http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.MethodNotAllowed, answer.StatusCode);
        Assert.Contains("GET", answer.Content.Headers.Allow, StringComparer.OrdinalIgnoreCase);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        Assert.Contains("GET", (await answer.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken)).GetProperty("detail").GetString(), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_body_that_is_too_long_is_answered_as_that() =>
        Assert.Equal("urn:qdrant-backup:problem:too-long", (await ProblemAsync(
            HttpMethod.Post, "/api/v1/restore", HttpStatusCode.RequestEntityTooLarge, new ByteArrayContent(new byte[(1 << 20) + 1]))).GetProperty("type").GetString());

    [Theory]
    [InlineData("/api/v1/backups?collecton=docs", "collecton", "collection")]
    [InlineData("/api/v1/runs?limit=3", "limit", "top")]
    [InlineData("/health?verbose=1", "verbose", "none")]
    public async Task An_unknown_query_parameter_is_named_with_those_that_are_known(string path, string unknown, string known)
    {
        var problem = await ProblemAsync(HttpMethod.Get, path, HttpStatusCode.BadRequest);
        Assert.Contains($"'{unknown}'", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Contains(known, problem.GetProperty("hint").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_key_file_is_the_operators_fault_and_not_the_callers()
    {
        File.Delete(_app.KeyFile);
        await _app.RestartAsync();

        var problem = await ProblemAsync(HttpMethod.Get, "/api/v1/backups", HttpStatusCode.InternalServerError);
        Assert.Equal("urn:qdrant-backup:problem:misconfigured", problem.GetProperty("type").GetString());
    }

    [Theory]
    [InlineData(1, 900L)]
    [InlineData(4, null)]
    public void While_nothing_moves_no_time_that_is_left_is_told(int minutesStill, long? eta)
    {
        var now = new DateTimeOffset(2026, 9, 1, 2, 0, 0, TimeSpan.Zero);
        Assert.Equal(eta, RunViews.Eta(now, now.AddMinutes(-5), now.AddMinutes(-minutesStill), percent: 25));
    }

    private async Task<JsonElement> ProblemAsync(HttpMethod method, string path, HttpStatusCode expected, HttpContent? content = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        using var answer = await _app.Http.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(answer.StatusCode == expected, $"{(int)answer.StatusCode}: {text}");
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        return JsonElement.Parse(text);
    }
}
