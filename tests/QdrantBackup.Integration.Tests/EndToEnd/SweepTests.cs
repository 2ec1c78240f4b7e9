using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using QdrantBackup.App.Stores;
using QdrantBackup.Capture;
using QdrantBackup.Clusters;
using QdrantBackup.Harness;
using QdrantBackup.Ids;
using QdrantBackup.Keys;
using QdrantBackup.OnAzure;
using QdrantBackup.Runs;
using QdrantBackup.Stores;

namespace QdrantBackup.Integration.Tests.EndToEnd;

/// <summary>What a run left that ended without ending itself: the app's tick sweeps it up (W8).</summary>
public sealed class SweepTests
{
    private const string Collection = "empty";

    [Fact]
    public async Task The_tick_deletes_the_snapshot_that_a_run_left_when_it_failed_however_long_ago_and_no_other()
    {
        await using var site = await Site.StartAsync([Collection]);
        var lost = await SnapshotAsync(site);
        var run = await LeaveRunAsync(site, lost);

        // Qdrant names a snapshot after its second.
        var second = TimeProvider.System.GetUtcNow().Second;
        await Waiting.UntilAsync("the next second", () => TimeProvider.System.GetUtcNow().Second != second);
        var foreign = await SnapshotAsync(site);
        Assert.Equal(2, site.Qdrant.SnapshotFiles(Collection).Count);

        await using var app = await AppProcess.StartAsync(site.Files, new Dictionary<string, string>(StringComparer.Ordinal) { ["BACKUP_TICK"] = "* * * * * *" });
        await Waiting.UntilAsync($"the tick to delete snapshot {lost}", () => !site.Qdrant.SnapshotFiles(Collection).Contains(lost));
        var shown = await Waiting.FindAsync(
            $"run {run} to be over",
            async () => (await app.Api.GetAsync($"/api/v1/runs/{run}")) is var found && found.TryGetProperty("finishedAt", out var at) && at.ValueKind == JsonValueKind.String ? found.GetRawText() : null);

        using var end = JsonDocument.Parse(shown);
        Assert.Equal("failed", end.RootElement.GetProperty("state").GetString());
        Assert.Equal([foreign], site.Qdrant.SnapshotFiles(Collection));

        // The cluster is free, and the next backup leaves what is not its own alone too.
        var next = await app.Api.StartBackupAsync();
        Assert.Equal("complete", (await app.Api.FinishBackupAsync(next)).GetProperty("state").GetString());
        Assert.Equal([foreign], site.Qdrant.SnapshotFiles(Collection));
    }

    /// <summary>The records of a backup that failed a hundred days ago: asked for, with a snapshot that it could not delete, and ended.</summary>
    private static async Task<string> LeaveRunAsync(Site site, string snapshot)
    {
        var stop = TestContext.Current.CancellationToken;
        var then = new FakeTimeProvider(TimeProvider.System.GetUtcNow() - TimeSpan.FromDays(100));
        using var recipient = KeyFileRecipient.Load(site.Files.KeyFile);
        using var store = await StoreOpening.OpenAsync(StoreAddress.Open(site.Files.StoreDirectory, TimeProvider.System), [recipient], site.Pins, stop);
        var run = new RunRequest
        {
            RunId = RunId.New(then),
            Kind = RunKind.Backup,
            Cluster = "harness",
            RequestedBy = "test",
            RequestedAt = then.GetUtcNow(),
            InstanceId = "backup-harness-lost",
            Backup = new BackupRequest(),
        };
        var records = new RunRecords(store, then, NullLogger<RunRecords>.Instance);
        await records.WriteRequestAsync(run, stop);
        using var nodes = new QdrantNodes(TimeProvider.System);
        var address = site.Qdrant.Address.ToString().TrimEnd('/');
        var snapshots = new NodeSnapshots(new ClusterNodes([nodes.Open(new QdrantNodeOptions { Url = site.Qdrant.Address })]), TimeProvider.System);
        await new MadeSnapshots(store, snapshots).NoteAsync(new MadeSnapshot { RunId = run.RunId, Key = new PartKey(Collection, address), Name = snapshot, Owner = SnapshotOwner.Us }, stop);
        await records.WriteResultAsync(
            new RunResult { RunId = run.RunId, State = RunState.Failed, Finished = then.GetUtcNow(), Error = "the node refused to delete the snapshot", Hint = "Give the app that right." }, stop);
        return run.RunId.ToString();
    }

    private static async Task<string> SnapshotAsync(Site site)
    {
        using var qdrant = new ApiCalls(site.Qdrant.Address, apiKey: null);
        return (await qdrant.PostAsync($"/collections/{Collection}/snapshots", new { })).GetProperty("result").GetProperty("name").GetString()!;
    }
}
