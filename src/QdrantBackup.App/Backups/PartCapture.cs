using Microsoft.DurableTask;
using QdrantBackup.App.Runs;
using QdrantBackup.Capture;
using QdrantBackup.Clusters;

namespace QdrantBackup.App.Backups;

/// <summary>One attempt at one part. Its last error, if it failed, is the cause; those before it tell what was left on the node.</summary>
internal sealed class PartCapture(TaskOrchestrationContext context, PartInput input, Task<string> cancel, int attempt)
{
    private const long SlowestBytesPerSecond = 10_000_000;
    private static readonly TimeSpan AtLeast = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan AtMost = TimeSpan.FromDays(1);
    private static readonly TimeSpan FirstLook = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan SeldomLook = TimeSpan.FromSeconds(30);

    private readonly string _name = input.Part.Key.Collection;
    private readonly List<RunError> _left = [];
    private bool _isProven;
    private long _bytes;

    public async Task<PartOutcome> RunAsync()
    {
        if (cancel.IsCompleted)
        {
            return new(PartState.Cancelled, []);
        }

        SnapshotDescription? snapshot = null;
        var isBegun = false;
        Exception? failure = null;
        try
        {
            var before = await ListAsync();
            await context.CallActivityAsync(nameof(PartActivities.BeginSnapshot), new NewSnapshotsInput(input.Part.Key, before, input.RunId, attempt), Retry.Transient);
            isBegun = true;
            snapshot = await AwaitSnapshotAsync(before);
            await context.CallActivityAsync(nameof(PartActivities.NoteSnapshot), Made(snapshot), Retry.Transient);
            await TransferAsync(snapshot);
        }
        catch (Exception e) when (e is TaskFailedException or StepFailedException)
        {
            failure = e;
        }

        if (snapshot is not null)
        {
            await DeleteAsync(snapshot);
        }
        else if (isBegun)
        {
            _left.Add(new(
                $"{_name}: a snapshot was started on {input.Part.Key.Node}, but its name is unknown",
                "The app goes on looking for it and names it in this run's notes and in 'status'; delete it there if no other tool made it."));
        }

        return failure is null
            ? new(cancel.IsCompleted && !_isProven ? PartState.Cancelled : PartState.Captured, _left, Bytes: _bytes)
            : new(PartState.Failed, [.. _left, ErrorOf(failure)], StepFailure.IsTransient(failure));
    }

    private async Task<IReadOnlyList<string>> ListAsync() =>
        (await context.CallActivityAsync<SnapshotNames>(nameof(PartActivities.ListSnapshots), PartOfRun.Of(input.Part.Key, input.RunId), Retry.Transient)).Names;

    // Cancelling does not cut this short: a snapshot that is being made cannot be called off, and would stay behind (W8).
    private async Task<SnapshotDescription> AwaitSnapshotAsync(IReadOnlyList<string> before)
    {
        var giveUp = context.CurrentUtcDateTime + LongestWait();
        for (var wait = FirstLook; context.CurrentUtcDateTime < giveUp; wait = Patience.Longer(wait, SeldomLook))
        {
            var found = (await context.CallActivityAsync<NewSnapshots>(
                nameof(PartActivities.FindNewSnapshots), new NewSnapshotsInput(input.Part.Key, before, input.RunId), Retry.Transient)).Snapshots;
            if (found.Count == 1)
            {
                return found[0];
            }

            if (found.Count > 1)
            {
                throw new TransientStepException(
                    $"Several new snapshots appeared on {input.Part.Key.Node}; which one this run made is unknown: {string.Join(", ", found.Select(s => s.Name))}",
                    "Delete those that no other tool made; this run deleted none and used none.");
            }

            await context.CreateTimer(wait, CancellationToken.None);
        }

        throw new TransientStepException(
            $"The snapshot that was started on {input.Part.Key.Node} did not appear within {LongestWait()}",
            "Look at Qdrant's log and the room on its disk; a snapshot that appears later has to be deleted by hand.");
    }

    private async Task TransferAsync(SnapshotDescription snapshot)
    {
        var transfers = new RangeTransfers(context, input, snapshot, cancel);
        try
        {
            if (await transfers.CarryAsync() is { } ranges)
            {
                await ProveAsync(snapshot, ranges);
            }
        }
        finally
        {
            _bytes = transfers.Bytes;
        }
    }

    private async Task ProveAsync(SnapshotDescription snapshot, IReadOnlyList<RangeReceipt> ranges)
    {
        var done = new PartDone { RunId = input.RunId, PartNo = input.Part.PartNo, Snapshot = snapshot, Ranges = ranges };
        var receipt = await context.CallActivityAsync<PartReceipt>(nameof(PartActivities.RecordPart), done, Retry.Transient);
        if (receipt.Error is { } error)
        {
            // What was read is not what Qdrant made: another snapshot may be.
            throw new TransientStepException(error, receipt.Hint ?? "Look at the part's record.");
        }

        _isProven = true;
    }

    private async Task DeleteAsync(SnapshotDescription snapshot)
    {
        try
        {
            await context.CallActivityAsync(nameof(PartActivities.DeleteSnapshot), Made(snapshot), Retry.Transient);
        }
        catch (TaskFailedException e)
        {
            _left.Add(new($"{_name}: snapshot {snapshot.Name} is still on {input.Part.Key.Node}: {StepFailure.ErrorOf(e).Message}", "Delete it there; it takes room on the node's disk."));
        }
    }

    private MadeSnapshot Made(SnapshotDescription snapshot) => new() { RunId = input.RunId, Key = input.Part.Key, Name = snapshot.Name };

    private TimeSpan LongestWait()
    {
        var time = AtLeast + TimeSpan.FromSeconds(input.Part.ExpectedBytes / SlowestBytesPerSecond);
        return time < AtMost ? time : AtMost;
    }

    private RunError ErrorOf(Exception failure)
    {
        var error = StepFailure.ErrorOf(failure);
        return error.Message.Contains(_name, StringComparison.Ordinal) ? error : error with { Message = $"{_name}: {error.Message}" };
    }
}
