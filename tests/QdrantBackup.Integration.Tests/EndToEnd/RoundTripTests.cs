using System.Text.Json;
using QdrantBackup.Harness;
using QdrantBackup.Tests.Storage;

namespace QdrantBackup.Integration.Tests.EndToEnd;

/// <summary>Who starts a backup.</summary>
public enum Starter
{
    Timer,
    Http,
    CommandLine,
}

/// <summary>Real snapshots of every kind of collection go in and come out, through one kind of store.</summary>
public abstract class RoundTripTests
{
    /// <summary>Float, named and sparse, two shards and quantized, multivector, without points, without vectors.</summary>
    private static readonly string[] Collections = ["mixtral_vectors", "hermes_vectors", "yi34b_vectors", "late-interaction", "empty", "no-vectors"];

    [Theory]
    [InlineData(Starter.Timer)]
    [InlineData(Starter.Http)]
    [InlineData(Starter.CommandLine)]
    public async Task Every_collection_comes_back_byte_for_byte_whoever_starts_the_backup(Starter starter)
    {
        await using var site = await Site.StartAsync(Collections, await NewStoreAsync());
        var source = site.Hashes();
        Assert.Equal(Collections.Order(StringComparer.Ordinal), source.Keys);

        if (starter == Starter.Http)
        {
            await using var app = await AppProcess.StartAsync(site.Files);
            var backup = await app.Api.FinishBackupAsync(await app.Api.StartBackupAsync());
            Assert.True(Installation.IsDone(backup), backup.ToString());
            LoseEverything(site);
            var restore = await app.Api.FinishRestoreAsync(await app.Api.StartRestoreAsync(new { backupId = "latest" }));
            Assert.True(Installation.IsDone(restore), restore.ToString());
        }
        else
        {
            var id = starter == Starter.Timer ? await AwaitScheduledBackupAsync(site) : await site.BackUpAsync();
            LoseEverything(site);
            var restore = await site.JsonAsync("restore", "--id", id, "--full");
            Assert.True(Installation.IsDone(restore), restore.ToString());
        }

        Assert.Equal(source, site.Hashes());
        Assert.Empty(site.SnapshotsOf(Collections));
    }

    /// <summary>An empty store's location; null for a directory of the installation's own.</summary>
    protected abstract Task<string?> NewStoreAsync();

    private static void LoseEverything(Site site)
    {
        Assert.Empty(site.SnapshotsOf(Collections));
        Collections.ToList().ForEach(site.Qdrant.RemoveCollection);
        Assert.Empty(site.Qdrant.Collections);
    }

    /// <summary>Serves until a backup that nobody asked for is complete; then the server is gone and with it the schedule.</summary>
    private static async Task<string> AwaitScheduledBackupAsync(Site site)
    {
        // Once a minute is as often as a schedule may be due; a start that takes longer than these seconds waits for the next minute.
        var dueSoon = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["BACKUP_TICK"] = "* * * * * *",
            ["Backup__Schedule__soon"] = $"{(TimeProvider.System.GetUtcNow().Second + 12) % 60} * * * * *",
        };
        await using var app = await AppProcess.StartAsync(site.Files, dueSoon);
        return await Waiting.FindAsync("a scheduled backup to be over", async () =>
        {
            var runs = (await app.Api.GetAsync("/api/v1/runs?kind=backup")).GetProperty("runs").EnumerateArray().ToList();
            if (runs.Find(IsOver) is not { ValueKind: JsonValueKind.Object } run)
            {
                return null;
            }

            Assert.True(Installation.IsDone(run), run.ToString());
            Assert.Equal("schedule soon", run.GetProperty("requestedBy").GetString());
            return run.GetProperty("backupId").GetString()!;
        }, TimeSpan.FromMinutes(3), TimeSpan.FromMilliseconds(100));
    }

    private static bool IsOver(JsonElement run) => run.TryGetProperty("finishedAt", out var at) && at.ValueKind == JsonValueKind.String;
}

/// <summary>Through a directory.</summary>
public sealed class DirectoryRoundTripTests : RoundTripTests
{
    protected override Task<string?> NewStoreAsync() => Task.FromResult<string?>(null);
}

/// <summary>Through Azure Blob Storage, as Microsoft's emulator plays it.</summary>
public sealed class BlobRoundTripTests(Azurite azurite) : RoundTripTests
{
    protected override async Task<string?> NewStoreAsync() => await azurite.NewContainerAsync();
}
