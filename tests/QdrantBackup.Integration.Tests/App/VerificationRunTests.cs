using System.Net;
using System.Text.Json;
using Xunit;

namespace QdrantBackup.Integration.Tests.App;

/// <summary>Verifications as runs: by the tick, after a backup, and of more than a history may hold.</summary>
public sealed class VerificationRunTests
{
    private const long Megabyte = 1 << 20;

    [Fact]
    public async Task A_verification_of_the_whole_store_begins_anew_every_hundred_steps_and_stamps_every_backup()
    {
        await using var app = await RunningApp.StartAsync(q => q.AddSynthetic("docs", 4 * Megabyte, seed: 11), new() { ["Backup:Verification"] = "false" });
        var id = await BackUpAsync(app);

        var started = await app.PostAsync("/api/v1/backups/all/verify", new { level = "readable" }, HttpStatusCode.Accepted);
        var over = await app.UntilOverAsync(started.GetProperty("statusUrl").GetString()!);
        Assert.True(over.GetProperty("state").GetString() == "complete", over.GetRawText());
        Assert.True(over.GetProperty("parts").GetProperty("done").GetInt32() > 256, over.GetRawText());

        var child = await app.GetAsync($"/runtime/webhooks/durabletask/instances/{over.GetProperty("instanceId").GetString()}:w?showHistory=true");
        Assert.InRange(child.GetProperty("historyEvents").GetArrayLength(), 1, 400);

        var listed = (await app.GetAsync("/api/v1/backups")).GetProperty("backups")[0];
        Assert.Equal(id, listed.GetProperty("id").GetString());
        Assert.Equal("readable", listed.GetProperty("verified").GetProperty("level").GetString());
    }

    [Fact]
    public async Task A_restart_in_the_middle_of_a_verification_is_followed_by_its_end()
    {
        await using var app = await RunningApp.StartAsync(q => q.AddSynthetic("docs", Megabyte, seed: 14), new() { ["Backup:Verification"] = "false" });
        await BackUpAsync(app);
        var started = await app.PostAsync("/api/v1/backups/all/verify", new { }, HttpStatusCode.Accepted);
        var path = started.GetProperty("statusUrl").GetString()!;
        await app.UntilAsync(path, run => run.TryGetProperty("parts", out var parts) && parts.GetProperty("done").GetInt32() is > 20 and < 200 ? run : default);
        await app.RestartAsync();
        var over = await app.UntilOverAsync(path);
        Assert.True(over.GetProperty("state").GetString() == "complete", over.GetRawText());
    }

    [Fact]
    public async Task A_backup_is_verified_after_its_commit_and_tells_of_the_run_that_did_it()
    {
        await using var app = await RunningApp.StartAsync(q => q.AddSynthetic("docs", Megabyte, seed: 12), new() { ["Backup:Verification"] = "restorable" });
        var id = await BackUpAsync(app);
        var follower = await app.UntilAsync(
            $"/api/v1/backup/status/{id}",
            run => run.GetProperty("followUps")[0] is var next && next.GetProperty("state").GetString() != "pending" ? next : default);
        Assert.Equal(("verify", "complete"), (follower.GetProperty("kind").GetString(), follower.GetProperty("state").GetString()));

        var run = await app.GetAsync($"/api/v1/runs/{follower.GetProperty("id").GetString()}");
        Assert.Equal($"backup {id}", run.GetProperty("requestedBy").GetString());
        var status = await app.GetAsync("/api/v1/backup/status");
        Assert.Equal("restorable", status.GetProperty("lastGoodVerified").GetProperty("level").GetString());
    }

    [Fact]
    public async Task The_share_of_the_day_is_verified_without_anybody_asking()
    {
        await using var app = await RunningApp.StartAsync(
            q => q.AddSynthetic("docs", Megabyte, seed: 13),
            new()
            {
                ["BACKUP_TICK"] = "* * * * * *",
                ["Backup:Schedule:daily"] = "off",
                ["Backup:Schedule:weekly"] = "off",
                ["Backup:Verification:Level"] = "none",
                ["Backup:Verification:Rolling"] = "* * * * *",
                ["Backup:Verification:Shares"] = "1",
            },
            new ShortlyBeforeTheMinute());
        await BackUpAsync(app);
        var run = await app.UntilAsync(
            "/api/v1/runs?kind=verify",
            runs => runs.GetProperty("runs").EnumerateArray().LastOrDefault(r => r.GetProperty("state").GetString() == "complete"));
        Assert.Equal("schedule verification", run.GetProperty("requestedBy").GetString());
        Assert.NotNull((await app.GetAsync("/api/v1/backup/status")).GetProperty("storeReadSince").GetString());
    }

    [Fact]
    public async Task A_run_that_is_no_backup_is_cancelled_at_its_own_address_and_a_share_that_is_none_is_refused()
    {
        await using var app = await RunningApp.StartAsync();
        var refused = await app.PostAsync("/api/v1/backups/all/verify", new { subset = "31/30" }, HttpStatusCode.BadRequest);
        Assert.Contains("31/30", refused.GetProperty("detail").GetString(), StringComparison.Ordinal);
        await app.PostAsync("/api/v1/backups/20260901T020000Z-0a9hjz/verify", new { }, HttpStatusCode.BadRequest);
        await app.PostAsync("/api/v1/backups/all/copy", new { }, HttpStatusCode.BadRequest);
        await app.PostAsync("/api/v1/runs/20260901T020000Z-0a9hjz/cancel", new { }, HttpStatusCode.NotFound);

        var started = await app.PostAsync("/api/v1/backups/all/verify", new { level = "exists" }, HttpStatusCode.Accepted);
        var over = await app.UntilOverAsync(started.GetProperty("statusUrl").GetString()!);
        Assert.Equal("complete", over.GetProperty("state").GetString());
        await app.PostAsync($"/api/v1/runs/{started.GetProperty("id").GetString()}/cancel", new { }, HttpStatusCode.Conflict);
    }

    private static async Task<string> BackUpAsync(RunningApp app)
    {
        var backup = await app.PostAsync("/api/v1/backup/create", new { }, HttpStatusCode.Accepted);
        JsonElement done = await app.UntilOverAsync(backup.GetProperty("statusUrl").GetString()!);
        Assert.True(done.GetProperty("state").GetString() == "complete", done.GetRawText());
        return backup.GetProperty("id").GetString()!;
    }
}
