using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using QdrantBackup.App.Runs;

namespace QdrantBackup.App.Backups;

/// <summary>One node's parts, smallest first, never more stored snapshots on it at once than it may hold. It begins anew every hundred parts, so that its history stays short.</summary>
public static class LaneOrchestrator
{
    /// <summary>Parts per generation.</summary>
    private const int PageSize = 100;

    /// <summary>Runs the lane from where it stands.</summary>
    [Function(nameof(LaneOrchestrator))]
    public static async Task<LaneOutcome> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context, LaneInput input)
    {
        ChildOfRun.ThrowUnlessStartedByRun(context);
        var cancel = context.WaitForExternalEvent<string>(Events.Cancel);
        var page = await context.CallActivityAsync<LanePage>(
            nameof(BackupActivities.ListLaneParts), new LanePageInput(input.RunId, input.Lane.Lane, input.From, PageSize), Retry.Transient);

        var outcome = await new LaneChild(context, input, cancel).CaptureAsync(page.Parts);
        var next = input.From + page.Parts.Count;
        if (cancel.IsCompleted)
        {
            return outcome with { Cancelled = outcome.Cancelled + input.Lane.Parts - outcome.Over };
        }

        if (next < input.Lane.Parts && page.Parts.Count > 0)
        {
            context.ContinueAsNew(input with { From = next, SoFar = outcome });
        }

        return outcome;
    }
}
