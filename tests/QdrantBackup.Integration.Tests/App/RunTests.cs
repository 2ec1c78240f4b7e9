using System.Net;
using System.Text.Json;
using Xunit;

namespace QdrantBackup.Integration.Tests.App;

public sealed class RunTests
{
    private const long Megabyte = 1 << 20;

    [Fact]
    public async Task A_second_backup_of_unchanged_collections_stores_almost_nothing_and_verifies()
    {
        await using var app = await RunningApp.StartAsync(q => q.AddSynthetic("docs", 8 * Megabyte, seed: 1));
        await BackUpAsync(app);
        var second = await BackUpAsync(app);

        var totals = second.GetProperty("totals");
        Assert.True(totals.GetProperty("newBytes").GetInt64() < totals.GetProperty("bytes").GetInt64() / 100, totals.GetRawText());

        var verify = await app.PostAsync($"/api/v1/backups/{second.GetProperty("id").GetString()}/verify", new { level = "readable" }, HttpStatusCode.Accepted);
        var verified = await app.UntilOverAsync(verify.GetProperty("statusUrl").GetString()!);
        Assert.True(verified.GetProperty("state").GetString() == "complete", verified.GetRawText());
    }

    [Fact]
    public async Task A_due_time_starts_a_backup_without_anybody_asking()
    {
        await using var app = await RunningApp.StartAsync(
            q => q.AddSynthetic("docs", Megabyte, seed: 2),
            new() { ["BACKUP_TICK"] = "* * * * * *", ["Backup:Schedule:daily"] = "* * * * *", ["Backup:Schedule:weekly"] = "off" },
            new ShortlyBeforeTheMinute());

        var run = await app.UntilAsync(
            "/api/v1/runs?kind=backup",
            runs => runs.GetProperty("runs").EnumerateArray().LastOrDefault(r => r.GetProperty("state").GetString() == "complete"));
        Assert.Equal("schedule daily", run.GetProperty("requestedBy").GetString());
        Assert.StartsWith("backup-demo-daily-", run.GetProperty("instanceId").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_collection_that_vanishes_leaves_a_partial_backup_that_says_so()
    {
        await using var app = await RunningApp.StartAsync(q =>
        {
            q.AddSynthetic("docs", Megabyte, seed: 3);
            q.AddSynthetic("gone", Megabyte, seed: 4);
            q.Faults.FailRequests("POST /collections/gone/snapshots", 404, "Not found: Collection `gone` doesn't exist!", times: 100);
        });

        var run = await StartAsync(app);
        Assert.Equal("partial", run.GetProperty("state").GetString());
        Assert.Contains("gone", run.GetProperty("errors")[0].GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.NotEmpty(run.GetProperty("errors")[0].GetProperty("hint").GetString()!);
    }

    [Fact]
    public async Task Only_one_backup_runs_at_a_time_and_a_cancelled_one_leaves_nothing_on_the_node()
    {
        await using var app = await RunningApp.StartAsync(q =>
        {
            q.AddSynthetic("docs", 4 * Megabyte, seed: 5);
            q.Faults.DownloadBytesPerSecond = Megabyte;
        });
        var first = await app.PostAsync("/api/v1/backup/create", new { }, HttpStatusCode.Accepted);
        var refused = await app.PostAsync("/api/v1/backup/create", new { }, HttpStatusCode.Conflict);
        Assert.Equal(first.GetProperty("id").GetString(), refused.GetProperty("id").GetString());
        Assert.True(refused.GetProperty("doesTheSame").GetBoolean());
        refused = await app.PostAsync("/api/v1/backup/create", new { collections = new[] { "docs" } }, HttpStatusCode.Conflict);
        Assert.False(refused.GetProperty("doesTheSame").GetBoolean());

        await app.PostAsync($"/api/v1/backup/{first.GetProperty("id").GetString()}/cancel", new { }, HttpStatusCode.Accepted);
        var over = await app.UntilOverAsync(first.GetProperty("statusUrl").GetString()!);
        Assert.True(over.GetProperty("state").GetString() == "cancelled", over.GetRawText());
        Assert.Empty(app.Qdrant.SnapshotFiles("docs"));
        Assert.Empty((await app.GetAsync("/api/v1/backups")).GetProperty("backups").EnumerateArray());
    }

    [Fact]
    public async Task Of_six_backups_that_are_asked_for_at_one_moment_one_starts_and_the_others_name_it()
    {
        await using var app = await RunningApp.StartAsync(q =>
        {
            q.AddSynthetic("docs", 4 * Megabyte, seed: 6);
            q.Faults.DownloadBytesPerSecond = Megabyte;
        });

        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => app.PostAnyAsync("/api/v1/backup/create", new { })));

        var started = Assert.Single(answers, a => a.Status == HttpStatusCode.Accepted).Body.GetProperty("id").GetString();
        Assert.All(answers.Where(a => a.Status != HttpStatusCode.Accepted), a =>
        {
            Assert.Equal(HttpStatusCode.Conflict, a.Status);
            Assert.Equal(started, a.Body.GetProperty("id").GetString());
        });
    }

    [Fact]
    public async Task A_second_verification_of_the_same_backups_is_refused_while_the_first_goes_on()
    {
        await using var app = await RunningApp.StartAsync(q => q.AddSynthetic("docs", 64 * Megabyte, seed: 7));
        await BackUpAsync(app);

        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => app.PostAnyAsync("/api/v1/backups/all/verify", new { level = "readable" })));

