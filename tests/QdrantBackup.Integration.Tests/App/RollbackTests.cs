using System.Net;
using System.Text.Json;
using Xunit;

namespace QdrantBackup.Integration.Tests.App;

/// <summary>A store that was set back to an older state is whole in itself; only what the app remembers outside it tells.</summary>
public sealed class RollbackTests
{
    [Fact]
    public async Task A_restore_of_the_latest_says_that_the_newest_backup_has_vanished_from_the_store()
    {
        await using var app = await RunningApp.StartAsync(q => q.SetCollection("docs", Path.Combine(Harness.Fixtures.Snapshots, "empty.snapshot")));
        await BackUpAsync(app);
        var newest = await BackUpAsync(app);
        Assert.Equal(0, (await PreviewAsync(app)).GetArrayLength());
        File.Delete(Path.Combine(app.StoreFolder, "manifests", newest));

        await app.RestartAsync();
        Assert.Contains(newest, (await PreviewAsync(app))[0].GetString(), StringComparison.Ordinal);

        var restore = await app.PostAsync("/api/v1/restore", new { backupId = "latest", suffix = "-back" }, HttpStatusCode.Accepted);
        var restored = await app.UntilOverAsync(restore.GetProperty("statusUrl").GetString()!);
        Assert.Equal("complete", restored.GetProperty("state").GetString());
        Assert.Contains(newest, restored.GetProperty("warnings")[0].GetString(), StringComparison.Ordinal);
    }

    private static async Task<JsonElement> PreviewAsync(RunningApp app) =>
        (await app.PostAsync("/api/v1/restore", new { backupId = "latest", suffix = "-back", dryRun = true }, HttpStatusCode.OK)).GetProperty("warnings");

    private static async Task<string> BackUpAsync(RunningApp app)
    {
        var backup = await app.PostAsync("/api/v1/backup/create", new { }, HttpStatusCode.Accepted);
        var done = await app.UntilOverAsync(backup.GetProperty("statusUrl").GetString()!);
        Assert.Equal("complete", done.GetProperty("state").GetString());

        // Its verification begins once the app has put down in its own state that there is this backup.
        await app.UntilAsync(
            backup.GetProperty("statusUrl").GetString()!,
            run => run.GetProperty("followUps")[0] is var next && next.GetProperty("state").GetString() != "pending" ? next : default);
        return await RunningApp.AfterItsSecondAsync(backup.GetProperty("id").GetString()!);
    }
}
