using System.Net;
using System.Text.Json;
using QdrantBackup.Integration.Tests.EndToEnd;
using Xunit;

namespace QdrantBackup.Integration.Tests.App;

/// <summary>Copies into a second store as runs of the app.</summary>
public sealed class CopyRunTests
{
    private const long Megabyte = 1 << 20;

    [Fact]
    public async Task A_backup_whose_copy_fails_is_a_backup_and_the_next_copy_makes_up_for_it()
    {
        await using var app = await StartAsync(seed: 21);
        var id = await BackUpAsync(app, copyState: "failed");
        Assert.Equal(1, (await app.GetAsync("/api/v1/backup/status")).GetProperty("secondStore").GetProperty("missing").GetInt32());

        app.MountSecond();
        var copied = await RunAsync(app, $"/api/v1/backups/all/copy", new { });
        Assert.Equal("complete", copied.GetProperty("state").GetString());
        Assert.Contains(copied.GetProperty("remarks").EnumerateArray(), r => r.GetString()!.StartsWith("1 of 1 backups copied", StringComparison.Ordinal));
        Assert.Equal(0, (await app.GetAsync("/api/v1/backup/status")).GetProperty("secondStore").GetProperty("missing").GetInt32());
        Assert.True(File.Exists(Path.Combine(app.SecondFolder, "manifests", id)));
        Assert.NotNull((await app.GetAsync("/api/v1/backups")).GetProperty("backups")[0].GetProperty("copiedAt").GetString());

        // A place that is empty now was not before: a disk that is not mounted must not be filled beneath its mount point.
        Directory.Delete(app.SecondFolder, recursive: true);
        await app.RestartAsync();
        var gone = await RunAsync(app, "/api/v1/backups/all/copy", new { });
        Assert.Equal("failed", gone.GetProperty("state").GetString());
        Assert.Contains("POST /api/v1/backups/all/copy with \"make\"", gone.GetProperty("errors")[0].GetProperty("hint").GetString(), StringComparison.Ordinal);
        Assert.False(Directory.Exists(app.SecondFolder));
        Assert.Equal("complete", (await RunAsync(app, "/api/v1/backups/all/copy", new { make = true })).GetProperty("state").GetString());
        Assert.True(File.Exists(Path.Combine(app.SecondFolder, "manifests", id)));
    }

    [Fact]
    public async Task What_is_damaged_in_both_stores_is_named_by_every_run_that_needs_it()
    {
        await using var app = await StartAsync(seed: 22);
        app.MountSecond();
        var id = await BackUpAsync(app, copyState: "complete");
        var chunk = DamageTests.Flip(app.StoreFolder, "chunks");
        DamageTests.Flip(app.SecondFolder, "chunks");
        foreach (var (path, body) in new (string, object)[]
        {
            ($"/api/v1/backups/{id}/verify", new { }), ($"/api/v1/backups/{id}/repair", new { level = "readable" }), ($"/api/v1/backups/{id}/verify", new { second = true }),
            ("/api/v1/restore", new { backupId = id, suffix = "-2" }),
        })
        {
            var over = await RunAsync(app, path, body);
            Assert.Equal("failed", over.GetProperty("state").GetString());
            Assert.Contains(over.GetProperty("errors").EnumerateArray(), e => e.GetProperty("message").GetString()!.Contains(chunk, StringComparison.Ordinal) && e.GetProperty("kind").GetString() == "untrusted-bytes");
        }

        Assert.Equal(["docs"], app.Qdrant.Collections);
        var damage = (await app.GetAsync("/api/v1/runs?kind=verify")).GetProperty("runs")[0].GetProperty("id").GetString();
        var report = (await app.GetAsync($"/api/v1/runs/{damage}")).GetProperty("damage").GetProperty("damages")[0];
        Assert.Equal((chunk, id, false), (report.GetProperty("blob").GetString(), report.GetProperty("backups")[0].GetString(), report.GetProperty("canMend").GetBoolean()));
        Assert.Equal(1, (await app.GetAsync("/api/v1/backups")).GetProperty("backups")[0].GetProperty("verified").GetProperty("damaged").GetInt32());
    }

