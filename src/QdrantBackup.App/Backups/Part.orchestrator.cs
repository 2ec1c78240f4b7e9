using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using QdrantBackup.App.Runs;
using QdrantBackup.Capture;

namespace QdrantBackup.App.Backups;

/// <summary>One part: make a snapshot, carry it into the store, prove it, delete it on the node. What may pass is tried a second time.</summary>
public static class PartOrchestrator
{
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(15);

    /// <summary>Captures the part and records how it ended.</summary>
    [Function(nameof(PartOrchestrator))]
    public static async Task<PartOutcome> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context, PartInput input)
    {
        ChildOfRun.ThrowUnlessStartedByRun(context);
        var cancel = context.WaitForExternalEvent<string>(Events.Cancel);
        var outcome = await new PartCapture(context, input, cancel, attempt: 1).RunAsync();
        if (outcome is { State: PartState.Failed, MayPass: true } && !cancel.IsCompleted)
        {
            await context.CreateTimer(Rest, CancellationToken.None);
            var again = await new PartCapture(context, input, cancel, attempt: 2).RunAsync();
            outcome = again with { Errors = again.State == PartState.Captured ? [.. Left(outcome), .. again.Errors] : [.. outcome.Errors, .. again.Errors] };
        }

        if (outcome.State == PartState.Failed)
        {
            var error = outcome.Errors[^1];
            await context.CallActivityAsync(
                nameof(PartActivities.RecordPartFailed), new PartFailed(input.RunId, input.Part.PartNo, error.Message, error.Hint), Retry.Transient);
        }

        return outcome;
    }

    // What failed before the attempt that succeeded is history; what it left on the node is not.
    private static IEnumerable<RunError> Left(PartOutcome outcome) => outcome.Errors.Take(outcome.Errors.Count - 1);
}
