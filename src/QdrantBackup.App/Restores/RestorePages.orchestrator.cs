using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using QdrantBackup.App.Runs;

namespace QdrantBackup.App.Restores;

/// <summary>A restore's uploads, one after the other: a node that takes one in has enough to do. It begins anew every hundred uploads, so that its history stays short.</summary>
public static class RestorePagesOrchestrator
{
    /// <summary>Goes on from where the input says.</summary>
    [Function(nameof(RestorePagesOrchestrator))]
    public static Task<PagesOutcome> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context, PagesInput<RestoreItemRef, RestoreCursor> input) =>
        new PagesChild<RestoreItemRef, RestoreCursor>(context, input).RunAsync(
            cursor => ListAsync(context, input.RunId, cursor), (item, _, soFar) => RestoreAsync(context, input, item, soFar), item => item.Target);

    private static async Task<Page<RestoreItemRef, RestoreCursor>> ListAsync(TaskOrchestrationContext context, string runId, RestoreCursor cursor)
    {
        var page = await context.CallActivityAsync<RestorePage>(
            nameof(RestoreActivities.ListRestoreItems), new RestorePageInput(runId, cursor, PagesChild<RestoreItemRef, RestoreCursor>.PageSize), Retry.Transient);
        return new(page.Items, page.Next);
    }

    private static async Task<StepOutcome> RestoreAsync(
        TaskOrchestrationContext context, PagesInput<RestoreItemRef, RestoreCursor> input, RestoreItemRef item, PagesOutcome soFar)
    {
        ItemOutcome outcome;
        try
        {
            outcome = await context.CallSubOrchestratorAsync<ItemOutcome>(
                nameof(RestoreItemOrchestrator), new ItemInput(input.RunId, item), new SubOrchestrationOptions(instanceId: $"{input.RootId}:i{item.ItemNo}"));
        }
        catch (TaskFailedException e)
        {
            outcome = new(false, [StepFailure.ErrorOf(e)]);
        }

        soFar = soFar.With(outcome.Errors) with
        {
            Bytes = soFar.Bytes + item.Bytes,
            Good = soFar.Good + (outcome.Restored ? 1 : 0),
            Aliased = outcome.Restored && item.HasAliases ? [.. soFar.Aliased, item.ItemNo] : soFar.Aliased,
        };
        return new(outcome.FromSecond == 0 ? soFar : soFar.WithRemark(
            $"{item.Target}: {outcome.FromSecond} blobs came from the second store {outcome.SecondLocation}, because the first has lost them or did not answer; mend it with 'qdrant-backup repair'"));
    }
}
