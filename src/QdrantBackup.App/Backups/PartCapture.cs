using Microsoft.DurableTask;
using QdrantBackup.App.Runs;
using QdrantBackup.Capture;
using QdrantBackup.Clusters;

namespace QdrantBackup.App.Backups;

/// <summary>One attempt at one part. Its last error, if it failed, is the cause; those before it tell what was left on the node.</summary>
internal sealed class PartCapture(TaskOrchestrationContext context, PartInput input, Task<string> cancel, int attempt)
{
    // A look takes ten seconds: a new history every quarter of an hour.
    private const int MostLooks = 90;

    private readonly string _name = input.Part.Key.Collection;
    private readonly List<RunError> _left = [];
    private bool _isProven;
    private long _bytes;

    /// <summary>What the orchestration has to go on with as a new one, since it has waited so long that its history grows; null when it is over with the attempt.</summary>
    public AwaitedSnapshot? GoesOn { get; private set; }

    public async Task<PartOutcome> RunAsync()
    {
        if (cancel.IsCompleted)
        {
            return new(PartState.Cancelled, []);
        }

        MadeSnapshot? made = null;
        Exception? failure = null;
        try
        {
            if (await MakeAsync() is var (snapshot, step, begun))
            {
                var seen = context.CurrentUtcDateTime;
                made = MadeOf(snapshot, step, begun);
                await context.CallActivityAsync(nameof(PartActivities.NoteSnapshot), made, Retry.Transient);
                if (begun.Snapshot is null && !begun.IsStrange)
                {
                    // It took long to make and will take long to read: later the counts do not show any more who began what.
                    made = await context.CallActivityAsync<MadeSnapshot>(nameof(PartActivities.JudgeSnapshot), made, Retry.Transient);
                }

                await TransferAsync(snapshot, seen);
            }
        }
        catch (Exception e) when (e is TaskFailedException or StepFailedException)
        {
            failure = e;
        }

        if (GoesOn is not null)
        {
            return new(PartState.Cancelled, []);
        }

        if (made is not null)
        {
            await DeleteAsync(made);
        }

        return failure is null
            ? new(cancel.IsCompleted && !_isProven ? PartState.Cancelled : PartState.Captured, _left, Bytes: _bytes)
            : new(PartState.Failed, [.. _left, ErrorOf(failure)], StepFailure.IsTransient(failure));
    }

    /// <summary>Begins a snapshot and waits for it; null when the run is cancelled and its name is not known.</summary>
    private async Task<(SnapshotDescription Snapshot, SnapshotStep Step, SnapshotBegun Begun)?> MakeAsync()
    {
        var awaited = input.Awaited;
        var noted = awaited?.Noted
            ?? await context.CallActivityAsync<SnapshotsNoted>(nameof(PartActivities.NoteSnapshots), new PartOfRun(input.Part.Key, input.RunId), Retry.Transient);

        // Each beginning has a number of its own: what was begun under one is never begun again.
        for (var number = awaited?.Number ?? (attempt * 2) - 1; ; number++)
        {
            var step = new SnapshotStep(input.RunId, input.Part.Key, noted.Before, number);
            var begun = awaited?.Begun ?? await context.CallActivityAsync<SnapshotBegun>(nameof(PartActivities.BeginSnapshot), step, Retry.Transient);
            if (begun.Refusal is { } refusal)
            {
                throw refusal.MayPass ? new TransientStepException(refusal.Message, refusal.Hint) : new PermanentStepException(refusal.Message, refusal.Hint);
            }

            if (begun.Snapshot is { } snapshot)
            {
                return (snapshot, step, begun);
            }

            var since = awaited?.Since ?? context.CurrentUtcDateTime;
            var look = await AwaitAsync(step, since + noted.BlindWait, awaited?.Last);
            if (look is { State: SnapshotState.Awaited })
            {
                GoesOn = new AwaitedSnapshot(noted, number, begun, since, look, attempt);
            }

            if (look is null or { State: SnapshotState.Awaited })
            {
                return null;
            }

            awaited = null;
            if (look.Snapshot is { } found)
            {
                return (found, step, begun);
            }

            // The request was lost on its way, or the step before it could send it.
            if (look.State == SnapshotState.Lost || number % 2 == 0)
            {
                throw new TransientStepException(
                    $"The snapshot that was begun on {input.Part.Key.Node} came to nothing: it is not listed, and none is being made any more",
                    "Qdrant gives the reason only in its log: look there, and at the room on its disk.");
            }
        }
    }

