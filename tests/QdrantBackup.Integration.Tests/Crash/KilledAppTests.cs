using System.Text.Json;
using QdrantBackup.Harness;
using QdrantStandIn;

namespace QdrantBackup.Integration.Tests.Crash;

/// <summary>The real process is killed at random moments. After a restart every run ends, its result is right, and nothing of it is left on the server unreported.</summary>
public sealed class KilledAppTests(ITestOutputHelper output)
{
    private const int Rounds = 10;
    private static readonly string[] Collections = ["mixtral_vectors", "hermes_vectors", "yi34b_vectors", "empty"];

    [Fact]
    public async Task A_backup_killed_at_ten_random_moments_ends_right_after_a_restart()
    {
        await using var qdrant = await StartQdrantAsync();
        using var files = new AppFiles(qdrant.Address);
        await Installation.InitialiseKeyAsync(files);
        var requests = await CountRequestsAsync(qdrant, files, async api => await FinishedBackupAsync(api));
        foreach (var (moment, delay) in MomentsIn(requests, seed: 20261124))
        {
            output.WriteLine($"killed {delay.TotalMilliseconds} ms after request {moment} of about {requests}");
            var id = await KillDuringAsync(qdrant, files, moment, delay, api => api.StartBackupAsync());

            await using var app = await AppProcess.StartAsync(files);
            id ??= await app.Api.StartBackupAsync();
            var end = await app.Api.FinishBackupAsync(id);

            Assert.True(Installation.IsDone(end), end.ToString());
            AssertNothingIsLeftUnreported(qdrant, end);
            await AssertReadsBackAsync(app.Api, id);
        }
    }

    [Fact]
    public async Task A_restore_killed_at_ten_random_moments_ends_right_after_a_restart()
    {
        await using var qdrant = await StartQdrantAsync();
        using var files = new AppFiles(qdrant.Address);
        await Installation.InitialiseKeyAsync(files);
        var source = Collections.ToDictionary(name => name, qdrant.CollectionSha256);
        var restore = new { backupId = "latest", overwrite = true };
        await CountRequestsAsync(qdrant, files, FinishedBackupAsync);
        var requests = await CountRequestsAsync(qdrant, files, async api => await api.FinishRestoreAsync(await api.StartRestoreAsync(restore)));
        foreach (var (moment, delay) in MomentsIn(requests, seed: 4711))
        {
            output.WriteLine($"killed {delay.TotalMilliseconds} ms after request {moment}");
            var id = await KillDuringAsync(qdrant, files, moment, delay, api => api.StartRestoreAsync(restore));

            await using var app = await AppProcess.StartAsync(files);
            id ??= await UnfinishedRestoreAsync(app.Api) ?? await app.Api.StartRestoreAsync(restore);
            var end = await app.Api.FinishRestoreAsync(id);

            Assert.True(Installation.IsDone(end), end.ToString());
            Assert.Equal(source, Collections.ToDictionary(name => name, qdrant.CollectionSha256));
            AssertNothingIsLeftUnreported(qdrant, end);
        }
    }

    private static async Task<StandInServer> StartQdrantAsync()
    {
        var qdrant = await StandInServer.StartAsync(new StandInOptions { SnapshotTime = TimeSpan.FromMilliseconds(30) });
        foreach (var name in Collections)
        {
            qdrant.SetCollection(name, Path.Combine(Harness.Fixtures.Snapshots, $"{name}.snapshot"));
        }

        return qdrant;
    }

    private static async Task<int> CountRequestsAsync(StandInServer qdrant, AppFiles files, Func<ApiCalls, Task> work)
    {
        var before = qdrant.Requests.Count;
        await using var app = await AppProcess.StartAsync(files);
        await work(app.Api);
        return qdrant.Requests.Count - before;
    }

    private static IEnumerable<(int Moment, TimeSpan Delay)> MomentsIn(int requests, ulong seed)
    {
        var random = new Chance(seed);
        return Enumerable.Range(0, Rounds).Select(_ => (1 + random.Next(requests * 9 / 10), TimeSpan.FromMilliseconds(random.Next(20)))).ToList();
    }

    /// <summary>Starts the work and kills the app in it. Null: it died before it had answered with an id, or the work was done before its moment came.</summary>
    private static async Task<string?> KillDuringAsync(StandInServer qdrant, AppFiles files, int moment, TimeSpan delay, Func<ApiCalls, Task<string>> start)
    {
        await using var app = await AppProcess.StartAsync(files);
        using var assassin = new Assassin(qdrant, app, moment, delay);
        try
        {
            var id = await start(app.Api);
            await assassin.Done.WithinAsync("the app to be killed", TimeSpan.FromMinutes(2));
            return id;
        }
        catch (HttpRequestException)
        {
            await assassin.Done.WithinAsync("the app to be killed", TimeSpan.FromMinutes(2));
            return null;
        }
    }

    /// <summary>The restore that was begun though nobody heard so, if one was.</summary>
    private static async Task<string?> UnfinishedRestoreAsync(ApiCalls api)
    {
        var runs = (await api.GetAsync("/api/v1/runs?kind=restore")).GetProperty("runs").EnumerateArray();
        return runs.Where(run => !run.TryGetProperty("finishedAt", out _)).Select(run => run.GetProperty("id").GetString()).FirstOrDefault();
    }

    private static async Task<JsonElement> FinishedBackupAsync(ApiCalls api)
    {
        var end = await api.FinishBackupAsync(await api.StartBackupAsync());
        return Installation.IsDone(end) ? end : throw new InvalidOperationException(end.ToString());
    }

    private static void AssertNothingIsLeftUnreported(StandInServer qdrant, JsonElement end)
    {
        var report = end.ToString();
        Assert.All(Collections.SelectMany(qdrant.SnapshotFiles), name => Assert.Contains(name, report, StringComparison.Ordinal));
        foreach (var name in Collections)
        {
            qdrant.RemoveSnapshots(name);
        }
    }

    private static async Task AssertReadsBackAsync(ApiCalls api, string backup)
    {
        var end = await api.FinishVerificationAsync(backup);
        Assert.True(Installation.IsDone(end), end.ToString());
    }
}
