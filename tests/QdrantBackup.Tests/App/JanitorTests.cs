using Microsoft.DurableTask.Client;
using QdrantBackup.App.Backups;
using QdrantBackup.App.Runs;
using QdrantBackup.Capture;
using QdrantBackup.Ids;
using QdrantBackup.Runs;
using QdrantBackup.Tests.Capture;
using QdrantBackup.Tests.Runs;

namespace QdrantBackup.Tests.App;

/// <summary>What a run left is deleted or told of, whatever ended it and however long ago; and no living run is taken for a dead one.</summary>
public sealed partial class JanitorTests : IDisposable
{
    private static readonly SourceException WrongKey = new("the node does not accept the API key", "Correct Qdrant:ApiKey.");

    private readonly AppRig _app = new();
    private readonly RecordedLog<Janitor> _log = new();
    private readonly Janitor _janitor;
    private readonly PartKey _docs;

    public JanitorTests()
    {
        _janitor = new Janitor(_app.Stores, _app.Features, _app.Options, Rig.Time, _log);
        Rig.Node.Collections["docs"] = CaptureRig.Fixture("snapshots/hermes_vectors.snapshot");
        _docs = new PartKey("docs", ClusterNodes.NameOf(Rig.Node), null);
    }

    private static CancellationToken Cancellation => CaptureRig.Cancellation;

    private CaptureRig Rig => _app.Rig;

    public void Dispose() => _app.Dispose();

    [Fact]
    public async Task A_snapshot_that_an_ended_run_left_long_ago_is_told_of_until_it_is_deleted()
    {
        RunRequest run = await Rig.AskAsync();
        string name = await LeaveSnapshotAsync(run.RunId);
        await EndAsync(run, RunState.Failed);
        _app.Runtime.Instances[run.InstanceId] = OrchestrationRuntimeStatus.Failed;
        Rig.Node.Refusal = WrongKey;
        Rig.Time.Advance(TimeSpan.FromDays(200));

        await SweepAsync();
        await SweepAsync(after: TimeSpan.FromMinutes(30));

        RunNote note = Assert.Single((await _app.RunAsync(run.RunId)).Notes);
        Assert.Contains($"snapshot {name} of 'docs' is still on http://node:6333", note.Text, StringComparison.Ordinal);
        Assert.Equal([note.Text], Assert.Single(await _app.OpenAsync()).Left);
        Assert.Contains(_log.Events, e => e.Id == 2308);

        Rig.Node.Refusal = null;
        await SweepAsync(after: TimeSpan.FromMinutes(30));

        Assert.Empty(Rig.Node.SnapshotNames);
        Assert.Empty(await _app.OpenAsync());
        Assert.Equal(2, (await _app.RunAsync(run.RunId)).Notes.Count);
    }

    [Fact]
    public async Task A_snapshot_that_was_begun_and_never_named_is_told_of_by_name_and_not_deleted()
    {
        RunRequest run = await Rig.AskAsync();
        await _app.Runs.MadeSnapshots.NoteBegunAsync(new BegunSnapshot { RunId = run.RunId, Key = _docs, Before = [] }, Cancellation);
        Rig.Node.Make("docs");
        string name = Assert.Single(Rig.Node.SnapshotNames);
        await EndAsync(run, RunState.Failed);
        _app.Runtime.Instances[run.InstanceId] = OrchestrationRuntimeStatus.Failed;
        Rig.Node.Refusal = WrongKey;
        await SweepAsync();
        Assert.Contains("its name is unknown", Assert.Single(Assert.Single(await _app.OpenAsync()).Left), StringComparison.Ordinal);

        Rig.Node.Refusal = null;
        await SweepAsync(after: TimeSpan.FromMinutes(30));
        await SweepAsync(after: TimeSpan.FromMinutes(30));

        Assert.Contains($"snapshot {name} of 'docs' appeared on http://node:6333", Assert.Single(Assert.Single(await _app.OpenAsync()).Left), StringComparison.Ordinal);
        Assert.Equal([name], Rig.Node.SnapshotNames);

        Rig.Node.Forget("docs", name);
        await SweepAsync(after: TimeSpan.FromMinutes(30));
        Assert.Empty(await _app.OpenAsync());
    }

