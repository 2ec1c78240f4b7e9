using System.Net;
using System.Text.Json;
using QdrantBackup.Harness;
using QdrantBackup.Integration.Tests.App;

namespace QdrantBackup.Integration.Tests.EndToEnd;

/// <summary>What a second backup costs.</summary>
public sealed class DeduplicationTests
{
    private const string Collection = "articles";

    [Fact]
    public async Task A_day_later_less_than_one_percent_is_stored_again()
    {
        await using var app = await RunningApp.StartAsync(q => q.SetCollection(Collection, Fixtures.Day("day1.collection.snapshot")));
        await BackUpAsync(app);
        var before = BytesIn(app.StoreFolder);
        Assert.True(before > 1_000_000, $"the first backup left only {before} bytes");

        app.Qdrant.SetCollection(Collection, Fixtures.Day("day2-idle.collection.snapshot"));
        var id = await BackUpAsync(app);

        var second = (await app.GetAsync("/api/v1/backups")).GetProperty("backups").EnumerateArray().Single(b => b.GetProperty("id").GetString() == id);
        var read = new FileInfo(Fixtures.Day("day2-idle.collection.snapshot")).Length;
        Assert.Equal(read, second.GetProperty("bytes").GetInt64());
        Assert.InRange(second.GetProperty("newBytes").GetInt64(), 0, read / 100);
        Assert.InRange(second.GetProperty("storedBytes").GetInt64(), 0, read / 100);
        Assert.InRange(BytesIn(app.StoreFolder) - before, 1, read / 100);
    }

    private static async Task<string> BackUpAsync(RunningApp app)
    {
        var started = await app.PostAsync("/api/v1/backup/create", new { }, HttpStatusCode.Accepted);
        JsonElement end = await app.UntilOverAsync(started.GetProperty("statusUrl").GetString()!);
        Assert.True(Installation.IsDone(end), end.ToString());
        return end.GetProperty("backupId").GetString()!;
    }

    /// <summary>As the disk counts: chunks, lists, manifests and records together.</summary>
    private static long BytesIn(string folder) => new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(f => f.Length);
}
