using System.Net;
using System.Text.Json;
using QdrantBackup.Ids;
using QdrantBackup.Integration.Tests.Storage;
using Xunit;

namespace QdrantBackup.Integration.Tests.App;

public sealed class RetentionTests
{
    private static readonly Dictionary<string, string?> KeepsTheNewestOnly = new()
    {
        // A verification that follows a backup pins it, and may take longer than a test waits.
        ["Backup:Verification"] = "false",
        ["Backup:Retention:Daily"] = "0",
        ["Backup:Retention:Weekly"] = "0",
        ["Backup:Retention:Monthly"] = "0",
        ["Backup:Retention:KeepWithin"] = "0s",
        ["Backup:Retention:Schedule"] = "off",
        ["Backup:Retention:AfterBackups"] = "false",
    };

    [Fact]
    public async Task A_plan_is_seen_applied_by_its_hash_and_after_the_grace_period_what_nothing_needs_is_deleted()
    {
        await using var app = await StartAsync();
        var old = await BackUpAsync(app, seed: 1);
        var stale = await app.GetAsync("/api/v1/retention/plan");
        var young = await BackUpAsync(app, seed: 2);

        var conflict = await app.PostAsync("/api/v1/retention/apply", new { planHash = stale.GetProperty("hash").GetString() }, HttpStatusCode.Conflict);
        Assert.Equal("urn:qdrant-backup:problem:plan-changed", conflict.GetProperty("type").GetString());
        var plan = await app.GetAsync("/api/v1/retention/plan");
        Assert.Equal(plan.GetProperty("hash").GetString(), conflict.GetProperty("plan").GetProperty("hash").GetString());
        Assert.Equal([$"{young} keep", $"{old} end"], plan.GetProperty("backups").EnumerateArray().Select(b => $"{b.GetProperty("id")} {b.GetProperty("verdict")}"));

        var ended = await ApplyAsync(app, plan);
        Assert.Equal(0, ended.GetProperty("pruned").GetProperty("chunksDeleted").GetInt64());
        Assert.Equal("retired", (await ListAsync(app)).Single(b => b.GetProperty("id").GetString() == old).GetProperty("state").GetString());

        await AgedStore.AgeAsync(app.StoreFolder, app.KeyFile, TimeSpan.FromDays(3));
        var pruned = (await ApplyAsync(app, await app.GetAsync("/api/v1/retention/plan"))).GetProperty("pruned");
        Assert.True(pruned.GetProperty("chunksDeleted").GetInt64() > 0 && pruned.GetProperty("manifestsExpired").GetInt64() == 1, pruned.GetRawText());
        Assert.Equal([young], (await ListAsync(app)).Select(b => b.GetProperty("id").GetString()));
        var verify = await app.PostAsync($"/api/v1/backups/{young}/verify", new { level = "readable" }, HttpStatusCode.Accepted);
        Assert.Equal("complete", (await app.UntilOverAsync(verify.GetProperty("statusUrl").GetString()!)).GetProperty("state").GetString());
    }

