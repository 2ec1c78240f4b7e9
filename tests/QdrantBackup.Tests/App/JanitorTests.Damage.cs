using Microsoft.DurableTask.Client;
using QdrantBackup.Runs;
using QdrantBackup.Storage;
using QdrantBackup.Stores;
using QdrantBackup.Tests.Runs;

namespace QdrantBackup.Tests.App;

/// <content>What the sweep does about records that are damaged.</content>
public sealed partial class JanitorTests
{
    [Theory]
    [InlineData("request")]
    [InlineData("result")]
    [InlineData("progress")]
    [InlineData("plan")]
    public async Task A_damaged_record_of_one_run_keeps_the_sweep_from_no_other(string what)
    {
        RunRequest first = await Rig.AskAsync();
        RunRequest second = await Rig.AskAsync();
        await LeaveSnapshotAsync(first.RunId);
        await LeaveSnapshotAsync(second.RunId);
        await Rig.Blobs.PutAsync(BlobNames.Run(first.RunId, what), ReadOnlyMemory<byte>.Empty, PutCondition.Always, summary: null, Cancellation);
        _app.Runtime.Instances["instance"] = OrchestrationRuntimeStatus.Terminated;

        await SweepAsync();

        Assert.Empty(Rig.Node.SnapshotNames);
        Assert.Equal(RunState.Failed, (await _app.RunAsync(second.RunId)).Result?.State);
        Assert.Empty(await _app.OpenAsync());
    }

    [Fact]
    public async Task A_damaged_record_of_a_snapshot_is_named_until_somebody_has_looked()
    {
        RunRequest run = await Rig.AskAsync();
        await LeaveSnapshotAsync(run.RunId);
        BlobName made = Assert.Single(await Rig.NamesAsync(BlobNames.RunFolder(run.RunId) + "made-"));
        await Rig.Blobs.PutAsync(made, ReadOnlyMemory<byte>.Empty, PutCondition.Always, summary: null, Cancellation);
        _app.Runtime.Instances["instance"] = OrchestrationRuntimeStatus.Terminated;

        await SweepAsync();
        Assert.Contains($"'{made}' does not open", Assert.Single(Assert.Single(await _app.OpenAsync()).Left), StringComparison.Ordinal);
        Assert.Equal(RunState.Failed, (await _app.RunAsync(run.RunId)).Result?.State);

        await Rig.Blobs.DeleteAsync(made, ifMatch: null, Cancellation);
        await SweepAsync(after: TimeSpan.FromMinutes(30));
        Assert.Empty(await _app.OpenAsync());
    }

    [Fact]
    public async Task A_damaged_pin_stays_closed_and_is_named_while_the_rest_of_its_run_is_swept_up()
    {
        RunRequest run = await Rig.AskAsync();
        await LeaveSnapshotAsync(run.RunId);
        await _app.Opened.Pins.WriteAsync(run.RunId, RunKind.Backup, [], Cancellation);
        await Damaging.DamageAsync(Rig, BlobNames.Pin(run.RunId), "emptied");
        _app.Runtime.Instances["instance"] = OrchestrationRuntimeStatus.Terminated;

        await SweepAsync();

        Assert.Empty(Rig.Node.SnapshotNames);
        Assert.Equal(RunState.Failed, (await _app.RunAsync(run.RunId)).Result?.State);
        Assert.Contains($"'pins/{run.RunId}'", Assert.Single(_log.Events, e => e.Id == 2305).Text, StringComparison.Ordinal);
        Assert.Single(await _app.OpenAsync());
    }
}
