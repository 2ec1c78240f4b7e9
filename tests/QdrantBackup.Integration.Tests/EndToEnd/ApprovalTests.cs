using System.Text.Json;
using QdrantBackup.Harness;

namespace QdrantBackup.Integration.Tests.EndToEnd;

/// <summary>A restore that waits for an approval, and the aliases that it moves, through the real process and over HTTP.</summary>
public sealed class ApprovalTests : IAsyncLifetime
{
    private const string Restored = "empty-back";

    private Site _site = null!;
    private AppProcess _app = null!;
    private string _backup = "";

    public async ValueTask InitializeAsync()
    {
        _site = await Site.StartAsync(["empty", "late-interaction"]);
        await ChangeAliasesAsync(("live", "empty"), ("elsewhere", "late-interaction"));
        _app = await AppProcess.StartAsync(_site.Files);
        _backup = await _app.Api.StartBackupAsync();
        Assert.Equal("complete", (await _app.Api.FinishBackupAsync(_backup)).GetProperty("state").GetString());
    }

    [Fact]
    public async Task A_restore_that_must_be_approved_changes_nothing_on_the_server_before_its_own_plan_is_approved()
    {
        var wanted = new { backupId = _backup, collections = new[] { "empty" }, suffix = "-back", approve = true };
        var plan = (await _app.Api.PostAsync("/api/v1/restore", new { wanted.backupId, wanted.collections, wanted.suffix, wanted.approve, dryRun = true })).GetProperty("planHash").GetString()!;
        var run = await _app.Api.StartRestoreAsync(wanted);
        await UntilStateAsync(run, "waiting for approval");

        await ApproveAsync(run, new string(plan[0] == '0' ? '1' : '0', 64));
        await UntilStateAsync(run, "waiting for approval");
        Assert.DoesNotContain(Restored, _site.Qdrant.Collections);

        await ApproveAsync(run, plan);
        var end = await EndOfAsync(run);

        Assert.True(end.GetProperty("state").GetString() == "complete", end.GetRawText());
        Assert.Contains(Restored, _site.Qdrant.Collections);
        Assert.Equal(_site.Qdrant.CollectionSha256("empty"), _site.Qdrant.CollectionSha256(Restored));
    }

    [Fact]
    public async Task A_restore_that_is_cancelled_while_it_waits_for_an_approval_has_changed_nothing()
    {
        var run = await _app.Api.StartRestoreAsync(new { backupId = _backup, suffix = "-back", aliasSwitch = true, approve = true });
        await UntilStateAsync(run, "waiting for approval");

        await _app.Api.PostAsync($"/api/v1/restore/{run}/cancel", new { });
        Assert.Equal("cancelled", (await EndOfAsync(run)).GetProperty("state").GetString());

        Assert.Equal(["empty", "late-interaction"], _site.Qdrant.Collections.Order(StringComparer.Ordinal));
        Assert.Equal("empty", (await AliasesAsync())["live"]);
    }

    [Fact]
    public async Task Aliases_lead_to_the_restored_collections_and_never_to_one_whose_upload_failed()
    {
        _site.Qdrant.Faults.FailRequests("POST /collections/late-interaction-back/snapshots/upload", 400, "Bad request: it is refused", times: 100);

        var run = await _app.Api.StartRestoreAsync(new { backupId = _backup, suffix = "-back", aliasSwitch = true });
        var end = await EndOfAsync(run);

        Assert.True(end.GetProperty("state").GetString() == "partial", end.GetRawText());
        var aliases = await AliasesAsync();
        Assert.Equal(Restored, aliases["live"]);
        Assert.Equal("late-interaction", aliases["elsewhere"]);
        Assert.Equal(2, aliases.Count);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        await _site.DisposeAsync();
    }

    private Task UntilStateAsync(string run, string state) => Waiting.UntilAsync(
        $"restore {run} to be {state}", async () => (await _app.Api.GetAsync($"/api/v1/restore/status/{run}")).GetRawText().Contains(state, StringComparison.Ordinal));

    private async Task<JsonElement> EndOfAsync(string run)
    {
        var end = await Waiting.FindAsync($"restore {run} to be over", async () =>
        {
            var status = await _app.Api.GetAsync($"/api/v1/restore/status/{run}");
            return status.TryGetProperty("finishedAt", out var at) && at.ValueKind == JsonValueKind.String ? (object)status : null;
        });
        return (JsonElement)end;
    }

    private Task ApproveAsync(string run, string planHash) => _app.Api.PostAsync($"/api/v1/restore/{run}/approve", new { planHash });

    private async Task<Dictionary<string, string>> AliasesAsync()
    {
        using var qdrant = new ApiCalls(_site.Qdrant.Address, apiKey: null);
        return (await qdrant.GetAsync("/aliases")).GetProperty("result").GetProperty("aliases").EnumerateArray()
            .ToDictionary(a => a.GetProperty("alias_name").GetString()!, a => a.GetProperty("collection_name").GetString()!);
    }

    private async Task ChangeAliasesAsync(params (string Alias, string Collection)[] aliases)
    {
        using var qdrant = new ApiCalls(_site.Qdrant.Address, apiKey: null);
        JsonElement answer = await qdrant.PostAsync(
            "/collections/aliases", new { actions = aliases.Select(a => new { create_alias = new { alias_name = a.Alias, collection_name = a.Collection } }) });
        Assert.True(answer.GetProperty("result").GetBoolean());
    }
}