        var started = answers.Where(a => a.Status == HttpStatusCode.Accepted).Select(a => a.Body.GetProperty("id").GetString()).ToList();
        Assert.Single(started);
        Assert.All(answers.Where(a => a.Status != HttpStatusCode.Accepted), a => Assert.Equal((HttpStatusCode.Conflict, started[0]), (a.Status, a.Body.GetProperty("id").GetString())));

        // Other backups are looked at beside it.
        await app.PostAsync("/api/v1/backups/latest/verify", new { level = "exists" }, HttpStatusCode.Accepted);
    }

    [Fact]
    public async Task A_restart_in_the_middle_is_followed_by_a_backup_that_is_whole()
    {
        await using var app = await RunningApp.StartAsync(q =>
        {
            q.AddSynthetic("docs", 4 * Megabyte, seed: 6);
            q.Faults.DownloadBytesPerSecond = Megabyte;
        });
        var backup = await app.PostAsync("/api/v1/backup/create", new { }, HttpStatusCode.Accepted);
        await app.RestartAsync();
        app.Qdrant.Faults.DownloadBytesPerSecond = null;

        var done = await app.UntilOverAsync(backup.GetProperty("statusUrl").GetString()!);
        Assert.True(done.GetProperty("state").GetString() == "complete", done.GetRawText());
        Assert.Empty(app.Qdrant.SnapshotFiles("docs"));
    }

    [Fact]
    public async Task What_is_wrong_with_a_request_is_said_as_a_problem()
    {
        await using var app = await RunningApp.StartAsync();
        var unknown = await app.PostAsync("/api/v1/backup/create", new { colections = new[] { "a" } }, HttpStatusCode.BadRequest);
        Assert.Contains("'colections'", unknown.GetProperty("detail").GetString(), StringComparison.Ordinal);

        app.Http.DefaultRequestHeaders.Clear();
        var nobody = await app.GetAsync("/api/v1/backups", HttpStatusCode.Unauthorized);
        Assert.Equal("urn:qdrant-backup:problem:unauthorized", nobody.GetProperty("type").GetString());
        Assert.Equal("ok", (await app.GetAsync("/health")).GetProperty("status").GetString());
        Assert.Equal("ready", (await app.GetAsync("/ready")).GetProperty("status").GetString());
    }

    private static async Task<JsonElement> BackUpAsync(RunningApp app)
    {
        var run = await StartAsync(app);
        Assert.True(run.GetProperty("state").GetString() == "complete", run.GetRawText());
        return run;
    }

    private static async Task<JsonElement> StartAsync(RunningApp app)
    {
        var backup = await app.PostAsync("/api/v1/backup/create", new { }, HttpStatusCode.Accepted);
        return await app.UntilOverAsync(backup.GetProperty("statusUrl").GetString()!);
    }
}
