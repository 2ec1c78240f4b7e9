using System.Net;
using System.Text.Json;
using QdrantBackup.Integration.Tests.App;

namespace QdrantBackup.Integration.Tests.EndToEnd;

/// <summary>A run that somebody calls off.</summary>
public sealed class CancelTests
{
    [Fact]
    public async Task A_cancelled_backup_ends_as_cancelled_and_leaves_no_snapshot_behind()
    {
        const string Big = "big";
        await using var app = await RunningApp.StartAsync(q => q.AddSynthetic(Big, 64 << 20, seed: 7), new() { ["Backup:TransferSeconds"] = "5" });
        app.Qdrant.Faults.DownloadBytesPerSecond = 2 << 20;
        var started = await app.PostAsync("/api/v1/backup/create", new { }, HttpStatusCode.Accepted);
        var id = started.GetProperty("id").GetString();
        var status = started.GetProperty("statusUrl").GetString()!;
        await app.UntilAsync(status, s => Downloads(app) > 0 ? s : default);
        Assert.NotEmpty(app.Qdrant.SnapshotFiles(Big));

        await app.PostAsync($"/api/v1/backup/{id}/cancel", new { }, HttpStatusCode.Accepted);
        var end = await app.UntilOverAsync(status);

        Assert.Equal("cancelled", end.GetProperty("state").GetString());
        Assert.Empty(app.Qdrant.SnapshotFiles(Big));
        Assert.Equal(0, (await app.GetAsync("/api/v1/backups")).GetProperty("backups").GetArrayLength());

        // Nothing of it stands in the way of the next one.
        app.Qdrant.Faults.DownloadBytesPerSecond = null;
        var next = await app.PostAsync("/api/v1/backup/create", new { }, HttpStatusCode.Accepted);
        Assert.Equal("complete", (await app.UntilOverAsync(next.GetProperty("statusUrl").GetString()!)).GetProperty("state").GetString());
    }

    private static int Downloads(RunningApp app) =>
        app.Qdrant.Requests.Count(r => r.Method == "GET" && r.Path.EndsWith(".snapshot", StringComparison.Ordinal));
}
