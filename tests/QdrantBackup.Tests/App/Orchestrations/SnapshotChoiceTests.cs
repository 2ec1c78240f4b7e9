using QdrantBackup.App.Backups;
using QdrantBackup.Capture;
using QdrantBackup.Clusters;
using QdrantBackup.Ids;
using QdrantBackup.Parts;

namespace QdrantBackup.Tests.App.Orchestrations;

/// <summary>A backup reads and deletes only a snapshot that it knows to be its own; what others make at the same time is theirs.</summary>
public sealed class SnapshotChoiceTests
{
    private static readonly SnapshotDescription First = new("docs-1.snapshot", 1000, null, null);
    private static readonly SnapshotDescription Second = new("docs-2.snapshot", 1000, null, null);

    [Fact]
    public void Of_several_new_snapshots_none_is_transferred_and_none_is_deleted()
    {
        var stage = Stage(() => [First, Second]);

        var outcome = Run(stage);

        Assert.Equal(PartState.Failed, outcome.State);
        Assert.Empty(stage.InputsOf(nameof(PartActivities.TransferRange)));
        Assert.Empty(stage.InputsOf(nameof(PartActivities.NoteSnapshot)));
        Assert.Empty(stage.InputsOf(nameof(PartActivities.DeleteSnapshot)));
        Assert.Contains(First.Name, outcome.Errors[^1].Message, StringComparison.Ordinal);
        Assert.Contains(Second.Name, outcome.Errors[^1].Message, StringComparison.Ordinal);
        Assert.NotEmpty(outcome.Errors[^1].Hint);
        Assert.Single(stage.InputsOf(nameof(PartActivities.RecordPartFailed)));
    }

    [Fact]
    public void The_one_new_snapshot_is_noted_before_it_is_read_and_deleted_in_the_end()
    {
        var looks = 0;
        var stage = Stage(() => looks++ < 3 ? [] : [Second]);

        var outcome = Run(stage);

        Assert.Equal(PartState.Captured, outcome.State);
        Assert.Equal(Second.Name, ((MadeSnapshot)Assert.Single(stage.InputsOf(nameof(PartActivities.NoteSnapshot)))!).Name);
        Assert.Equal(Second, ((TransferStep)Assert.Single(stage.InputsOf(nameof(PartActivities.TransferRange)))!).Snapshot);
        Assert.Equal(Second.Name, ((MadeSnapshot)Assert.Single(stage.InputsOf(nameof(PartActivities.DeleteSnapshot)))!).Name);
        var calls = stage.Calls.Select(c => c.Name).ToList();
        Assert.True(calls.IndexOf(nameof(PartActivities.NoteSnapshot)) < calls.IndexOf(nameof(PartActivities.TransferRange)));
        Assert.True(calls.IndexOf(nameof(PartActivities.DeleteSnapshot)) > calls.IndexOf(nameof(PartActivities.RecordPart)));
    }

    private static Rehearsal Stage(Func<IReadOnlyList<SnapshotDescription>> found) => new Rehearsal()
        .On(nameof(PartActivities.ListSnapshots), _ => new SnapshotNames([]))
        .On(nameof(PartActivities.BeginSnapshot), _ => null)
        .On(nameof(PartActivities.FindNewSnapshots), _ => new NewSnapshots(found()))
        .On(nameof(PartActivities.NoteSnapshot), _ => null)
        .On(nameof(PartActivities.TransferRange), step => ReceiptOf((TransferStep)step!))
        .On(nameof(PartActivities.RecordPart), _ => new PartReceipt(1, PartProof.Source, CaptureTotals.None, Error: null, Hint: null))
        .On(nameof(PartActivities.RecordPartFailed), _ => null)
        .On(nameof(PartActivities.DeleteSnapshot), _ => null);

    private static PartOutcome Run(Rehearsal stage)
    {
        var input = new PartInput(new RunId(RehearsedRestore.RunId), new LanePart(1, new PartKey("docs", "http://node:6333"), 1000));
        stage.Self = ("rehearsal:p1", "rehearsal:l0");
        return stage.Run(context => PartOrchestrator.RunAsync(context, input));
    }

    private static RangeReceipt ReceiptOf(TransferStep step) => new()
    {
        Range = step.Range,
        Offset = step.Offset,
        Length = step.Snapshot.Size,
        Sha256 = new string('0', 64),
        List = "lists/x",
        ListHash = new string('0', 64),
        Totals = CaptureTotals.None,
        SnapshotLength = step.Snapshot.Size,
        IsLast = true,
    };
}
