using System.Globalization;
using Microsoft.DurableTask.Client;
using QdrantBackup.App.Backups;
using QdrantBackup.App.Runs;
using QdrantBackup.Capture;
using QdrantBackup.Clusters;
using QdrantBackup.Configuration;
using QdrantBackup.Runs;
using QdrantBackup.Tests.Configuration;

namespace QdrantBackup.Tests.App;

/// <content>What ends a run without its own result, and what is no end: whatever else there is, is not touched.</content>
public sealed partial class JanitorTests
{
    private static readonly TimeSpan LongAgo = TimeSpan.FromHours(3);

    [Theory]
    [InlineData(OrchestrationRuntimeStatus.Terminated)]
    [InlineData(OrchestrationRuntimeStatus.Failed)]
    [InlineData(OrchestrationRuntimeStatus.Completed)]
    public async Task The_snapshot_of_a_run_that_ended_without_a_result_is_deleted_and_the_run_is_failed(OrchestrationRuntimeStatus status)
    {
        RunRequest run = await BeginAsync();
        await LeaveSnapshotAsync(run.RunId);
        SnapshotDescription foreign = await Rig.SnapshotAsync(_docs);
        _app.Runtime.Instances[run.InstanceId] = status;

        await SweepAsync(LongAgo);

        Assert.Equal([foreign.Name], Rig.Node.SnapshotNames);
        RunResult result = (await _app.RunAsync(run.RunId)).Result!;
        Assert.Equal(RunState.Failed, result.State);
        Assert.NotEmpty(result.Hint!);
        Assert.True((await _app.Opened.Pins.FindAsync(run.RunId, Cancellation))!.Pin.Released);
    }

    [Fact]
    public async Task The_cluster_is_free_for_the_next_run_once_a_dead_one_was_swept_up_after()
    {
        RunRequest dead = await BeginAsync();
        Assert.True(await TakesLeaseAsync(dead, TimeSpan.FromHours(20)));
        _app.Runtime.Instances[dead.InstanceId] = OrchestrationRuntimeStatus.Terminated;
        Rig.Time.Advance(LongAgo);
        RunRequest next = await BeginAsync();
        Assert.False(await TakesLeaseAsync(next, TimeSpan.FromHours(1)));

        await SweepAsync();

        Assert.True(await TakesLeaseAsync(next, TimeSpan.FromHours(1)));
    }

    [Theory]
    [InlineData(OrchestrationRuntimeStatus.Running)]
    [InlineData(OrchestrationRuntimeStatus.Pending)]
    [InlineData(OrchestrationRuntimeStatus.Suspended)]
    public async Task A_run_that_goes_on_keeps_its_snapshot_however_long_its_pin_is_the_same(OrchestrationRuntimeStatus status)
    {
        RunRequest run = await BeginAsync();
        string made = await LeaveSnapshotAsync(run.RunId);
        _app.Runtime.Instances[run.InstanceId] = status;

        for (int i = 0; i < 4; i++)
        {
            await SweepAsync(LongAgo);
        }

        await AssertUntouchedAsync(run, made);
    }

    [Fact]
    public async Task A_run_of_another_cluster_and_one_that_has_just_been_asked_for_are_left_alone()
    {
        RunRequest other = await BeginAsync(r => r with { Cluster = "other" });
        string ofOther = await LeaveSnapshotAsync(other.RunId);
        _app.Runtime.Instances[other.InstanceId] = OrchestrationRuntimeStatus.Terminated;
        Rig.Time.Advance(LongAgo);
        RunRequest young = await Rig.AskAsync();

        await SweepAsync(TimeSpan.FromMinutes(9));

        await AssertUntouchedAsync(other, ofOther);
        Assert.Null((await _app.RunAsync(young.RunId)).Result);
    }

    [Fact]
    public async Task A_sweep_that_is_repeated_changes_nothing_more()
    {
        RunRequest run = await BeginAsync();
        await LeaveSnapshotAsync(run.RunId);
        _app.Runtime.Instances[run.InstanceId] = OrchestrationRuntimeStatus.Terminated;
        await SweepAsync(LongAgo);
        RunResult first = (await _app.RunAsync(run.RunId)).Result!;
        SnapshotDescription later = await Rig.SnapshotAsync(_docs);

        await SweepAsync(after: TimeSpan.FromMinutes(30));
        await SweepAsync(after: TimeSpan.FromMinutes(30));

        Assert.Equal([later.Name], Rig.Node.SnapshotNames);
        Assert.Equal(first.Finished, (await _app.RunAsync(run.RunId)).Result!.Finished);
    }

    [Fact]
    public async Task What_a_run_with_a_result_left_is_deleted_while_its_instance_still_runs_and_the_run_stays_open_till_that_is_over()
    {
        RunRequest run = await BeginAsync();
        await LeaveSnapshotAsync(run.RunId);
        await EndAsync(run, RunState.Partial);
        _app.Runtime.Instances[run.InstanceId] = OrchestrationRuntimeStatus.Running;

        await SweepAsync();

        Assert.Empty(Rig.Node.SnapshotNames);
        Assert.Single(await _app.OpenAsync());
        Assert.False((await _app.Opened.Pins.FindAsync(run.RunId, Cancellation))!.Pin.Released);

        _app.Runtime.Instances[run.InstanceId] = OrchestrationRuntimeStatus.Completed;
        await SweepAsync(after: TimeSpan.FromMinutes(30));

        Assert.Empty(await _app.OpenAsync());
        Assert.Equal(RunState.Partial, (await _app.RunAsync(run.RunId)).Result?.State);
        Assert.DoesNotContain(_log.Events, e => e.Id == 2301);
    }