    [Fact]
    public async Task A_snapshot_that_never_appears_is_waited_for_a_day_and_told_of_by_nobody()
    {
        RunRequest run = await Rig.AskAsync();
        await _app.Runs.MadeSnapshots.NoteBegunAsync(new BegunSnapshot { RunId = run.RunId, Key = _docs, Before = [] }, Cancellation);
        await EndAsync(run, RunState.Failed);
        _app.Runtime.Instances[run.InstanceId] = OrchestrationRuntimeStatus.Failed;

        await SweepAsync();
        await SweepAsync(after: TimeSpan.FromHours(23));
        Assert.Empty(Assert.Single(await _app.OpenAsync()).Left);
        await SweepAsync(after: TimeSpan.FromHours(2));

        Assert.Empty(await _app.OpenAsync());
        Assert.Empty((await _app.RunAsync(run.RunId)).Notes);
    }

    [Fact]
    public async Task The_snapshot_of_a_run_that_goes_on_is_not_told_of_as_left_by_another()
    {
        RunRequest dead = await Rig.AskAsync();
        RunRequest living = await Rig.AskAsync();
        _app.Runtime.Instances[dead.InstanceId] = OrchestrationRuntimeStatus.Failed;
        await EndAsync(dead, RunState.Failed);
        await _app.Runs.MadeSnapshots.NoteBegunAsync(new BegunSnapshot { RunId = dead.RunId, Key = _docs, Before = [] }, Cancellation);
        await LeaveSnapshotAsync(living.RunId);

        await SweepAsync();
        await SweepAsync(after: TimeSpan.FromMinutes(30));
        await SweepAsync(after: TimeSpan.FromMinutes(30));

        Assert.Empty((await _app.OpenAsync()).SelectMany(r => r.Left));
    }

    [Fact]
    public async Task A_second_attempt_does_not_hide_what_the_first_one_left()
    {
        RunRequest run = await Rig.AskAsync();
        var snapshots = _app.Runs.MadeSnapshots;
        await snapshots.NoteBegunAsync(new BegunSnapshot { RunId = run.RunId, Key = _docs, Before = [] }, Cancellation);
        await snapshots.NoteBegunAsync(new BegunSnapshot { RunId = run.RunId, Key = _docs, Before = [], Attempt = 2 }, Cancellation);
        await snapshots.NoteAsync(new MadeSnapshot { RunId = run.RunId, Key = _docs, Name = "second.snapshot", Attempt = 2, Deleted = true }, Cancellation);

        Assert.Equal(1, Assert.Single((await snapshots.ListLeftAsync(run.RunId, Cancellation)).Unnamed).Attempt);
    }

    [Fact]
    public async Task A_clock_that_jumps_ahead_ends_no_living_run_of_another_process()
    {
        RunRequest run = await Rig.AskAsync();
        string name = await LeaveSnapshotAsync(run.RunId);
        await _app.Opened.Pins.WriteAsync(run.RunId, RunKind.Backup, [], Cancellation);
        await SweepAsync();

        // Only what the wall clock shows jumps; nothing has passed.
        var jumped = new Janitor(_app.Stores, _app.Features, _app.Options, new JumpingClock(Rig.Time, TimeSpan.FromDays(400)), _log);
        await jumped.SweepAsync(_app.Opened, _app.Runtime, Cancellation);
        await jumped.SweepAsync(_app.Opened, _app.Runtime, Cancellation);
        for (int i = 0; i < 40; i++)
        {
            await _app.Opened.Pins.RenewAsync(run.RunId, Cancellation);
            await SweepAsync(after: TimeSpan.FromMinutes(4));
        }

        Assert.Equal([name], Rig.Node.SnapshotNames);
        Assert.Null((await _app.RunAsync(run.RunId)).Result);
        await _app.Opened.Pins.RenewAsync(run.RunId, Cancellation);
    }

    [Fact]
    public async Task A_run_whose_pin_stays_the_same_for_an_hour_is_ended_and_its_snapshots_deleted()
    {
        RunRequest run = await Rig.AskAsync();
        await LeaveSnapshotAsync(run.RunId);
        await _app.Opened.Pins.WriteAsync(run.RunId, RunKind.Backup, [], Cancellation);

        await SweepAsync();
        await SweepAsync(after: TimeSpan.FromMinutes(55));
        Assert.Null((await _app.RunAsync(run.RunId)).Result);
        await SweepAsync(after: TimeSpan.FromMinutes(6));

        Assert.Equal(RunState.Failed, (await _app.RunAsync(run.RunId)).Result?.State);
        Assert.Empty(Rig.Node.SnapshotNames);
        await Assert.ThrowsAsync<RefusedException>(() => _app.Opened.Pins.RenewAsync(run.RunId, Cancellation));
        Assert.Empty(await _app.OpenAsync());
    }

