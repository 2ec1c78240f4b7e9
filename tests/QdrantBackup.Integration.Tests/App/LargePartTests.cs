using System.Net;
using Xunit;

namespace QdrantBackup.Integration.Tests.App;

/// <summary>A collection that is larger than a range: its ranges are transferred beside each other.</summary>
public sealed class LargePartTests
{
    private const long Length = 160L << 20;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_large_collection_comes_back_and_only_where_the_server_allows_it_was_it_split(bool ignoresRanges)
    {
        await using var app = await RunningApp.StartAsync(
            q =>
            {
                q.AddSynthetic("large", Length, seed: 1);
                q.Faults.IgnoresRanges = ignoresRanges;
            },
            new Dictionary<string, string?> { ["Backup:RangeBytes"] = "64MiB", ["Backup:MaxParallelParts"] = "3" });
        var backup = await app.PostAsync("/api/v1/backup/create", new { }, HttpStatusCode.Accepted);
        var done = await app.UntilOverAsync(backup.GetProperty("statusUrl").GetString()!);
        Assert.True(done.GetProperty("state").GetString() == "complete", done.GetRawText());

        var manifest = await app.GetAsync($"/api/v1/backups/{backup.GetProperty("id").GetString()}");
        var ranges = manifest.GetProperty("parts")[0].GetProperty("ranges").EnumerateArray().Select(r => r.GetProperty("range").GetInt32());
        Assert.Equal(ignoresRanges ? [0] : [0, 1000, 2000], ranges);

        var restore = await app.PostAsync("/api/v1/restore", new { backupId = "latest", suffix = "-back" }, HttpStatusCode.Accepted);
        var restored = await app.UntilOverAsync(restore.GetProperty("statusUrl").GetString()!);
        Assert.True(restored.GetProperty("state").GetString() == "complete", restored.GetRawText());
        Assert.Equal(app.Qdrant.CollectionSha256("large"), app.Qdrant.CollectionSha256("large-back"));
    }
}
