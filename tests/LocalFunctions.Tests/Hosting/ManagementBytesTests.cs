using System.Text;
using LocalFunctions.Durable;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using QdrantBackup.Harness;

namespace LocalFunctions.Tests.Hosting;

/// <summary>What the management API sends, byte by byte: members in the official order, times in the official formats, nothing more.</summary>
public sealed class ManagementBytesTests
{
    private const string Root = "/runtime/webhooks/durabletask";
    private const string Noon = "2026-01-01T12:00:00Z";
    private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 1, 1, 12, 0, 0, TimeSpan.Zero));

    [Fact]
    [Trait("Honours", "6 Status of an instance")]
    public async Task The_status_with_and_without_history()
    {
        await using var app = await StartAsync();
        await AnswerAsync(app, "POST", "/orchestrators/Fulfil/one?timeout=60", """{"Name":"a","Count":1}""");
        const string Head = $$"""{"name":"Fulfil","instanceId":"one","runtimeStatus":"Completed","input":""";
        const string Tail = $$""","customStatus":null,"output":"a0","createdTime":"{{Noon}}","lastUpdatedTime":"{{Noon}}"}""";

        Assert.Equal((200, Head + """{"Name":"a","Count":1}""" + Tail), await AnswerAsync(app, "GET", "/instances/one"));
        Assert.Equal((200, Head + "null" + Tail), await AnswerAsync(app, "GET", "/instances/one?showInput=false"));
        Assert.Equal((200, $"[{Head}null{Tail}]"), await AnswerAsync(app, "GET", "/instances"));
        var history =
            $$""","historyEvents":[{"EventType":"ExecutionStarted","Timestamp":"{{Noon}}","FunctionName":"Fulfil"},"""
            + $$"""{"EventType":"TaskCompleted","Result":"a0","Timestamp":"{{Noon}}","ScheduledTime":"{{Noon}}","FunctionName":"Pack"},"""
            + $$"""{"EventType":"ExecutionCompleted","OrchestrationStatus":"Completed","Result":"a0","Timestamp":"{{Noon}}"}]}""";
        Assert.Equal(
            (200, Head + "null" + Tail[..^1] + history),
            await AnswerAsync(app, "GET", "/instances/one?showHistory=true&showHistoryOutput=true&showInput=false"));
        Assert.Equal(
            (200, Head + "null" + Tail[..^1] + history.Replace("\"Result\":\"a0\",", "", StringComparison.Ordinal)),
            await AnswerAsync(app, "GET", "/instances/one?showHistory=true&showInput=false"));
    }

    [Fact]
    [Trait("Honours", "6 Start")]
    public async Task The_addresses_of_a_started_instance()
    {
        await using var app = await StartAsync();
        var instance = $"{app.Address}runtime/webhooks/durabletask/instances/x%20y";
        var addresses = """
            {"id":"x y","statusQueryGetUri":"I?Q","sendEventPostUri":"I/raiseEvent/{eventName}?Q","terminatePostUri":"I/terminate?reason={text}&Q",
            "purgeHistoryDeleteUri":"I?Q","restartPostUri":"I/restart?Q","suspendPostUri":"I/suspend?reason={text}&Q","resumePostUri":"I/resume?reason={text}&Q"}
            """
            .ReplaceLineEndings("")
            .Replace("\"I", "\"" + instance, StringComparison.Ordinal)
            .Replace("Q\"", "taskHub=TestHubName&connection=AzureWebJobsStorage\"", StringComparison.Ordinal);

        Assert.Equal((202, addresses), await AnswerAsync(app, "POST", "/orchestrators/Approval/x%20y"));
    }

    [Fact]
    [Trait("Honours", "6 Errors")]
    public async Task Errors()
    {
        await using var app = await StartAsync();
        await AnswerAsync(app, "POST", "/orchestrators/Approval/busy");

        Assert.Equal((409, """{"Message":"An orchestration instance with the id 'busy' already exists and is Running."}"""), Pending(await AnswerAsync(app, "POST", "/orchestrators/Approval/busy")));
        Assert.StartsWith("""{"Message":"Invalid JSON content","ExceptionMessage":""", (await AnswerAsync(app, "POST", "/orchestrators/Approval", "{")).Body, StringComparison.Ordinal);
        Assert.Equal((400, """{"Message":"Only application/json request content is supported"}"""), await AnswerAsync(app, "POST", "/instances/busy/raiseEvent/e", "x", "text/plain"));
        Assert.Equal((400, "\"Please provide value for 'createdTimeFrom' parameter.\""), await AnswerAsync(app, "DELETE", "/instances"));
        Assert.Equal(
            (412, "\"Only orchestrations in a terminal state can be purged, but the orchestration with instance ID busy has status Running\""),
            Pending(await AnswerAsync(app, "DELETE", "/instances/busy")));
        Assert.Equal(412, (await AnswerAsync(app, "POST", "/instances/busy/rewind")).Status);
        Assert.Equal((404, ""), await AnswerAsync(app, "GET", "/instances/nobody"));
        Assert.Equal(
            (400, """{"Message":"InstanceId does not match a valid orchestration instance.","ExceptionMessage":"There is no instance 'nobody'. (Parameter 'instanceId')","ExceptionType":"System.ArgumentException"}"""),
            await AnswerAsync(app, "POST", "/instances/nobody/restart"));
        Assert.Equal(409, (await AnswerAsync(app, "POST", "/instances/busy/restart?restartWithNewInstanceId=false")).Status);

        // The instance may not have had its first turn yet.
        static (int, string) Pending((int Status, string Body) answer) => (answer.Status, answer.Body.Replace("Pending", "Running", StringComparison.Ordinal));
    }

    [Fact]
    [Trait("Honours", "6 Start and wait")]
    public async Task Who_waits_gets_the_output_or_the_status_of_what_failed_or_addresses()
    {
        await using var app = await StartAsync();

        Assert.Equal((200, "\"a0\""), await AnswerAsync(app, "POST", "/orchestrators/Fulfil?timeout=60.5&pollingInterval=1", """{"Name":"a","Count":1}"""));
        Assert.Equal(
            (200, $$"""{"name":"Breaks","instanceId":"bad","runtimeStatus":"Failed","input":null,"customStatus":null,"output":"System.InvalidOperationException: no such order in Breaks","createdTime":"{{Noon}}","lastUpdatedTime":"{{Noon}}"}"""),
            await AnswerAsync(app, "POST", "/orchestrators/Breaks/bad?timeout=60"));
        var waiting = AnswerAsync(app, "POST", "/orchestrators/Approval/slow?timeout=2");
        await Waiting.UntilAsync("the answer after its time-out", () =>
        {
            time.Advance(TimeSpan.FromSeconds(1));
            return waiting.IsCompleted;
        });
        Assert.Equal(202, (await waiting).Status);
    }

    [Fact]
    [Trait("Honours", "6 Terminate")]
    public async Task A_reason_is_the_output_as_it_is_and_shown_as_what_it_reads_as()
    {
        await using var app = await StartAsync();
        foreach (var (id, reason, output) in new[] { ("a", "out of order", "\"out of order\""), ("b", "42", "42"), ("c", "", "null") })
        {
            await AnswerAsync(app, "POST", $"/orchestrators/Approval/{id}");
            await AnswerAsync(app, "POST", $"/instances/{id}/terminate?reason={Uri.EscapeDataString(reason)}");
            Assert.Contains($"\"output\":{output},", await EndAsync(app, id), StringComparison.Ordinal);
        }
    }

    [Fact]
    [Trait("Honours", "6 Restart")]
    public async Task A_restart_gets_a_new_id_or_the_one_that_is_asked_for_and_the_version_that_is_asked_for()
    {
        await using var app = await StartAsync("""{ "version": "2.0", "extensions": { "durableTask": { "defaultVersion": "2.0" } } }""");
        await AnswerAsync(app, "POST", "/orchestrators/Fulfil/one?timeout=60", """{"Name":"a","Count":1}""");

        Assert.Equal((200, "\"a0\""), await AnswerAsync(app, "POST", "/instances/one/restart?timeout=60"));
        Assert.Equal((200, "\"a0\""), await AnswerAsync(app, "POST", "/instances/one/restart?restartWithNewInstanceId=false&timeout=60"));
        Assert.Equal((200, "\"a0\""), await AnswerAsync(app, "POST", "/instances/one/restartWithOptions?newInstanceId=two&version=1.5&timeout=60"));
        Assert.Equal(400, (await AnswerAsync(app, "POST", "/instances/one/restartWithOptions?newInstanceId=@entity")).Status);
        var started = (await app.Services.GetRequiredService<DurableEngine>().GetHistoryAsync("two", CancellationToken.None))![1];
        Assert.Equal(("1.5", 3), (started.Version, (await AnswerAsync(app, "GET", "/instances")).Body.Split("\"instanceId\"").Length - 1));
    }

    [Fact]
    [Trait("Honours", "6 Limits")]
    public async Task An_input_above_the_limit_is_refused_with_a_hint_and_read_no_further()
    {
        await using var app = await StartAsync();
        var big = "\"" + new string('x', JsonPayloads.LimitBytes) + "\"";

        var (status, body) = await AnswerAsync(app, "POST", "/orchestrators/Fulfil", big);

        Assert.Equal(413, status);
        Assert.Contains("exceeds the limit of 1048576 bytes", body, StringComparison.Ordinal);
        Assert.Contains("Store the data elsewhere and pass its name.", body, StringComparison.Ordinal);
    }

    private static Task<string> EndAsync(TestApp app, string id) => Waiting.FindAsync(
        $"instance {id} to end", async () => await AnswerAsync(app, "GET", $"/instances/{id}") is { Status: 200, Body: var body } ? body : null);

    private static async Task<(int Status, string Body)> AnswerAsync(TestApp app, string method, string path, string? body = null, string type = "application/json")
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), Root + path);
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, type);
        using var answer = await app.Http.SendAsync(request);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    private Task<TestApp> StartAsync(string? hostJson = null) =>
        TestApp.StartAsync([typeof(Durable)], builder => builder.Services.AddSingleton<TimeProvider>(time), hostJson);
}