    [Fact]
    public async Task After_a_pause_of_its_own_process_the_janitor_gives_others_time_to_renew()
    {
        RunRequest run = await Rig.AskAsync();
        await _app.Opened.Pins.WriteAsync(run.RunId, RunKind.Backup, [], Cancellation);
        await SweepAsync();
        await SweepAsync(after: TimeSpan.FromHours(9));
        await SweepAsync(after: TimeSpan.FromMinutes(1));
        await _app.Opened.Pins.RenewAsync(run.RunId, Cancellation);
        await SweepAsync(after: TimeSpan.FromMinutes(5));
        Assert.Null((await _app.RunAsync(run.RunId)).Result);
    }

    [Theory]
    [InlineData(-300)]
    [InlineData(400)]
    public async Task A_run_without_a_result_is_swept_up_after_whatever_its_date(int days)
    {
        Rig.Time.SetUtcNow(Rig.Time.GetUtcNow().AddDays(400));
        DateTimeOffset now = Rig.Time.GetUtcNow();
        var run = new RunRequest
        {
            RunId = RunId.Derive(now.AddDays(days), "seed"), Kind = RunKind.Backup, Cluster = "prod", RequestedBy = "test", RequestedAt = now.AddDays(days), InstanceId = "dated", Backup = new BackupRequest(),
        };
        await _app.Opened.Records.WriteRequestAsync(run, Cancellation);
        await LeaveSnapshotAsync(run.RunId);
        _app.Runtime.Instances["dated"] = OrchestrationRuntimeStatus.Terminated;

        await SweepAsync();

        Assert.Equal(RunState.Failed, (await _app.RunAsync(run.RunId)).Result?.State);
        Assert.Empty(Rig.Node.SnapshotNames);
    }

    [Fact]
    public async Task A_backup_that_was_committed_before_its_run_was_lost_is_recorded_as_what_it_is()
    {
        BackupId id = (await Rig.BackupAsync()).Id;
        _app.Runtime.Instances["instance"] = OrchestrationRuntimeStatus.Terminated;

        await SweepAsync();

        RunResult? result = (await _app.RunAsync(new RunId(id.Value))).Result;
        Assert.Equal(RunState.Complete, result?.State);
        Assert.Equal(id, result?.BackupId);
    }

    [Fact]
    public async Task A_verification_that_waits_for_the_copy_before_it_is_not_taken_for_dead()
    {
        RunRequest backup = await Rig.AskAsync();
        await EndAsync(backup, RunState.Complete);
        RunRequest copy = await Rig.AskAsync(RunKind.Copy, r => r with { Copy = new CopyRequest(), InstanceId = "copy", RequestedBy = FollowUp.RequestedByPrefix + backup.RunId });
        RunRequest verify = await Rig.AskAsync(
            RunKind.Verify, r => r with { Verify = new VerifyRequest { BackupId = backup.RunId.AsBackup() }, InstanceId = "verify", RequestedBy = FollowUp.RequestedByPrefix + backup.RunId });
        _app.Runtime.Instances["copy"] = OrchestrationRuntimeStatus.Running;
        for (int hours = 0; hours < 9; hours++)
        {
            await SweepAsync(after: TimeSpan.FromHours(1));
        }

        Assert.Null((await _app.RunAsync(verify.RunId)).Result);
        Assert.Null((await _app.RunAsync(copy.RunId)).Result);
    }

    private async Task SweepAsync(TimeSpan? after = null)
    {
        Rig.Time.Advance(after ?? TimeSpan.FromMinutes(1));
        await _janitor.SweepAsync(_app.Opened, _app.Runtime, Cancellation);
    }

    private Task EndAsync(RunRequest run, RunState state) =>
        _app.Opened.Records.WriteResultAsync(new RunResult { RunId = run.RunId, State = state, Finished = Rig.Time.GetUtcNow() }, Cancellation);

    private async Task<string> LeaveSnapshotAsync(RunId run, bool isNoted = true)
    {
        string name = (await Rig.SnapshotAsync(_docs)).Name;
        if (!isNoted)
        {
            return name;
        }

        await _app.Runs.MadeSnapshots.NoteAsync(new MadeSnapshot { RunId = run, Key = _docs, Name = name, Owner = SnapshotOwner.Us }, Cancellation);
        return name;
    }

    private sealed class JumpingClock(TimeProvider inner, TimeSpan jump) : TimeProvider
    {
        public override long TimestampFrequency => inner.TimestampFrequency;

        public override DateTimeOffset GetUtcNow() => inner.GetUtcNow() + jump;

        public override long GetTimestamp() => inner.GetTimestamp();
    }
}
