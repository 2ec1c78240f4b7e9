using System.Net;
using Xunit;

namespace QdrantBackup.Integration.Tests.App;

public sealed class BackupAndRestoreTests
{
    [Fact]
    public async Task A_backup_started_over_HTTP_restores_every_collection_byte_for_byte()
    {
        await using var app = await RunningApp.StartAsync(q => q.LoadDirectory(Harness.Fixtures.Snapshots));
        var before = app.Qdrant.Collections.ToDictionary(c => c, app.Qdrant.CollectionSha256);
        Assert.NotEmpty(before);

        var backup = await app.PostAsync("/api/v1/backup/create", new { description = "first" }, HttpStatusCode.Accepted);
        var done = await app.UntilOverAsync(backup.GetProperty("statusUrl").GetString()!);
        Assert.True(done.GetProperty("state").GetString() == "complete", done.GetRawText());
        Assert.All(before.Keys, name => Assert.Empty(app.Qdrant.SnapshotFiles(name)));

        var catalog = await app.GetAsync("/api/v1/backups");
        var id = backup.GetProperty("id").GetString();
        Assert.Equal(id, catalog.GetProperty("backups")[0].GetProperty("id").GetString());

        foreach (var name in before.Keys)
        {
            app.Qdrant.RemoveCollection(name);
        }

        var restore = await app.PostAsync("/api/v1/restore", new { backupId = id }, HttpStatusCode.Accepted);
        var restored = await app.UntilOverAsync(restore.GetProperty("statusUrl").GetString()!);
        Assert.True(restored.GetProperty("state").GetString() == "complete", restored.GetRawText());
        Assert.Equal(before, app.Qdrant.Collections.ToDictionary(c => c, app.Qdrant.CollectionSha256));
        Assert.All(before.Keys, name => Assert.Empty(app.Qdrant.SnapshotFiles(name)));
    }
}
