using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using LocalFunctions.Hosting;
using QdrantBackup.Harness;
using QdrantStandIn;

namespace QdrantBackup.Integration.Tests.EndToEnd;

/// <summary>
/// What a caller of the management API can do to Qdrant and the store, against the real process: start steps of a run by hand, start a run over again, send an event in the API's place.
/// </summary>
public sealed class ForgedStepTests : IAsyncLifetime
{
    private const string Management = "/runtime/webhooks/durabletask";
    private const string Restored = "empty-back";

    private Site _site = null!;
    private AppProcess _app = null!;
    private HttpClient _management = null!;
    private string _backup = "";

    public async ValueTask InitializeAsync()
    {
        _site = await Site.StartAsync(["empty"]);
        _app = await AppProcess.StartAsync(_site.Files);
        _management = new HttpClient { BaseAddress = _app.Address };
        _management.DefaultRequestHeaders.Add("x-functions-key", LocalCallers.TryReadKey(_site.Files.StateDirectory));
        _backup = await _app.Api.StartBackupAsync();
        Assert.Equal("complete", (await _app.Api.FinishBackupAsync(_backup)).GetProperty("state").GetString());
    }

    [Fact]
    public async Task A_step_of_an_old_restore_that_is_started_again_changes_nothing()
    {
        var run = await _app.Api.StartRestoreAsync(new { backupId = _backup, suffix = "-back" });
        Assert.Equal("complete", (await _app.Api.FinishRestoreAsync(run)).GetProperty("state").GetString());
        var root = (await _app.Api.GetAsync($"/api/v1/runs/{run}")).GetProperty("instanceId").GetString()!;
        var old = await _management.GetFromJsonAsync<JsonElement>($"{Management}/instances/{root}:i1");
        var uploads = _site.Qdrant.Requests.Count(IsUpload);
        var item = old.GetProperty("input");

        foreach (var id in (string[])["forged", $"{root}:i2", $"{root}:w:i1"])
        {
            Assert.Equal("Failed", await StartAsync("RestoreItemOrchestrator", id, item));
        }

        // The same instances, started over.
        Assert.Equal("Failed", await RestartAsync($"{root}:i1"));
        Assert.Equal("Failed", await RestartAsync($"{root}:w"));
        Assert.Equal("Failed", await RestartAsync(root));
        Assert.Equal("Failed", await StartAsync("RestoreOrchestrator", "other", JsonSerializer.SerializeToElement(run)));

        Assert.Equal(uploads, _site.Qdrant.Requests.Count(IsUpload));
        Assert.Equal("complete", (await _app.Api.GetAsync($"/api/v1/runs/{run}")).GetProperty("state").GetString());
    }

    [Fact]
    public async Task An_event_that_did_not_come_from_the_API_approves_nothing()
    {
        var wanted = new { backupId = _backup, suffix = "-back", approve = true };
        var plan = (await _app.Api.PostAsync("/api/v1/restore", new { wanted.backupId, wanted.suffix, wanted.approve, dryRun = true })).GetProperty("planHash").GetString()!;
        var run = await _app.Api.StartRestoreAsync(wanted);
        await UntilWaitingAsync(run);
        var root = (await _app.Api.GetAsync($"/api/v1/runs/{run}")).GetProperty("instanceId").GetString()!;

        using var forged = await _management.PostAsJsonAsync($"{Management}/instances/{root}/raiseEvent/Approve", plan);
        Assert.Equal(HttpStatusCode.Accepted, forged.StatusCode);
        await Waiting.UntilAsync("the forged approval to be looked at twice", async () => await CallsOfAsync(root, "FindApproval") == 2);
        await UntilWaitingAsync(run);
        Assert.DoesNotContain(Restored, _site.Qdrant.Collections);

        await _app.Api.PostAsync($"/api/v1/restore/{run}/approve", new { planHash = plan });
        Assert.Equal("complete", (await EndOfAsync(run)).GetProperty("state").GetString());
        Assert.Contains(Restored, _site.Qdrant.Collections);
    }

    public async ValueTask DisposeAsync()
    {
        _management.Dispose();
        await _app.DisposeAsync();
        await _site.DisposeAsync();
    }

    private static bool IsUpload(SeenRequest request) => request.Path.Contains("/snapshots/upload", StringComparison.Ordinal);

    private Task UntilWaitingAsync(string run) => Waiting.UntilAsync(
        $"restore {run} to wait for an approval", async () => (await _app.Api.GetAsync($"/api/v1/restore/status/{run}")).GetRawText().Contains("waiting for approval", StringComparison.Ordinal));

    private async Task<JsonElement> EndOfAsync(string run) => (JsonElement)await Waiting.FindAsync($"restore {run} to be over", async () =>
    {
        var status = await _app.Api.GetAsync($"/api/v1/restore/status/{run}");
        return status.TryGetProperty("finishedAt", out var at) && at.ValueKind == JsonValueKind.String ? (object)status : null;
    });

    private async Task<int> CallsOfAsync(string instance, string activity)
    {
        var status = await _management.GetFromJsonAsync<JsonElement>($"{Management}/instances/{instance}?showHistory=true");
        return status.GetProperty("historyEvents").EnumerateArray().Count(e => e.TryGetProperty("FunctionName", out var name) && name.GetString() == activity);
    }

    private async Task<string> StartAsync(string orchestrator, string id, JsonElement input)
    {
        using var started = await _management.PostAsJsonAsync($"{Management}/orchestrators/{orchestrator}/{id}", input);
        Assert.Equal(HttpStatusCode.Accepted, started.StatusCode);
        return await EndOfInstanceAsync(id);
    }

    private async Task<string> RestartAsync(string id)
    {
        using var started = await _management.PostAsync(new Uri($"{Management}/instances/{id}/restart?restartWithNewInstanceId=false", UriKind.Relative), content: null);
        Assert.True(started.IsSuccessStatusCode, await started.Content.ReadAsStringAsync());
        return await EndOfInstanceAsync(id);
    }

    private Task<string> EndOfInstanceAsync(string id) => Waiting.FindAsync($"instance {id} to end", async () =>
    {
        using var answer = await _management.GetAsync(new Uri($"{Management}/instances/{id}", UriKind.Relative));
        var state = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("runtimeStatus").GetString();
        return state is "Pending" or "Running" ? null : state;
    });
}