    [Fact]
    public async Task A_backup_is_held_released_and_deleted_by_the_hash_of_what_was_shown()
    {
        await using var app = await StartAsync();
        var old = await BackUpAsync(app, seed: 1);
        var young = await BackUpAsync(app, seed: 2);

        await app.PostAsync($"/api/v1/backups/{old}/hold", new { }, HttpStatusCode.BadRequest);
        await app.PostAsync($"/api/v1/backups/{old}/hold", new { reason = "audit" }, HttpStatusCode.OK);
        Assert.Equal("audit", (await ListAsync(app))[1].GetProperty("hold").GetProperty("reason").GetString());
        Assert.Equal(0, (await app.GetAsync("/api/v1/retention/plan")).GetProperty("ends").GetInt32());
        Assert.Contains("audit", (await DeleteAsync(app, $"/api/v1/backups/{old}", HttpStatusCode.UnprocessableEntity)).GetProperty("detail").GetString(), StringComparison.Ordinal);

        await DeleteAsync(app, $"/api/v1/backups/{old}/hold", HttpStatusCode.OK);
        await DeleteAsync(app, $"/api/v1/backups/{old}/hold", HttpStatusCode.NotFound);
        var last = await DeleteAsync(app, $"/api/v1/backups/{young}", HttpStatusCode.OK);
        Assert.True(last.GetProperty("isLast").GetBoolean());
        await DeleteAsync(app, $"/api/v1/backups/{young}?confirm={last.GetProperty("hash").GetString()}", HttpStatusCode.UnprocessableEntity);
        var hash = (await DeleteAsync(app, $"/api/v1/backups/{old}", HttpStatusCode.OK)).GetProperty("hash").GetString();
        await DeleteAsync(app, $"/api/v1/backups/{old}?confirm={new string('0', 64)}", HttpStatusCode.Conflict);
        Assert.Equal("complete", (await ListAsync(app))[1].GetProperty("state").GetString());
        await DeleteAsync(app, $"/api/v1/backups/{old}?confirm={hash}", HttpStatusCode.OK);
        Assert.Equal("retired", (await ListAsync(app))[1].GetProperty("state").GetString());

        await app.PostAsync($"/api/v1/backups/{old}/undelete", new { }, HttpStatusCode.OK);
        Assert.Equal("complete", (await ListAsync(app))[1].GetProperty("state").GetString());
        await app.PostAsync($"/api/v1/backups/{old}/undelete", new { }, HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task It_runs_when_it_is_due_and_after_backups_without_anybody_asking()
    {
        await using var app = await StartAsync(new() { ["BACKUP_TICK"] = "* * * * * *", ["Backup:Retention:AfterBackups"] = "true", ["Backup:Schedule:daily"] = "off", ["Backup:Schedule:weekly"] = "off" });
        await BackUpAsync(app, seed: 1);
        var young = await BackUpAsync(app, seed: 2);

        var after = await UntilRunAsync(app, $"backup {young}");
        Assert.False(after.TryGetProperty("pruned", out _), after.GetRawText());

        await using var due = await StartAsync(
            new() { ["BACKUP_TICK"] = "* * * * * *", ["Backup:Retention:Schedule"] = "* * * * *" });
        Assert.True((await UntilRunAsync(due, "schedule")).TryGetProperty("pruned", out _));
    }

    [Fact]
    public async Task An_app_whose_role_is_backup_deletes_nothing()
    {
        await using var app = await StartAsync(new() { ["Backup:Role"] = "backup" });
        var plan = await app.GetAsync("/api/v1/retention/plan");
        var refused = await app.PostAsync("/api/v1/retention/apply", new { planHash = plan.GetProperty("hash").GetString() }, HttpStatusCode.UnprocessableEntity);
        Assert.Contains("role is backup", refused.GetProperty("detail").GetString(), StringComparison.Ordinal);
        var id = BackupId.New(TimeProvider.System);
        await DeleteAsync(app, $"/api/v1/backups/{id}", HttpStatusCode.UnprocessableEntity);
        await DeleteAsync(app, $"/api/v1/backups/{id}/hold", HttpStatusCode.UnprocessableEntity);
        await app.PostAsync($"/api/v1/backups/{id}/undelete", new { }, HttpStatusCode.UnprocessableEntity);
    }

    private static Task<RunningApp> StartAsync(Dictionary<string, string?>? more = null)
    {
        var settings = new Dictionary<string, string?>(KeepsTheNewestOnly);
        foreach (var (key, value) in more ?? [])
        {
            settings[key] = value;
        }

        return RunningApp.StartAsync(settings: settings);
    }

    private static async Task<string> BackUpAsync(RunningApp app, ulong seed)
    {
        app.Qdrant.AddSynthetic("docs", 1 << 20, seed);
        var started = await app.PostAsync("/api/v1/backup/create", new { }, HttpStatusCode.Accepted);
        var run = await app.UntilOverAsync(started.GetProperty("statusUrl").GetString()!);
        Assert.True(run.GetProperty("state").GetString() == "complete", run.GetRawText());
        return await RunningApp.AfterItsSecondAsync(run.GetProperty("id").GetString()!);
    }

    private static async Task<JsonElement> ApplyAsync(RunningApp app, JsonElement plan)
    {
        var started = await app.PostAsync("/api/v1/retention/apply", new { planHash = plan.GetProperty("hash").GetString() }, HttpStatusCode.Accepted);
        var run = await app.UntilOverAsync(started.GetProperty("statusUrl").GetString()!);
        Assert.True(run.GetProperty("state").GetString() == "complete", run.GetRawText());
        return run;
    }

    private static Task<JsonElement> UntilRunAsync(RunningApp app, string requestedBy) => app.UntilAsync(
        "/api/v1/runs?kind=retention",
        runs => runs.GetProperty("runs").EnumerateArray().FirstOrDefault(r =>
            r.GetProperty("requestedBy").GetString() == requestedBy && r.GetProperty("state").GetString() == "complete"));

    private static async Task<JsonElement[]> ListAsync(RunningApp app) => [.. (await app.GetAsync("/api/v1/backups")).GetProperty("backups").EnumerateArray()];

    private static async Task<JsonElement> DeleteAsync(RunningApp app, string path, HttpStatusCode expected)
    {
        using var response = await app.Http.DeleteAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(response.StatusCode == expected, $"{(int)response.StatusCode} {text}");
        return JsonElement.Parse(text);
    }
}
