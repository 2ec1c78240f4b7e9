using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using QdrantBackup.App.Runs;
using QdrantBackup.Capture;

namespace QdrantBackup.App.Backups;

/// <summary>One part: make a snapshot, carry it into the store, prove it, delete it on the node. What may pass is tried a second time.</summary>
public static class PartOrchestrator
{
    private const int Attempts = 2;
    private static readonly PartOutcome Waiting = new(PartState.Cancelled, []);
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(15);

    /// <summary>Captures the part and records how it ended.</summary>
    [Function(nameof(PartOrchestrator))]
    public static async Task<PartOutcome> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context, PartInput input)
    {
        ChildOfRun.ThrowUnlessStartedByRun(context);
        var cancel = context.WaitForExternalEvent<string>(Events.Cancel);
        var attempt = input.Awaited?.Attempt ?? 1;
        if (await TryAsync(attempt, input, input.Awaited?.Before) is not { } outcome)
        {
            return Waiting;
        }

        if (attempt < Attempts && outcome is { State: PartState.Failed, MayPass: true } && !cancel.IsCompleted)
        {
            await context.CreateTimer(Rest, CancellationToken.None);
            if (await TryAsync(attempt + 1, input with { Awaited = null }, outcome) is not { } again)
            {
                return Waiting;
            }

            outcome = again;
        }

        if (outcome.State == PartState.Failed)
        {
            var error = outcome.Errors[^1];
            await context.CallActivityAsync(
                nameof(PartActivities.RecordPartFailed), new PartFailed(input.RunId, input.Part.PartNo, error.Message, error.Hint), Retry.Transient);
        }

        return outcome;

        // Null when it goes on as a new orchestration.
        async Task<PartOutcome?> TryAsync(int number, PartInput from, PartOutcome? earlier)
        {
            var capture = new PartCapture(context, from, cancel, number);
            var ended = await capture.RunAsync();
            if (capture.GoesOn is { } awaited)
            {
                context.ContinueAsNew(input with { Awaited = awaited with { Before = earlier } });
                return null;
            }

            return earlier is null ? ended : ended with { Errors = ended.State == PartState.Captured ? [.. Left(earlier), .. ended.Errors] : [.. earlier.Errors, .. ended.Errors] };
        }
    }

    // What failed before the attempt that succeeded is history; what it left on the node is not.
    private static IEnumerable<RunError> Left(PartOutcome outcome) => outcome.Errors.Take(outcome.Errors.Count - 1);
}