    [Fact]
    public async Task Nothing_is_backed_up_into_a_copy_and_it_lists_and_restores()
    {
        await using var app = await StartAsync(seed: 23);
        app.MountSecond();
        var id = await BackUpAsync(app, copyState: "complete");
        await app.RestartAsync(new() { ["Backup:Storage:Local"] = app.SecondFolder, ["Backup:Storage:Second"] = null });
        Assert.Equal(id, (await app.GetAsync("/api/v1/backups")).GetProperty("backups")[0].GetProperty("id").GetString());

        var refused = await RunAsync(app, "/api/v1/backup/create", new { });
        Assert.Equal("refused", refused.GetProperty("state").GetString());
        Assert.Contains("second store", refused.GetProperty("errors")[0].GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal("complete", (await RunAsync(app, "/api/v1/restore", new { backupId = id, suffix = "-2" })).GetProperty("state").GetString());
        Assert.Equal(app.Qdrant.CollectionSha256("docs"), app.Qdrant.CollectionSha256("docs-2"));
    }

    [Fact]
    public async Task A_store_that_is_lost_while_the_app_serves_is_stood_in_for_and_comes_back()
    {
        await using var app = await StartAsync(seed: 26);
        app.MountSecond();
        var id = await BackUpAsync(app, copyState: "complete");
        Directory.Move(app.StoreFolder, app.StoreFolder + ".lost");
        var listed = await app.GetAsync("/api/v1/backups");
        Assert.Equal(id, listed.GetProperty("backups")[0].GetProperty("id").GetString());
        Assert.Contains("no store.json", listed.GetProperty("storeAway").GetString(), StringComparison.Ordinal);
        Assert.Equal("ready", (await app.GetAsync("/ready")).GetProperty("status").GetString());
        var verified = await RunAsync(app, $"/api/v1/backups/{id}/verify", new { });
        Assert.Contains(verified.GetProperty("remarks").EnumerateArray(), r => r.GetString()!.Contains("stood in for the first", StringComparison.Ordinal));

        // The run stays at home in the second store, also when the first is back.
        Directory.Move(app.StoreFolder + ".lost", app.StoreFolder);
        var again = await app.GetAsync($"/api/v1/runs/{verified.GetProperty("id").GetString()}");
        Assert.Equal("complete", again.GetProperty("state").GetString());
        Assert.False((await app.GetAsync("/api/v1/backups")).TryGetProperty("storeAway", out _));
        await BackUpAsync(app, copyState: "complete");
    }

    [Fact]
    public async Task A_copy_of_another_store_in_the_place_of_ones_own_is_refused()
    {
        await using var app = await StartAsync(seed: 24);
        await using var other = await StartAsync(seed: 25);
        other.MountSecond();
        await BackUpAsync(other, copyState: "complete");
        app.MountSecond();
        Directory.Move(other.SecondFolder, app.SecondFolder);
        await BackUpAsync(app, copyState: "refused");
    }

    private static Task<RunningApp> StartAsync(ulong seed) => RunningApp.StartAsync(q => q.AddSynthetic("docs", Megabyte, seed: seed), new() { ["Backup:Verification"] = "false" }, hasSecond: true);

    private static async Task<JsonElement> RunAsync(RunningApp app, string path, object body)
    {
        var started = await app.PostAsync(path, body, HttpStatusCode.Accepted);
        return await app.UntilOverAsync(started.GetProperty("statusUrl").GetString()!);
    }

    private static async Task<string> BackUpAsync(RunningApp app, string copyState)
    {
        var backup = await RunAsync(app, "/api/v1/backup/create", new { });
        Assert.True(backup.GetProperty("state").GetString() == "complete", backup.GetRawText());
        var copy = await app.UntilAsync(
            $"/api/v1/backup/status/{backup.GetProperty("id").GetString()}",
            run => run.GetProperty("followUps")[0] is var next && next.GetProperty("state").GetString() != "pending" ? next : default);
        Assert.Equal(("copy", copyState), (copy.GetProperty("kind").GetString(), copy.GetProperty("state").GetString()));
        return backup.GetProperty("id").GetString()!;
    }
}
