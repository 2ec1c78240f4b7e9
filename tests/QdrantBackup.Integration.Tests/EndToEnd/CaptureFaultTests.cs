using QdrantBackup.Harness;

namespace QdrantBackup.Integration.Tests.EndToEnd;

/// <summary>What a real server hides behind an accepted request, and what others do there meanwhile: nothing of theirs is deleted, and nothing of ours stays without a word.</summary>
public sealed class CaptureFaultTests
{
    private const string Collection = "empty";

    [Fact]
    public async Task A_key_that_may_not_make_snapshots_fails_the_backup_at_once_with_the_reason()
    {
        await using var site = await Site.StartAsync([Collection], qdrantApiKey: "may-only-read");
        site.Qdrant.Reconfigure(options => options with { ApiKey = "may-do-all", ReadOnlyApiKey = "may-only-read" });

        Told.Clearly(await site.RunAsync("backup"), exitCode: 1, "Forbidden", "right");
    }

    [Fact]
    public async Task A_disk_of_Qdrant_that_is_full_fails_the_backup_at_once_with_the_reason()
    {
        await using var site = await Site.StartAsync([Collection]);
        site.Qdrant.Faults.SnapshotsDiskIsFull = true;

        Told.Clearly(await site.RunAsync("backup"), exitCode: 1, "No space left on device", "disk");
    }

    [Fact]
    public async Task A_snapshot_whose_answer_was_lost_is_found_read_and_deleted()
    {
        await using var site = await Site.StartAsync([Collection]);
        site.Qdrant.Faults.LosesSnapshotAnswers = true;
        site.Qdrant.Reconfigure(options => options with { SnapshotTime = TimeSpan.FromSeconds(3) });

        await site.BackUpAsync();

        Assert.Single(site.Qdrant.Requests, IsBegin);
        Assert.Empty(site.SnapshotsOf([Collection]));
    }

    [Fact]
    public async Task A_snapshot_of_another_tool_in_another_second_stays_and_ours_goes()
    {
        await using var site = await Site.StartAsync([Collection]);
        var foreign = "";
        site.Qdrant.Reconfigure(options => options with { SnapshotTime = TimeSpan.FromSeconds(2) });
        using var other = new ApiCalls(site.Qdrant.Address, apiKey: null);
        using var first = new ManualResetEventSlim();
        site.Qdrant.RequestSeen += seen =>
        {
            if (IsBegin(seen))
            {
                first.Set();
            }
        };

        var backup = site.RunAsync("backup");
        await Waiting.UntilAsync("the backup to begin its snapshot", () => first.IsSet);
        var second = TimeProvider.System.GetUtcNow().Second;
        await Waiting.UntilAsync("the next second", () => TimeProvider.System.GetUtcNow().Second != second);
        foreign = await MakeAsync(other);
        var result = await backup;

        Assert.True(result.ExitCode == 0, result.Errors);
        Assert.Equal([foreign], site.SnapshotsOf([Collection]));
    }

    [Fact]
    public async Task A_snapshot_that_shares_its_second_with_another_tools_is_read_and_stays_with_a_word()
    {
        await using var site = await Site.StartAsync([Collection]);
        site.Qdrant.Reconfigure(options => options with { SnapshotTime = TimeSpan.FromMilliseconds(100) });
        using var other = new ApiCalls(site.Qdrant.Address, apiKey: null);
        Task<string>? theirs = null;
        site.Qdrant.RequestSeen += seen =>
        {
            if (IsBegin(seen))
            {
                theirs ??= Task.Run(() => MakeAsync(other));
            }
        };

        var result = await site.RunAsync("backup");

        // Whether the two met in one second or not: theirs is there.
        Assert.Contains(await theirs!, site.SnapshotsOf([Collection]));
        Assert.True(result.ExitCode == 0, result.Errors);
    }

    [Fact]
    public async Task A_node_that_was_killed_in_mid_snapshot_is_asked_again_as_soon_as_it_is_back()
    {
        await using var site = await Site.StartAsync([Collection]);
        site.Qdrant.Reconfigure(options => options with { SnapshotTime = TimeSpan.FromHours(1) });
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        site.Qdrant.RequestSeen += seen =>
        {
            if (IsBegin(seen))
            {
                begun.TrySetResult();
            }
        };

        var backup = site.RunAsync("backup");
        await begun.Task.WithinAsync("the backup to begin its snapshot");
        await site.Qdrant.GoAwayAsync();
        site.Qdrant.Reconfigure(options => options with { SnapshotTime = TimeSpan.Zero });
        await site.Qdrant.ComeBackAsync(TestContext.Current.CancellationToken);
        var result = await backup;

        Assert.True(result.ExitCode == 0, result.Errors);
        Assert.Equal(2, site.Qdrant.Requests.Count(IsBegin));
        Assert.Empty(site.SnapshotsOf([Collection]));
    }

    [Fact]
    public async Task Cancelling_does_not_wait_for_a_snapshot_that_takes_long_and_says_that_it_is_still_being_made()
    {
        await using var site = await Site.StartAsync([Collection]);
        site.Qdrant.Faults.LosesSnapshotAnswers = true;
        site.Qdrant.Reconfigure(options => options with { SnapshotTime = TimeSpan.FromHours(1) });
        await using var app = await AppProcess.StartAsync(site.Files);
        var run = await app.Api.StartBackupAsync();
        await Waiting.UntilAsync("the backup to begin its snapshot", () => site.Qdrant.Requests.Any(IsBegin));

        await app.Api.PostAsync($"/api/v1/backup/{run}/cancel", new { });
        var end = await app.Api.FinishBackupAsync(run);

        Assert.Equal("cancelled", end.GetProperty("state").GetString());
        Assert.Contains("nothing can call it off", end.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_next_backup_by_a_command_deletes_what_a_cancelled_one_had_begun()
    {
        await using var site = await Site.StartAsync([Collection]);
        site.Qdrant.Faults.LosesSnapshotAnswers = true;
        site.Qdrant.Reconfigure(options => options with { SnapshotTime = TimeSpan.FromSeconds(20) });
        await using (var app = await AppProcess.StartAsync(site.Files))
        {
            var run = await app.Api.StartBackupAsync();
            await Waiting.UntilAsync("the backup to begin its snapshot", () => site.Qdrant.Requests.Any(IsBegin));
            await app.Api.PostAsync($"/api/v1/backup/{run}/cancel", new { });
            await app.Api.FinishBackupAsync(run);
        }

        await Waiting.UntilAsync("the snapshot to be there", () => site.SnapshotsOf([Collection]).Count == 1);
        site.Qdrant.Faults.LosesSnapshotAnswers = false;
        site.Qdrant.Reconfigure(options => options with { SnapshotTime = TimeSpan.Zero });
        await site.BackUpAsync();

        Assert.Empty(site.SnapshotsOf([Collection]));
    }

    private static bool IsBegin(QdrantStandIn.SeenRequest request) => request.Method == "POST" && request.Path.Contains("/snapshots?wait=true", StringComparison.Ordinal);

    private static async Task<string> MakeAsync(ApiCalls qdrant)
    {
        var made = await qdrant.PostAsync($"/collections/{Collection}/snapshots", new { });
        return made.GetProperty("result").GetProperty("name").GetString()!;
    }
}
