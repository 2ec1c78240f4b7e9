using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging.Abstractions;
using QdrantBackup.Capture;
using QdrantBackup.Clusters;
using QdrantBackup.App.Triggers;
using QdrantBackup.App.Wiring;
using QdrantBackup.Manifests;
using QdrantBackup.Retention;
using QdrantBackup.Runs;
using QdrantBackup.Storage;
using QdrantBackup.Tests.Capture;
using QdrantBackup.Tests.Configuration;
using QdrantBackup.Tests.Runs;

namespace QdrantBackup.Tests.Functions.Triggers;

/// <summary>What a run leaves that ended without ending itself is deleted or reported, and nothing else is touched (W8).</summary>
public sealed class JanitorTests : IDisposable
{
    private static readonly PartKey Docs = new("docs", "http://node:6333");
    private static readonly TimeSpan LongAgo = TimeSpan.FromHours(3);

    private readonly CaptureRig _rig = new();
    private readonly KnownInstances _instances = new();
    private readonly RecordedLog<Janitor> _log = new();
    private readonly StoreServices _services;

    public JanitorTests()
    {
        _rig.Node.Collections["docs"] = CaptureRig.Fixture("snapshots/empty.snapshot");
        _services = new StoreServices(
            _rig.Store, _rig.Get<MaintenanceMemory>(), second: null, away: null, _rig.Get<ClusterNodes>(), _rig.Get<CaptureOptions>(), new QdrantBackup.Configuration.RetentionOptions(), _rig.Time, NullLoggerFactory.Instance);
    }

    private static CancellationToken Cancellation => CaptureRig.Cancellation;

    [Theory]
    [InlineData(OrchestrationRuntimeStatus.Terminated)]
    [InlineData(OrchestrationRuntimeStatus.Failed)]
    [InlineData(OrchestrationRuntimeStatus.Completed)]
    public async Task The_snapshot_of_a_run_that_ended_without_a_result_is_deleted_and_the_run_is_failed(OrchestrationRuntimeStatus status)
    {
        RunRequest run = await BeginAsync();
        string made = await SnapshotAsync(run);
        string foreign = await SnapshotAsync(of: null);
        _instances[run.InstanceId] = status;
        _rig.Time.Advance(LongAgo);

        await SweepAsync();

        Assert.Equal([foreign], _rig.Node.SnapshotNames);
        Assert.DoesNotContain(made, _rig.Node.SnapshotNames);
        RunResult result = (await _services.Records.FindAsync(run.RunId, Cancellation))!.Result!;
        Assert.Equal(RunState.Failed, result.State);
        Assert.NotEmpty(result.Hint!);
        Assert.True((await _services.Pins.FindAsync(run.RunId, Cancellation))!.Pin.Released);
    }

    [Fact]
    public async Task The_cluster_is_free_for_the_next_run_once_a_dead_one_was_swept_up_after()
    {
        RunRequest dead = await BeginAsync();
        Assert.True((await _services.Lease.TryTakeAsync("prod", dead.RunId, RunKind.Backup, TimeSpan.FromHours(20), Cancellation)).IsMine);
        _instances[dead.InstanceId] = OrchestrationRuntimeStatus.Terminated;
        _rig.Time.Advance(LongAgo);
        RunRequest next = await BeginAsync();
        Assert.False((await _services.Lease.TryTakeAsync("prod", next.RunId, RunKind.Backup, TimeSpan.FromHours(1), Cancellation)).IsMine);

        await SweepAsync();

        Assert.True((await _services.Lease.TryTakeAsync("prod", next.RunId, RunKind.Backup, TimeSpan.FromHours(1), Cancellation)).IsMine);
    }

    [Theory]
    [InlineData(OrchestrationRuntimeStatus.Running)]
    [InlineData(OrchestrationRuntimeStatus.Pending)]
    [InlineData(OrchestrationRuntimeStatus.Suspended)]
    public async Task A_run_that_goes_on_keeps_its_snapshot(OrchestrationRuntimeStatus status)
    {
        RunRequest run = await BeginAsync();
        string made = await SnapshotAsync(run);
        _instances[run.InstanceId] = status;
        _rig.Time.Advance(LongAgo);

        await SweepAsync();

        await AssertUntouchedAsync(run, made);
    }

    [Fact]
    public async Task A_run_of_another_cluster_and_one_that_has_just_been_asked_for_are_left_alone()
    {
        RunRequest other = await BeginAsync(r => r with { Cluster = "other" });
        string ofOther = await SnapshotAsync(other);
        _rig.Time.Advance(LongAgo);
        RunRequest young = await _rig.AskAsync();
        _rig.Time.Advance(TimeSpan.FromMinutes(9));

        await SweepAsync();

        await AssertUntouchedAsync(other, ofOther);
        Assert.Null((await _services.Records.FindAsync(young.RunId, Cancellation))!.Result);
    }

    [Fact]
    public async Task A_sweep_that_is_repeated_changes_nothing_more()
    {
        RunRequest run = await BeginAsync();
        await SnapshotAsync(run);
        _instances[run.InstanceId] = OrchestrationRuntimeStatus.Terminated;
        _rig.Time.Advance(LongAgo);
        await SweepAsync();
        RunResult first = (await _services.Records.FindAsync(run.RunId, Cancellation))!.Result!;
        string later = await SnapshotAsync(of: null);

        await SweepAsync();
        await SweepAsync();

        Assert.Equal([later], _rig.Node.SnapshotNames);
        Assert.Equal(first.Finished, (await _services.Records.FindAsync(run.RunId, Cancellation))!.Result!.Finished);
    }

    public void Dispose()
    {
        _services.Dispose();
        _rig.Dispose();
    }

    private Task SweepAsync() => new Janitor(Configured.Read(("Cluster:Name", "prod")), _rig.Time, _log).SweepAsync(_services, _instances, Cancellation);

    /// <summary>A run that was asked for and has pinned what it needs.</summary>
    private async Task<RunRequest> BeginAsync(Func<RunRequest, RunRequest>? change = null)
    {
        RunRequest run = await _rig.AskAsync(RunKind.Backup, r => (change?.Invoke(r) ?? r) with { InstanceId = $"backup-{r.RunId}", Backup = new BackupRequest() });
        await _services.Pins.WriteAsync(run.RunId, RunKind.Backup, [], Cancellation);
        return run;
    }

    /// <summary>A snapshot on the node, made and noted by a run, or by somebody else.</summary>
    private async Task<string> SnapshotAsync(RunRequest? of)
    {
        SnapshotDescription snapshot = await _rig.SnapshotAsync(Docs);
        if (of is not null)
        {
            await _services.MadeSnapshots.NoteAsync(new MadeSnapshot { RunId = of.RunId, Key = Docs, Name = snapshot.Name }, Cancellation);
        }

        return snapshot.Name;
    }

    private async Task AssertUntouchedAsync(RunRequest run, string snapshot)
    {
        Assert.Contains(snapshot, _rig.Node.SnapshotNames);
        Assert.Null((await _services.Records.FindAsync(run.RunId, Cancellation))!.Result);
        Assert.False((await _services.Pins.FindAsync(run.RunId, Cancellation))!.Pin.Released);
    }
}
