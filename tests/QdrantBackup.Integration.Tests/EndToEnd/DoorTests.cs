using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using LocalFunctions.Hosting;
using QdrantBackup.Harness;
using QdrantBackup.Integration.Tests.Clusters;

namespace QdrantBackup.Integration.Tests.EndToEnd;

/// <summary>Who gets into a server on which no API key is configured: the real process, called directly and through a reverse proxy on this machine that adds no header.</summary>
public sealed class DoorTests(DoorTests.OpenSite open) : IClassFixture<DoorTests.OpenSite>
{
    private const string Management = "/runtime/webhooks/durabletask";
    private const string Run = "20260901T020000Z-aaaaaa";

    public static TheoryData<string, string> Routes => new()
    {
        { "GET", Management },
        { "GET", $"{Management}/instances" },
        { "DELETE", $"{Management}/instances?runtimeStatus=Completed" },
        { "GET", $"{Management}/instances/x?showHistory=true&showInput=true" },
        { "DELETE", $"{Management}/instances/x" },
        { "POST", $"{Management}/orchestrators/RestoreItemOrchestrator" },
        { "POST", $"{Management}/orchestrators/RestoreOrchestrator/x" },
        { "POST", $"{Management}/instances/x/raiseEvent/Approve" },
        { "POST", $"{Management}/instances/x/terminate" },
        { "POST", $"{Management}/instances/x/suspend" },
        { "POST", $"{Management}/instances/x/resume" },
        { "POST", $"{Management}/instances/x/restart" },
        { "POST", $"{Management}/instances/x/restartWithOptions" },
        { "POST", $"{Management}/instances/x/rewind" },
        { "GET", $"{Management}/anything" },
        { "POST", "/admin/functions/ScheduleTick" },
        { "GET", "/admin/functions" },
        { "GET", "/admin/host/keys" },
        { "POST", "/api/v1/backup/create" },
        { "GET", "/api/v1/backup/status" },
        { "GET", "/api/v1/backups" },
        { "DELETE", "/api/v1/backups/latest" },
        { "GET", "/api/v1/retention/plan" },
        { "POST", "/api/v1/restore" },
        { "POST", $"/api/v1/restore/{Run}/approve" },
        { "GET", "/api/v1/runs" },
        { "GET", "/api/v1/schedules" },
    };

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task No_route_opens_to_a_caller_without_a_key(string method, string path)
    {
        foreach (var way in (Uri[])[open.App.Address, open.Proxy.Address])
        {
            using var http = new HttpClient { BaseAddress = way };
            Assert.Equal(HttpStatusCode.Unauthorized, await SendAsync(http, method, path));
            http.DefaultRequestHeaders.Add("x-functions-key", "guessed");
            http.DefaultRequestHeaders.Add("X-API-Key", AppFiles.ApiKey);
            Assert.Equal(HttpStatusCode.Unauthorized, await SendAsync(http, method, path));
        }
    }

    [Fact]
    public async Task A_caller_that_can_read_the_local_key_is_let_in_where_the_key_comes_in_the_right_header()
    {
        using var http = new HttpClient { BaseAddress = open.App.Address };
        http.DefaultRequestHeaders.Add("X-API-Key", LocalCallers.TryReadKey(open.Site.Files.StateDirectory));
        Assert.Equal(HttpStatusCode.OK, await SendAsync(http, "GET", "/api/v1/backup/status"));

        // The key of the product's API is not one of the management API, and the other way round.
        Assert.Equal(HttpStatusCode.Unauthorized, await SendAsync(http, "GET", $"{Management}/instances"));
        http.DefaultRequestHeaders.Remove("X-API-Key");
        http.DefaultRequestHeaders.Add("x-functions-key", LocalCallers.TryReadKey(open.Site.Files.StateDirectory));
        Assert.Equal(HttpStatusCode.OK, await SendAsync(http, "GET", $"{Management}/instances"));
        Assert.Equal(HttpStatusCode.Unauthorized, await SendAsync(http, "GET", "/api/v1/backup/status"));
    }

    [Fact]
    public async Task Commands_work_beside_a_server_without_a_configured_key_and_its_log_reports_the_local_mode()
    {
        Assert.Contains("No API key is configured: only callers on this machine", open.App.Output, StringComparison.Ordinal);

        var id = await open.Site.BackUpAsync();
        var run = await open.Site.JsonAsync("status", id);
        Assert.Equal("complete", run.GetProperty("state").GetString());
        Assert.Equal("local", run.GetProperty("requestedBy").GetString());
        Assert.Contains(id, (await open.Site.RunAsync("list")).Results, StringComparison.Ordinal);
        var restored = await open.Site.RunAsync("restore", "--id", id, "--full", "--suffix", "-back");
        Assert.True(restored.ExitCode == 0, restored.Errors);
        Assert.Contains("empty-back", open.Site.Qdrant.Collections);
    }

    private static async Task<HttpStatusCode> SendAsync(HttpClient http, string method, string path)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(path, UriKind.Relative));
        request.Content = method == "POST" ? JsonContent.Create(new JsonElement?()) : null;
        using var answer = await http.SendAsync(request);
        return answer.StatusCode;
    }

    /// <summary>A server without a configured API key, and a reverse proxy before it.</summary>
    public sealed class OpenSite : IAsyncLifetime
    {
        private Hop _proxy = null!;

        public Site Site { get; private set; } = null!;

        public AppProcess App { get; private set; } = null!;

        internal Hop Proxy => _proxy;

        public async ValueTask InitializeAsync()
        {
            Site = await Site.StartAsync(["empty"], hasApiKey: false);
            App = await AppProcess.StartAsync(Site.Files);
            _proxy = await Hop.OpenAsync(App.Address);
        }

        public async ValueTask DisposeAsync()
        {
            await _proxy.DisposeAsync();
            await App.DisposeAsync();
            await Site.DisposeAsync();
        }
    }
}
