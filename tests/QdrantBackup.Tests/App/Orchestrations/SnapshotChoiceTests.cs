using QdrantBackup.App.Backups;
using QdrantBackup.App.Runs;
using QdrantBackup.Capture;
using QdrantBackup.Clusters;
using QdrantBackup.Ids;
using QdrantBackup.Parts;

namespace QdrantBackup.Tests.App.Orchestrations;

/// <summary>How a part gets its snapshot: begun once, awaited for as long as the node works at it, noted before it is read, and judged before it is deleted.</summary>
public sealed class SnapshotChoiceTests
{
    private static readonly SnapshotDescription Snapshot = new("docs-7-2026-09-01-02-00-01.snapshot", 1000, null, null);

    [Fact]
    public void A_snapshot_that_is_answered_at_once_needs_no_look()
    {
        var stage = Stage();

        var outcome = Run(stage);

        Assert.Equal(PartState.Captured, outcome.State);
        Assert.Equal(
            [
                nameof(PartActivities.NoteSnapshots), nameof(PartActivities.BeginSnapshot), nameof(PartActivities.NoteSnapshot), nameof(PartActivities.TransferRange),
                nameof(PartActivities.RecordPart), nameof(PartActivities.DeleteSnapshot),
            ],
            stage.Calls.Select(c => c.Name));
        Assert.True(((MadeSnapshot)Assert.Single(stage.InputsOf(nameof(PartActivities.DeleteSnapshot)))!).IsNamed);
    }

    [Fact]
    public void A_slow_one_is_awaited_and_judged_before_it_is_read()
    {
        var looks = 0;
        var stage = Stage(begun: new(Snapshot: null), look: () => looks++ < 3 ? new(SnapshotState.Awaited) : new(SnapshotState.Found, Snapshot));

        Assert.Equal(PartState.Captured, Run(stage).State);

        Assert.Single(stage.InputsOf(nameof(PartActivities.BeginSnapshot)));
        var calls = stage.Calls.Select(c => c.Name).ToList();
        Assert.True(calls.IndexOf(nameof(PartActivities.JudgeSnapshot)) is > 0 and var judged && judged < calls.IndexOf(nameof(PartActivities.TransferRange)));
        Assert.Equal(SnapshotOwner.Us, ((MadeSnapshot)Assert.Single(stage.InputsOf(nameof(PartActivities.DeleteSnapshot)))!).Owner);
    }

    [Fact]
    public void A_request_that_never_arrived_is_sent_again_under_another_number()
    {
        var stage = Stage(begun: new(Snapshot: null), look: () => new(SnapshotState.NeverBegun));

        Assert.Equal(PartState.Failed, Run(stage).State);

        Assert.Equal([1, 2, 3, 4], stage.InputsOf(nameof(PartActivities.BeginSnapshot)).Select(input => ((SnapshotStep)input!).Attempt));
    }

    [Theory]
    [InlineData(true, 2)]
    [InlineData(false, 1)]
    public void A_refusal_ends_the_attempt_at_once_with_its_reason(bool mayPass, int attempts)
    {
        var stage = Stage(begun: new(Snapshot: null, Refusal: new("Forbidden: Global manage access is required", "Use a key that may do it.", mayPass)));

        var outcome = Run(stage);

        Assert.Equal(PartState.Failed, outcome.State);
        Assert.Contains("Forbidden", outcome.Errors[^1].Message, StringComparison.Ordinal);
        Assert.Equal(attempts, stage.InputsOf(nameof(PartActivities.BeginSnapshot)).Count);
        Assert.Empty(stage.InputsOf(nameof(PartActivities.AwaitSnapshot)));
        Assert.Empty(stage.InputsOf(nameof(PartActivities.DeleteSnapshot)));
    }

    [Fact]
    public void What_something_else_than_the_node_answered_proves_nothing()
    {
        var stage = Stage(begun: new(Snapshot: null, IsStrange: true), look: () => new(SnapshotState.Found, Snapshot));

        Run(stage);

        Assert.Equal(SnapshotOwner.Unproven, ((MadeSnapshot)Assert.Single(stage.InputsOf(nameof(PartActivities.DeleteSnapshot)))!).Owner);
    }

    [Fact]
    public void A_snapshot_that_stays_on_the_node_is_told_of_with_what_to_do()
    {
        var stage = Stage(kept: new("snapshot x stays on http://node:6333", "Delete it."));

        var outcome = Run(stage);

        Assert.Equal(PartState.Captured, outcome.State);
        Assert.Equal(new RunError("docs: snapshot x stays on http://node:6333", "Delete it."), Assert.Single(outcome.Errors));
    }

    [Fact]
    public void A_node_that_tells_nothing_is_waited_for_with_a_limit()
    {
        var stage = Stage(begun: new(Snapshot: null), look: () => new(SnapshotState.Awaited, IsBlind: true), blindWait: TimeSpan.FromSeconds(-1));

        var outcome = Run(stage);

        Assert.Equal(PartState.Failed, outcome.State);
        Assert.Contains("Qdrant:SnapshotWait", outcome.Errors[^1].Hint, StringComparison.Ordinal);
        Assert.Single(stage.InputsOf(nameof(PartActivities.BeginSnapshot)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(90)] // the last look before it would go on as a new orchestration
    public void A_run_that_is_cancelled_while_a_snapshot_is_made_ends_and_says_that_it_goes_on(int cancelledAt)
    {
        var looks = 0;
        Rehearsal stage = null!;
        stage = Stage(begun: new(Snapshot: null), look: () =>
        {
            if (++looks == cancelledAt)
            {
                stage.SendEvent("", Events.Cancel, "");
            }

            return new(SnapshotState.Awaited);
        });

        var outcome = Run(stage);

        Assert.Equal(PartState.Cancelled, outcome.State);
        Assert.Contains("nothing can call it off", Assert.Single(outcome.Errors).Message, StringComparison.Ordinal);
        Assert.Equal(cancelledAt, looks);
        Assert.Empty(stage.InputsOf(nameof(PartActivities.DeleteSnapshot)));
    }

    private static Rehearsal Stage(SnapshotBegun? begun = null, Func<SnapshotLook>? look = null, KeptSnapshot? kept = null, TimeSpan? blindWait = null) => new Rehearsal()
        .On(nameof(PartActivities.NoteSnapshots), _ => new SnapshotsNoted(new SnapshotsBefore([]), blindWait ?? TimeSpan.FromHours(6)))
        .On(nameof(PartActivities.BeginSnapshot), _ => begun ?? new(Snapshot))
        .On(nameof(PartActivities.AwaitSnapshot), _ => look!())
        .On(nameof(PartActivities.NoteSnapshot), _ => null)
        .On(nameof(PartActivities.JudgeSnapshot), made => ((MadeSnapshot)made!) with { Owner = ((MadeSnapshot)made).Owner == SnapshotOwner.Unknown ? SnapshotOwner.Us : ((MadeSnapshot)made).Owner })
        .On(nameof(PartActivities.TransferRange), step => ReceiptOf((TransferStep)step!))
        .On(nameof(PartActivities.RecordPart), _ => new PartReceipt(1, PartProof.Source, CaptureTotals.None, Error: null, Hint: null))
        .On(nameof(PartActivities.RecordPartFailed), _ => null)
        .On(nameof(PartActivities.DeleteSnapshot), _ => kept);

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