    [Fact]
    public async Task A_node_that_refuses_is_asked_again_after_ten_minutes_and_not_at_each_tick()
    {
        RunRequest run = await BeginAsync();
        await LeaveSnapshotAsync(run.RunId);
        _app.Runtime.Instances[run.InstanceId] = OrchestrationRuntimeStatus.Failed;
        Rig.Node.Refusal = WrongKey;

        await SweepAsync();
        await SweepAsync(after: TimeSpan.FromMinutes(9));
        Assert.Single(_log.Events, e => e.Id == 2302);
        await SweepAsync(after: TimeSpan.FromMinutes(1));
        Assert.Equal(2, _log.Events.Count(e => e.Id == 2302));
    }

    [Fact]
    public async Task What_is_left_is_noted_once_also_when_more_is_found()
    {
        RunRequest run = await BeginAsync();
        string first = await LeaveSnapshotAsync(run.RunId);
        string second = await LeaveSnapshotAsync(run.RunId, isNoted: false);
        _app.Runtime.Instances[run.InstanceId] = OrchestrationRuntimeStatus.Failed;
        Rig.Node.Refusal = WrongKey;
        await SweepAsync();
        await _app.Runs.MadeSnapshots.NoteAsync(new MadeSnapshot { RunId = run.RunId, Key = _docs, Name = second, Owner = SnapshotOwner.Us }, Cancellation);

        await SweepAsync(after: TimeSpan.FromMinutes(30));

        IReadOnlyList<RunNote> notes = (await _app.RunAsync(run.RunId)).Notes;
        Assert.Equal(2, notes.Count);
        Assert.Single(notes, n => n.Text.Contains(first, StringComparison.Ordinal));
        Assert.Single(notes, n => n.Text.Contains(second, StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_app_that_only_maintains_leaves_the_report_to_the_one_that_has_a_way_to_the_nodes()
    {
        RunRequest run = await BeginAsync();
        await LeaveSnapshotAsync(run.RunId);
        _app.Runtime.Instances[run.InstanceId] = OrchestrationRuntimeStatus.Failed;
        Rig.Node.Refusal = WrongKey;
        BackupOptions maintenance = Configured.Read(("Cluster:Name", "prod"), ("Role", "maintenance"));

        await new Janitor(_app.Stores, _app.Features, maintenance, Rig.Time, _log).SweepAsync(_app.Opened, _app.Runtime, Cancellation);

        Assert.Empty((await _app.RunAsync(run.RunId)).Notes);
        Assert.Empty(Assert.Single(await _app.OpenAsync()).Left);
    }

    [Fact]
    public async Task A_run_is_not_silent_before_the_hour_is_over_however_often_it_was_looked_at()
    {
        RunRequest run = await BeginAsync();
        for (int i = 0; i < 10; i++)
        {
            await SweepAsync(after: TimeSpan.FromMinutes(6));
        }

        Assert.Null((await _app.RunAsync(run.RunId)).Result);
        await SweepAsync(after: TimeSpan.FromMinutes(6));
        Assert.Equal(RunState.Failed, (await _app.RunAsync(run.RunId)).Result?.State);
    }

    [Theory]
    [InlineData("03:58", false)]
    [InlineData("03:59", true)]
    [InlineData("04:08", true)]
    [InlineData("04:09", false)]
    [InlineData("16:00", false)]
    public async Task Histories_that_ended_are_purged_after_thirty_days_in_the_ten_minutes_after_four(string minuteBefore, bool isPurged)
    {
        Rig.Time.SetUtcNow(DateTimeOffset.Parse($"2026-09-02T{minuteBefore}:00Z", CultureInfo.InvariantCulture));

        await SweepAsync();

        Assert.Equal(isPurged ? 1 : 0, _app.Runtime.Purges.Count);
        Assert.All(_app.Runtime.Purges, filter =>
        {
            Assert.Equal(Rig.Time.GetUtcNow().AddDays(-30), filter.CreatedTo);
            Assert.Equal(
                [OrchestrationRuntimeStatus.Completed, OrchestrationRuntimeStatus.Failed, OrchestrationRuntimeStatus.Terminated], filter.Statuses!.Order());
        });
    }

    /// <summary>A run that was asked for and has pinned what it needs.</summary>
    private async Task<RunRequest> BeginAsync(Func<RunRequest, RunRequest>? change = null)
    {
        RunRequest run = await Rig.AskAsync(RunKind.Backup, r => (change?.Invoke(r) ?? r) with { InstanceId = $"backup-{r.RunId}", Backup = new BackupRequest() });
        await _app.Opened.Pins.WriteAsync(run.RunId, RunKind.Backup, [], Cancellation);
        return run;
    }

    private async Task<bool> TakesLeaseAsync(RunRequest run, TimeSpan duration) =>
        (await _app.Runs.Lease.TryTakeAsync("prod", run.RunId, RunKind.Backup, duration, Cancellation)).IsMine;

    private async Task AssertUntouchedAsync(RunRequest run, string snapshot)
    {
        Assert.Contains(snapshot, Rig.Node.SnapshotNames);
        Assert.Null((await _app.RunAsync(run.RunId)).Result);
        Assert.False((await _app.Opened.Pins.FindAsync(run.RunId, Cancellation))!.Pin.Released);
    }
}
