using Microsoft.DurableTask.Client;
using QdrantBackup.Capture;
using QdrantBackup.Clusters;
using QdrantBackup.Runs;

namespace QdrantBackup.Tests.App;

public sealed partial class JanitorTests
{
    [Fact]
    public async Task A_snapshot_whose_name_a_cancelled_run_never_learnt_is_deleted_when_it_is_there_and_proven_ours()
    {
        RunRequest run = await Rig.AskAsync();
        var begun = 3L;
        Rig.Node.Counters = () => new SnapshotCounters("s1", [], new Dictionary<string, SnapshotCount> { ["docs"] = new(0, begun) });
        SnapshotsBefore before = await Rig.Get<NodeSnapshots>().NoteAsync(_docs, Cancellation);
        await _app.Runs.MadeSnapshots.NoteBegunAsync(new BegunSnapshot { RunId = run.RunId, Key = _docs, Before = before.Names, Shown = before }, Cancellation);
        begun++;
        Rig.Node.Make("docs");
        await EndAsync(run, RunState.Cancelled);
        _app.Runtime.Instances[run.InstanceId] = OrchestrationRuntimeStatus.Completed;

        for (var i = 0; i < 4; i++)
        {
            await SweepAsync(after: TimeSpan.FromMinutes(30));
        }

        Assert.Empty(Rig.Node.SnapshotNames);
        Assert.Empty(await _app.OpenAsync());
    }

    [Fact]
    public async Task What_was_refused_is_not_looked_for()
    {
        RunRequest run = await Rig.AskAsync();
        var begun = new BegunSnapshot { RunId = run.RunId, Key = _docs, Before = [] };
        Assert.True(await _app.Runs.MadeSnapshots.NoteBegunAsync(begun, Cancellation));
        Assert.False(await _app.Runs.MadeSnapshots.NoteBegunAsync(begun, Cancellation));
        await _app.Runs.MadeSnapshots.NoteOverAsync(begun, Cancellation);

        Assert.True((await _app.Runs.MadeSnapshots.ListLeftAsync(run.RunId, Cancellation)).IsNothing);
    }

    [Theory]
    [InlineData(SnapshotOwner.Unproven)]
    [InlineData(SnapshotOwner.Unknown)]
    public async Task A_snapshot_that_is_not_proven_ours_is_named_with_the_command_that_deletes_it(SnapshotOwner owner)
    {
        RunRequest run = await Rig.AskAsync();
        string name = (await Rig.SnapshotAsync(_docs)).Name;
        Rig.Node.Make("docs");

        KeptSnapshot? kept = await _app.Runs.MadeSnapshots.DeleteAsync(
            new MadeSnapshot { RunId = run.RunId, Key = _docs, Name = name, Before = new SnapshotsBefore([]), IsNamed = true, Owner = owner }, TimeSpan.Zero, Cancellation);

        Assert.Contains(name, kept!.Why, StringComparison.Ordinal);
        Assert.Contains("curl -X DELETE", kept.Hint, StringComparison.Ordinal);
        Assert.Equal(2, Rig.Node.SnapshotNames.Count());
    }

    [Fact]
    public async Task A_snapshot_whose_name_was_listed_before_is_named_and_not_counted_as_deleted()
    {
        RunRequest run = await Rig.AskAsync();
        string name = (await Rig.SnapshotAsync(_docs)).Name;

        // Another tool had begun one in the same second: one file for both.
        var made = new MadeSnapshot { RunId = run.RunId, Key = _docs, Name = name, Before = new SnapshotsBefore([name]), IsNamed = true };
        KeptSnapshot? kept = await _app.Runs.MadeSnapshots.DeleteAsync(made, TimeSpan.Zero, Cancellation);

        Assert.Contains(name, kept!.Why, StringComparison.Ordinal);
        Assert.Equal([name], Rig.Node.SnapshotNames);
        Assert.False(Assert.Single((await _app.Runs.MadeSnapshots.ListLeftAsync(run.RunId, Cancellation)).Made).Deleted);
    }

    [Fact]
    public async Task The_file_of_a_dropped_collection_is_named_and_not_counted_as_deleted()
    {
        RunRequest run = await Rig.AskAsync();
        string name = await LeaveSnapshotAsync(run.RunId);
        Rig.Node.Collections.Remove("docs");

        KeptSnapshot? kept = await _app.Runs.MadeSnapshots.DeleteAsync(new MadeSnapshot { RunId = run.RunId, Key = _docs, Name = name, Owner = SnapshotOwner.Us }, TimeSpan.Zero, Cancellation);

        Assert.Contains("was dropped, and the file of its snapshot", kept!.Why, StringComparison.Ordinal);
        Assert.Equal([name], Rig.Node.SnapshotNames);
    }
}
