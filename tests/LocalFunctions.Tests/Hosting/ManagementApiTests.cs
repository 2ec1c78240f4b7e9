using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using QdrantBackup.Harness;

namespace LocalFunctions.Tests.Hosting;

public sealed class ManagementApiTests
{
    private const string Root = "/runtime/webhooks/durabletask";

    [Fact]
    public async Task An_orchestration_started_by_HTTP_runs_its_activities_and_reports_its_output()
    {
        await using var app = await StartAsync();
        using var started = await app.Http.PostAsJsonAsync("/api/start", new { name = "box", count = 3 });
        Assert.Equal(HttpStatusCode.Accepted, started.StatusCode);
        var id = (await started.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString();
        var status = await CompletedAsync(app, $"{Root}/instances/{id}");
        Assert.Equal("Completed", status.GetProperty("runtimeStatus").GetString());
        Assert.Equal("box0,box1,box2", status.GetProperty("output").GetString());
    }

    [Fact]
    public async Task The_status_has_the_official_properties_in_the_official_order()
    {
        await using var app = await StartAsync();
        await PostAsync(app, "/orchestrators/Fulfil/one", """{"Name":"a","Count":1}""");
        var status = await CompletedAsync(app, $"{Root}/instances/one");
        Assert.Equal(
            ["name", "instanceId", "runtimeStatus", "input", "customStatus", "output", "createdTime", "lastUpdatedTime"],
            status.EnumerateObject().Select(property => property.Name));
        Assert.Equal("""{"Name":"a","Count":1}""", status.GetProperty("input").GetRawText());
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$", status.GetProperty("createdTime").GetString());
        var bare = await app.Http.GetFromJsonAsync<JsonElement>($"{Root}/instances/one?showInput=false");
        Assert.Equal(JsonValueKind.Null, bare.GetProperty("input").ValueKind);
    }

    [Fact]
    public async Task A_started_instance_is_answered_with_links_to_go_on_with()
    {
        await using var app = await StartAsync();
        using var started = await PostAsync(app, "/orchestrators/approval/wait1", "");
        Assert.Equal(HttpStatusCode.Accepted, started.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(10), started.Headers.RetryAfter?.Delta);
        var links = await started.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal(
            ["id", "statusQueryGetUri", "sendEventPostUri", "terminatePostUri", "purgeHistoryDeleteUri", "restartPostUri", "suspendPostUri", "resumePostUri"],
            links.EnumerateObject().Select(property => property.Name));
        Assert.Equal(links.GetProperty("statusQueryGetUri").GetString(), started.Headers.Location?.ToString());
    }

    [Fact]
    [Trait("Honours", "6 Raise an event")]
    public async Task A_waiting_instance_is_202_until_its_event_is_raised()
    {
        await using var app = await StartAsync();
        await PostAsync(app, "/orchestrators/Approval/wait2", "");
        using var waiting = await app.Http.GetAsync(new Uri($"{Root}/instances/wait2", UriKind.Relative));
        Assert.Equal((HttpStatusCode.Accepted, TimeSpan.FromSeconds(5)), (waiting.StatusCode, waiting.Headers.RetryAfter?.Delta));
        Assert.Equal(HttpStatusCode.Accepted, (await PostAsync(app, "/instances/wait2/raiseEvent/approved", "true")).StatusCode);
        var status = await CompletedAsync(app, $"{Root}/instances/wait2");
        Assert.True(status.GetProperty("output").GetBoolean());
    }

    [Fact]
    public async Task Wait_mode_answers_with_the_output_itself()
    {
        await using var app = await StartAsync();
        using var answer = await PostAsync(app, "/orchestrators/Fulfil?timeout=60", """{"name":"a","count":2}""");
        Assert.Equal((HttpStatusCode.OK, "\"a0,a1\""), (answer.StatusCode, await answer.Content.ReadAsStringAsync()));
    }

    [Fact]
    public async Task A_failed_instance_says_why_and_is_500_only_on_request()
    {
        await using var app = await StartAsync();
        await PostAsync(app, "/orchestrators/Breaks/bad", "");
        var status = await CompletedAsync(app, $"{Root}/instances/bad");
        Assert.Equal("Failed", status.GetProperty("runtimeStatus").GetString());
        Assert.Equal("System.InvalidOperationException: no such order in Breaks", status.GetProperty("output").GetString());
        using var asked = await app.Http.GetAsync(new Uri($"{Root}/instances/bad?returnInternalServerErrorOnFailure=true", UriKind.Relative));
        Assert.Equal(HttpStatusCode.InternalServerError, asked.StatusCode);
    }

    [Fact]
    public async Task The_history_folds_what_started_a_task_into_how_it_ended()
    {
        await using var app = await StartAsync();
        await PostAsync(app, "/orchestrators/Fulfil/hist", """{"Name":"a","Count":1}""");
        await CompletedAsync(app, $"{Root}/instances/hist");
        var status = await app.Http.GetFromJsonAsync<JsonElement>($"{Root}/instances/hist?showHistory=true&showHistoryOutput=true");
        var events = status.GetProperty("historyEvents").EnumerateArray().ToList();
        Assert.Equal(["ExecutionStarted", "TaskCompleted", "ExecutionCompleted"], events.Select(row => row.GetProperty("EventType").GetString()));
        Assert.Equal(("Pack", "a0"), (events[1].GetProperty("FunctionName").GetString(), events[1].GetProperty("Result").GetString()));
        Assert.True(events[1].GetProperty("ScheduledTime").GetDateTime() <= events[1].GetProperty("Timestamp").GetDateTime());
    }

    [Fact]
    [Trait("Honours", "6 List of instances")]
    public async Task Instances_are_listed_in_pages_and_by_status_and_prefix()
    {
        await using var app = await StartAsync();
        foreach (var id in (string[])["a1", "a2", "a3", "b1"])
        {
            await PostAsync(app, $"/orchestrators/Approval/{id}", "");
        }

        using var first = await app.Http.GetAsync(new Uri($"{Root}/instances?instanceIdPrefix=a&top=2", UriKind.Relative));
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{Root}/instances?instanceIdPrefix=a&top=2");
        request.Headers.Add("x-ms-continuation-token", first.Headers.GetValues("x-ms-continuation-token").Single());
        using var second = await app.Http.SendAsync(request);
        var ids = (await IdsAsync(first)).Concat(await IdsAsync(second)).Order(StringComparer.Ordinal);
        Assert.Equal(["a1", "a2", "a3"], ids);
        using var ended = await app.Http.GetAsync(new Uri($"{Root}/instances?runtimeStatus=Completed,Failed&runtimeStatus=Terminated", UriKind.Relative));
        Assert.Empty(await IdsAsync(ended));
    }

    [Fact]
    [Trait("Honours", "6 Purge")]
    public async Task Terminated_instances_keep_the_reason_and_can_be_purged()
    {
        await using var app = await StartAsync();
        await PostAsync(app, "/orchestrators/Approval/t1", "");
        Assert.Equal(HttpStatusCode.Accepted, (await PostAsync(app, "/instances/t1/suspend?reason=lunch", "")).StatusCode);
        Assert.Equal(HttpStatusCode.Accepted, (await PostAsync(app, "/instances/t1/resume?reason=back", "")).StatusCode);
        Assert.Equal(HttpStatusCode.Accepted, (await PostAsync(app, "/instances/t1/terminate?reason=enough", "")).StatusCode);
        var status = await CompletedAsync(app, $"{Root}/instances/t1");
        Assert.Equal(("Terminated", "enough"), (status.GetProperty("runtimeStatus").GetString(), status.GetProperty("output").GetString()));
        Assert.Equal(HttpStatusCode.Gone, (await PostAsync(app, "/instances/t1/terminate?reason=again", "")).StatusCode);
        Assert.Equal(HttpStatusCode.Gone, (await PostAsync(app, "/instances/t1/raiseEvent/approved", "true")).StatusCode);
        using var purged = await app.Http.DeleteAsync(new Uri($"{Root}/instances/t1", UriKind.Relative));
        Assert.Equal("""{"instancesDeleted":1}""", await purged.Content.ReadAsStringAsync());
        Assert.Equal(HttpStatusCode.NotFound, (await app.Http.GetAsync(new Uri($"{Root}/instances/t1", UriKind.Relative))).StatusCode);
    }

    [Theory]
    [InlineData("GET", "/instances/nobody", 404)]
    [InlineData("POST", "/instances/nobody/terminate", 404)]
    [InlineData("POST", "/instances/nobody/raiseEvent/x", 404)]
    [InlineData("DELETE", "/instances/nobody", 404)]
    [InlineData("DELETE", "/instances", 400)]
    [InlineData("DELETE", "/instances?createdTimeFrom=2020-01-01T00:00:00Z", 404)]
    [InlineData("GET", "/instances?runtimeStatus=Lost", 400)]
    [InlineData("GET", "/instances?top=many", 400)]
    [InlineData("POST", "/instances/nobody/rewind", 404)]
    [InlineData("POST", "/instances/nobody/restart", 400)]
    [InlineData("POST", "/instances/nobody/suspend", 404)]
    [InlineData("POST", "/instances/nobody/resume", 404)]
    [InlineData("PUT", "/instances/nobody", 404)]
    [InlineData("GET", "/orchestrators/Fulfil", 404)]
    [InlineData("POST", "/makeprimary", 404)]
    [InlineData("GET", "/instances?taskHub=Other", 404)]
    [InlineData("GET", "/instances?taskHub=testhubname", 200)]
    [InlineData("POST", "/orchestrators/Fulfil?timeout=soon", 400)]
    [InlineData("GET", "/entities", 404)]
    [Trait("Honours", "6 Errors")]
    public async Task What_is_not_there_or_not_understood_has_the_official_status(string method, string path, int status)
    {
        await using var app = await StartAsync();
        using var request = new HttpRequestMessage(new HttpMethod(method), Root + path);
        if (method == "POST")
        {
            request.Content = new StringContent("true", Encoding.UTF8, "application/json");
        }

        using var answer = await app.Http.SendAsync(request);
        Assert.Equal(status, (int)answer.StatusCode);
    }

    [Fact]
    public async Task Bodies_that_are_not_JSON_and_ids_that_run_are_refused()
    {
        await using var app = await StartAsync();
        Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync(app, "/orchestrators/Fulfil", "{ half")).StatusCode);
        await PostAsync(app, "/orchestrators/Approval/only", "");
        Assert.Equal(HttpStatusCode.Conflict, (await PostAsync(app, "/orchestrators/Approval/only", "")).StatusCode);
        using var form = new FormUrlEncodedContent([]);
        using var answer = await app.Http.PostAsync(new Uri($"{Root}/instances/only/raiseEvent/approved", UriKind.Relative), form);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Theory]
    [InlineData("GET", "")]
    [InlineData("GET", "/")]
    [InlineData("GET", "/anything/else")]
    [InlineData("GET", "/instances")]
    [InlineData("DELETE", "/instances")]
    [InlineData("GET", "/instances/kept?showHistory=true&showInput=true")]
    [InlineData("DELETE", "/instances/kept")]
    [InlineData("POST", "/orchestrators/Approval")]
    [InlineData("POST", "/orchestrators/Approval/forged")]
    [InlineData("POST", "/instances/kept/raiseEvent/Approved")]
    [InlineData("POST", "/instances/kept/terminate")]
    [InlineData("POST", "/instances/kept/suspend")]
    [InlineData("POST", "/instances/kept/resume")]
    [InlineData("POST", "/instances/kept/restart")]
    [InlineData("POST", "/instances/kept/restartWithOptions")]
    [InlineData("POST", "/instances/kept/rewind")]
    [InlineData("PUT", "/instances/kept")]
    [InlineData("OPTIONS", "/instances")]
    public async Task No_route_is_open_to_a_caller_without_a_key_although_none_is_configured(string method, string path)
    {
        await using var app = await StartAsync();
        await PostAsync(app, "/orchestrators/Approval/kept", "");
        using var body = new StringContent("true", Encoding.UTF8, "application/json");
        using var request = new HttpRequestMessage(new HttpMethod(method), Root + path) { Content = method == "GET" ? null : body };
        using var answer = await app.Stranger.SendAsync(request);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        var instances = await app.Http.GetFromJsonAsync<JsonElement>($"{Root}/instances");
        Assert.Equal("kept", Assert.Single(instances.EnumerateArray()).GetProperty("instanceId").GetString());
    }

    [Fact]
    public async Task With_a_system_key_every_call_needs_it_and_links_carry_it_only_if_the_call_did()
    {
        await using var app = await TestApp.StartAsync([typeof(Durable)], builder => builder.Configuration["LocalFunctions:SystemKey"] = "k3y");
        app.Http.DefaultRequestHeaders.Remove("x-functions-key");
        Assert.Equal(HttpStatusCode.Unauthorized, (await PostAsync(app, "/orchestrators/Approval/x", "")).StatusCode);
        using var byQuery = await PostAsync(app, "/orchestrators/Approval/x?code=k3y", "");
        Assert.EndsWith("/instances/x?taskHub=TestHubName&connection=AzureWebJobsStorage&code=k3y", byQuery.Headers.Location?.ToString(), StringComparison.Ordinal);
        app.Http.DefaultRequestHeaders.Add("x-functions-key", "k3y");
        using var byHeader = await PostAsync(app, "/orchestrators/Approval/y", "");
        Assert.EndsWith("/instances/y?taskHub=TestHubName&connection=AzureWebJobsStorage", byHeader.Headers.Location?.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Honours", "7 Activities at least once")]
    public async Task An_instance_goes_on_after_a_restart_of_the_app()
    {
        await using var before = await StartAsync();
        await PostAsync(before, "/orchestrators/Approval/long", "");
        await before.StopAsync();
        await using var after = await TestApp.StartAsync([typeof(Durable)], folder: before.Folder);
        await PostAsync(after, "/instances/long/raiseEvent/Approved", "true");
        var status = await CompletedAsync(after, $"{Root}/instances/long");
        Assert.Equal("Completed", status.GetProperty("runtimeStatus").GetString());
    }

    private static Task<TestApp> StartAsync() => TestApp.StartAsync([typeof(Durable)]);

    private static async Task<HttpResponseMessage> PostAsync(TestApp app, string path, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        return await app.Http.PostAsync(new Uri(Root + path, UriKind.Relative), content);
    }

    private static async Task<JsonElement> CompletedAsync(TestApp app, string status)
    {
        var body = await Waiting.FindAsync($"{status} to show the end", async () =>
        {
            using var answer = await app.Http.GetAsync(new Uri(status, UriKind.RelativeOrAbsolute));
            if (answer.StatusCode == HttpStatusCode.OK)
            {
                return await answer.Content.ReadAsStringAsync();
            }

            Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
            return null;
        });
        return JsonElement.Parse(body);
    }

    private static async Task<IEnumerable<string>> IdsAsync(HttpResponseMessage answer) =>
        (await answer.Content.ReadFromJsonAsync<JsonElement>()).EnumerateArray().Select(instance => instance.GetProperty("instanceId").GetString()!);
}
