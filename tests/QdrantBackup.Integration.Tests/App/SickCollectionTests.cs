using System.Net;
using System.Text.Json;
using Xunit;

namespace QdrantBackup.Integration.Tests.App;

/// <summary>One collection that is sick never costs the others, and a number that cannot be had never costs a part.</summary>
public sealed class SickCollectionTests
{
    private const long Megabyte = 1 << 20;

    [Theory]
    [InlineData("GET /collections/sick(/.*)?$", 500, "Service internal error: collection could not be loaded: dummy shard")]
    [InlineData("GET /collections/sick$", 200, "welcome")]
    [InlineData("GET /collections/sick$", 200, """{"result":{"status":7},"status":"ok"}""")]
    [InlineData("GET /collections/sick/cluster$", 200, """{"result":{"peer_id":1,"local_shards":[null],"remote_shards":[],"shard_transfers":[]},"status":"ok"}""")]
    [InlineData("GET /collections/sick/cluster$", 403, "Forbidden: Access to collection sick is required")]
    public async Task A_collection_that_cannot_be_described_is_not_covered_and_the_others_are(string request, int status, string text)
    {
        await using var app = await RunningApp.StartAsync(q =>
        {
            q.AddSynthetic("docs", Megabyte, seed: 1);
            q.AddSynthetic("sick", Megabyte, seed: 2);
            q.Faults.FailRequests(request, status, text, times: 1000, plain: status == 200);
        });

        var run = await BackUpAsync(app);

        Assert.True(run.GetProperty("state").GetString() == "partial", run.GetRawText());
        var manifest = await app.GetAsync($"/api/v1/backups/{run.GetProperty("id").GetString()}");
        Assert.Equal(["docs", "sick"], Names(manifest, _ => true));
        Assert.Equal(["docs"], Names(manifest, c => c.GetProperty("covered").GetBoolean()));
        Assert.NotEmpty(Collection(manifest, "sick").GetProperty("missing").GetString()!);
        Assert.Contains("sick", run.GetProperty("errors")[0].GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_collection_named_dot_dot_is_not_covered_and_no_other_resource_is_addressed_for_it()
    {
        await using var app = await RunningApp.StartAsync(q =>
        {
            foreach (var (name, seed) in (ReadOnlySpan<(string, ulong)>)[("docs", 1), ("..", 2), (".", 3), ("a/b", 4), ("..%2f..", 5), ("%2e%2e", 6)])
            {
                q.AddSynthetic(name, Megabyte, seed);
            }
        });

        var run = await BackUpAsync(app);

        Assert.True(run.GetProperty("state").GetString() == "partial", run.GetRawText());
        var manifest = await app.GetAsync($"/api/v1/backups/{run.GetProperty("id").GetString()}");
        Assert.Equal(["%2e%2e", "..%2f..", "a/b", "docs"], Names(manifest, c => c.GetProperty("covered").GetBoolean()).Order(StringComparer.Ordinal));
        Assert.Equal([".", ".."], Names(manifest, c => !c.GetProperty("covered").GetBoolean()).Order(StringComparer.Ordinal));

        // Every request is one of those that a backup makes: none was folded into another path.
        const string Collection = "docs|a%2Fb|\\.\\.%252f\\.\\.|%252e%252e";
        Assert.All(app.Qdrant.Requests, r => Assert.Matches(
            $"^(/|/cluster|/aliases|/telemetry\\?details_level=2|/collections|/collections/({Collection})(|/cluster|/points/count|/snapshots(\\?wait=true|/.+)?))$", r.Path));
    }

    [Theory]
    [InlineData(500, "Service internal error: Operation Count timed out after 60 seconds")]
    [InlineData(400, "Bad request: Exact counts are disabled by strict mode")]
    [InlineData(200, "no JSON")]
    public async Task A_collection_that_cannot_be_counted_is_captured_all_the_same_and_its_count_is_said_to_be_unknown(int status, string text)
    {
        await using var app = await RunningApp.StartAsync(q =>
        {
            q.AddSynthetic("docs", Megabyte, seed: 1);
            q.Faults.FailRequests("POST /collections/docs.*/points/count$", status, text, times: 1000, plain: status == 200);
        });

        var run = await BackUpAsync(app);

        Assert.True(run.GetProperty("state").GetString() == "complete", run.GetRawText());
        Assert.Contains("could not be counted", run.GetProperty("remarks")[0].GetString(), StringComparison.Ordinal);
        var docs = Collection(await app.GetAsync($"/api/v1/backups/{run.GetProperty("id").GetString()}"), "docs");
        Assert.False(docs.TryGetProperty("pointCount", out _));
        Assert.False(docs.GetProperty("countIsExact").GetBoolean());
        Assert.NotEmpty(docs.GetProperty("countProblem").GetString()!);
        var listed = (await app.GetAsync("/api/v1/backups")).GetProperty("backups")[0];
        Assert.False(listed.TryGetProperty("pointCount", out var points) && points.ValueKind != JsonValueKind.Null);
        Assert.Equal(1, listed.GetProperty("uncountedCollections").GetInt32());

        var restore = await app.PostAsync("/api/v1/restore", new { latest = true, suffix = "-r" }, HttpStatusCode.Accepted);
        var restored = await app.UntilOverAsync(restore.GetProperty("statusUrl").GetString()!);
        Assert.True(restored.GetProperty("state").GetString() == "complete", restored.GetRawText());
        Assert.Contains("could not be counted", restored.GetProperty("warnings").GetRawText(), StringComparison.Ordinal);
        Assert.Equal(app.Qdrant.CollectionSha256("docs"), app.Qdrant.CollectionSha256("docs-r"));
    }

    [Fact]
    public async Task A_count_that_fails_only_after_the_transfer_keeps_the_part()
    {
        await using var app = await RunningApp.StartAsync(q =>
        {
            q.AddSynthetic("docs", Megabyte, seed: 1);
            q.Faults.FailRequests("POST /collections/docs/points/count$", 400, "Bad request: strict mode", times: 1000, skip: 1);
        });

        var run = await BackUpAsync(app);

        Assert.True(run.GetProperty("state").GetString() == "complete", run.GetRawText());
        var docs = Collection(await app.GetAsync($"/api/v1/backups/{run.GetProperty("id").GetString()}"), "docs");
        Assert.True(docs.GetProperty("pointCount").GetInt64() > 0);
        Assert.False(docs.GetProperty("countIsExact").GetBoolean());
        Assert.Contains("strict mode", docs.GetProperty("countProblem").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Aliases_that_cannot_be_listed_cost_no_data_and_are_said_to_be_missing()
    {
        await using var app = await RunningApp.StartAsync(q =>
        {
            q.AddSynthetic("docs", Megabyte, seed: 1);
            q.Faults.FailRequests("GET /aliases$", 403, "Forbidden: Global access is required", times: 1000);
        });

        var run = await BackUpAsync(app);

        Assert.True(run.GetProperty("state").GetString() == "complete", run.GetRawText());
        Assert.Contains("aliases are not in the backup", run.GetProperty("remarks")[0].GetString(), StringComparison.Ordinal);
        Assert.NotEmpty(Collection(await app.GetAsync($"/api/v1/backups/{run.GetProperty("id").GetString()}"), "docs").GetProperty("aliasProblem").GetString()!);
    }

    private static async Task<JsonElement> BackUpAsync(RunningApp app)
    {
        var started = await app.PostAsync("/api/v1/backup/create", new { }, HttpStatusCode.Accepted);
        return await app.UntilOverAsync(started.GetProperty("statusUrl").GetString()!);
    }

    private static JsonElement Collection(JsonElement manifest, string name) =>
        manifest.GetProperty("collections").EnumerateArray().Single(c => c.GetProperty("name").GetString() == name);

    private static IEnumerable<string> Names(JsonElement manifest, Func<JsonElement, bool> which) =>
        manifest.GetProperty("collections").EnumerateArray().Where(which).Select(c => c.GetProperty("name").GetString()!);
}