    /// <summary>Waits for a snapshot, without a limit while the node shows that it is at work; null when the run is cancelled. What was begun is noted for the sweep.</summary>
    private async Task<SnapshotLook?> AwaitAsync(SnapshotStep step, DateTime blindUntil, SnapshotLook? last)
    {
        for (var looks = 0; looks < MostLooks && !cancel.IsCompleted; looks++)
        {
            last = await context.CallActivityAsync<SnapshotLook>(nameof(PartActivities.AwaitSnapshot), new AwaitStep(step, last), Retry.Transient);
            if (last.State != SnapshotState.Awaited)
            {
                return last;
            }

            if (last.IsBlind && context.CurrentUtcDateTime > blindUntil)
            {
                throw new PermanentStepException(
                    $"The snapshot that was begun on {input.Part.Key.Node} did not appear for too long, and the node does not show whether it is still at work",
                    "Look at Qdrant's log and the room on its disk. If snapshots take longer there, raise Qdrant:SnapshotWait. The app goes on looking for it, to delete it.");
            }
        }

        // A new orchestration would not hear again that the run is cancelled.
        if (!cancel.IsCompleted)
        {
            return last;
        }

        _left.Add(new(
            $"{_name}: a snapshot is being made on {input.Part.Key.Node}, and nothing can call it off",
            "The app deletes it when it is there, if it can prove that no other tool made it; otherwise 'qdrant-backup status' names it."));
        return null;
    }

    private async Task TransferAsync(SnapshotDescription snapshot, DateTime seen)
    {
        var transfers = new RangeTransfers(context, input, snapshot, cancel);
        try
        {
            if (await transfers.CarryAsync() is { } ranges)
            {
                await ProveAsync(snapshot, seen, ranges);
            }
        }
        finally
        {
            _bytes = transfers.Bytes;
        }
    }

    private async Task ProveAsync(SnapshotDescription snapshot, DateTime seen, IReadOnlyList<RangeReceipt> ranges)
    {
        var done = new PartDone { RunId = input.RunId, PartNo = input.Part.PartNo, Snapshot = snapshot, Ranges = ranges, Seen = new DateTimeOffset(seen, TimeSpan.Zero) };
        var receipt = await context.CallActivityAsync<PartReceipt>(nameof(PartActivities.RecordPart), done, Retry.Transient);
        if (receipt.Error is { } error)
        {
            // What was read is not what Qdrant made: another snapshot may be.
            throw new TransientStepException(error, receipt.Hint ?? "Look at the part's record.");
        }

        _isProven = true;
    }

    private async Task DeleteAsync(MadeSnapshot made)
    {
        try
        {
            if (await context.CallActivityAsync<KeptSnapshot?>(nameof(PartActivities.DeleteSnapshot), made, Retry.Transient) is { } kept)
            {
                _left.Add(new($"{_name}: {kept.Why}", kept.Hint));
            }
        }
        catch (TaskFailedException e)
        {
            _left.Add(new($"{_name}: snapshot {made.Name} is still on {input.Part.Key.Node}: {StepFailure.ErrorOf(e).Message}", "Delete it there; it takes room on the node's disk."));
        }
    }

    private static MadeSnapshot MadeOf(SnapshotDescription snapshot, SnapshotStep step, SnapshotBegun begun) => new()
    {
        RunId = step.RunId,
        Key = step.Key,
        Name = snapshot.Name,
        Attempt = step.Attempt,
        Before = step.Before,
        IsNamed = begun.Snapshot is not null,
        Owner = begun.IsStrange ? SnapshotOwner.Unproven : SnapshotOwner.Unknown,
    };

    private RunError ErrorOf(Exception failure)
    {
        var error = StepFailure.ErrorOf(failure);
        return error.Message.Contains(_name, StringComparison.Ordinal) ? error : error with { Message = $"{_name}: {error.Message}" };
    }
}
