using System.Net;
using System.Reflection;
using System.Text.Json;
using Microsoft.Azure.Functions.Worker;
using QdrantBackup.App.Backups;
using QdrantBackup.App.Copies;
using QdrantBackup.App.Hosting;
using QdrantBackup.App.Restores;
using QdrantBackup.App.Runs;
using QdrantBackup.App.Verifications;
using QdrantBackup.Harness;

namespace QdrantBackup.Deployment.Tests.FunctionsHost.Worker;

/// <summary>The app on the official worker, with a stand-in of the Functions host on the other end: what compiles need not run.</summary>
[Collection(PublishedApp.Collection)]
public sealed class OfficialWorkerTests(PublishedApp published, RunningWorker running) : IClassFixture<RunningWorker>
{
    private const string RunId = "20261124T020000Z-4k7x2m";
    private const string InstanceId = $"backup-harness-manual-{RunId}";

    [Fact]
    public async Task The_official_worker_loads_every_function()
    {
        var worker = await running.OnAsync(published);

        var ours = typeof(AppHost).Assembly.GetExportedTypes().SelectMany(t => t.GetMethods()).Select(m => m.GetCustomAttribute<FunctionAttribute>()?.Name).OfType<string>();
        Assert.Equal(ours.Order(StringComparer.Ordinal), worker.Host.Functions);
    }

    [Fact]
    public async Task Without_Application_Insights_the_log_is_left_to_the_host()
    {
        var worker = await running.OnAsync(published);

        // With this capability the host drops the worker's log and relies on the worker's own exporter.
        Assert.DoesNotContain("WorkerOpenTelemetryEnabled", worker.Host.Capabilities.Keys);
        Assert.Contains("HttpUri", worker.Host.Capabilities.Keys);
    }

    [Fact]
    public async Task A_refusal_to_start_is_two_lines_and_no_stack_trace()
    {
        var refused = await Installation.ProgramAsync(["dotnet", Path.Combine(published.Folder, "QdrantBackup.Functions.dll")], new Dictionary<string, string> { ["BACKUP_CONFIG"] = "/nowhere/backup.yaml" });

        Assert.Equal(2, refused.ExitCode);
        Assert.Matches("^error: .*/nowhere/backup.yaml.*\nhint:  .+\n$", refused.Errors);
    }

    [Fact]
    public async Task An_HTTP_function_answers_whoever_has_a_key_and_refuses_whoever_has_none()
    {
        var worker = await running.OnAsync(published);

        using var health = await worker.Host.GetAsync(nameof(HealthApi.Health), "/health");
        using var keyless = await worker.Host.GetAsync("ListSchedules", "/api/v1/schedules");
        using var schedules = await worker.Host.GetAsync("ListSchedules", "/api/v1/schedules", AppFiles.ApiKey);

        Assert.Equal(HttpStatusCode.OK, health.StatusCode);
        Assert.Equal((HttpStatusCode.Unauthorized, "application/problem+json"), (keyless.StatusCode, keyless.Content.Headers.ContentType?.MediaType));
        var listed = JsonElement.Parse(await schedules.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).GetProperty("schedules");
        Assert.Equal(["daily", "weekly"], listed.EnumerateArray().Select(s => s.GetProperty("name").GetString()));
    }

    [Theory]
    [InlineData(nameof(BackupOrchestrator))]
    [InlineData(nameof(RestoreOrchestrator))]
    [InlineData(nameof(VerifyOrchestrator))]
    [InlineData(nameof(CopyOrchestrator))]
    public async Task An_orchestration_takes_its_input_and_begins_with_opening_the_request(string orchestrator)
    {
        var worker = await running.OnAsync(published);

        var answer = await worker.Host.InvokeAsync(orchestrator, new WireMessage().With(1, Convert.ToBase64String(Started(orchestrator, $"\"{RunId}\"").Bytes)));

        var response = WireMessage.Read(Convert.FromBase64String(answer.Messages(4).Single().Text(1)));
        var step = Assert.Single(response.Messages(2, 2));
        Assert.Equal((nameof(RunActivities.OpenRequest), $"[\"{RunId}\"]"), (step.Text(1), step.Messages(3).Single().Text(1)));
    }

    [Theory]
    [InlineData(nameof(VerifyPagesOrchestrator), nameof(VerifyActivities.ListVerifyItems))]
    [InlineData(nameof(CopyPagesOrchestrator), nameof(CopyActivities.ListCopyItems))]
    [InlineData(nameof(RestorePagesOrchestrator), nameof(RestoreActivities.ListRestoreItems))]
    public async Task A_child_that_works_through_pages_takes_its_input_and_begins_with_the_first(string orchestrator, string list)
    {
        var worker = await running.OnAsync(published);
        const string Input = $$"""{"runId":"{{RunId}}","rootId":"{{InstanceId}}","total":1,"left":[],"next":{"from":0},"soFar":{} }""";

        var answer = await worker.Host.InvokeAsync(orchestrator, new WireMessage().With(1, Convert.ToBase64String(Started(orchestrator, Input, InstanceId + ":w", InstanceId).Bytes)));

        var response = WireMessage.Read(Convert.FromBase64String(answer.Messages(4).Single().Text(1)));
        Assert.Equal(list, Assert.Single(response.Messages(2, 2)).Text(1));
    }

    [Fact]
    public async Task A_failed_activity_tells_the_host_its_kind_and_what_to_do_and_nothing_else()
    {
        var worker = await running.OnAsync(published);

        var answer = await worker.Host.InvokeAsync(nameof(RunActivities.OpenRequest), new WireMessage().With(2, $"\"{RunId}\""), InstanceId);

        var failure = JsonElement.Parse(answer.Messages(3, 2).Single().Text(2));
        Assert.Equal(typeof(RefusedStepException).FullName, failure.GetProperty("errorType").GetString());
        Assert.Contains(StepFailedException.Separator, failure.GetProperty("errorMessage").GetString(), StringComparison.Ordinal);
        Assert.False(failure.TryGetProperty("innerFailure", out _), "the cause belongs into the log, not into a history");
    }

    /// <summary>What an orchestrator is given at its first turn: its history so far is that it was started.</summary>
    private static WireMessage Started(string orchestrator, string input, string instanceId = InstanceId, string? parentId = null)
    {
        var instance = new WireMessage().With(1, instanceId);
        var started = new WireMessage().With(1, orchestrator).With(3, new WireMessage().With(1, input)).With(4, instance);
        if (parentId is not null)
        {
            var parent = new WireMessage().With(2, new WireMessage().With(1, "Parent")).With(4, new WireMessage().With(1, parentId));
            started = started.With(5, parent);
        }

        return new WireMessage().With(1, instanceId)
            .With(4, new WireMessage().With(2, new WireMessage()).With(14, new WireMessage()))
            .With(4, new WireMessage().With(2, new WireMessage()).With(3, started));
    }
}
