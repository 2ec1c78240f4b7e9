using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using QdrantBackup.App.Runs;
using QdrantBackup.Ids;
using QdrantBackup.Restores;

namespace QdrantBackup.App.Restores;

/// <summary>One upload: send it, delete the copy that the server keeps, wait until it has settled, count.</summary>
public static class RestoreItemOrchestrator
{
    private static readonly TimeSpan SettleTime = TimeSpan.FromHours(2);
    private static readonly TimeSpan FirstLook = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan SeldomLook = TimeSpan.FromSeconds(15);

    /// <summary>Carries the upload out.</summary>
    [Function(nameof(RestoreItemOrchestrator))]
    public static async Task<ItemOutcome> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context, ItemInput input)
    {
        ChildOfRun.ThrowUnlessStartedByRun(context);
        var step = new RestoreStep(new RunId(input.RunId), input.Item.ItemNo);
        var errors = new List<RunError>();
        UploadReceipt? uploaded = null;
        try
        {
            // Sent again after a failure that may pass: an upload that broke off has changed nothing, and one that went through is the same again.
            uploaded = await context.CallActivityAsync<UploadReceipt>(nameof(RestoreActivities.UploadItem), step, Retry.Transient);
        }
        catch (TaskFailedException e)
        {
            errors.Add(About(input, StepFailure.ErrorOf(e)));
        }

        errors.AddRange(await DeleteCopyAsync(context, input, step));
        if (uploaded is null)
        {
            return new(false, errors);
        }

        try
        {
            await SettleAsync(context, input, step);
            errors.AddRange(await CheckAsync(context, input, step));
        }
        catch (Exception e) when (e is TaskFailedException or StepFailedException)
        {
            errors.Add(About(input, StepFailure.ErrorOf(e)));
        }

        return new(true, errors, uploaded.FromSecond, uploaded.SecondLocation);
    }

    private static async Task<IReadOnlyList<RunError>> DeleteCopyAsync(TaskOrchestrationContext context, ItemInput input, RestoreStep step)
    {
        try
        {
            await context.CallActivityAsync(nameof(RestoreActivities.DeleteUploadedCopy), step, Retry.Transient);
            return [];
        }
        catch (TaskFailedException e)
        {
            var error = StepFailure.ErrorOf(e);
            return [new($"{input.Item.Target}: the copy that the upload left is still on the node: {error.Message}", "Delete it there; it takes room on the node's disk.")];
        }
    }

    // A 200 is not the end of a restore: only two good looks in a row are.
    private static async Task SettleAsync(TaskOrchestrationContext context, ItemInput input, RestoreStep step)
    {
        var giveUp = context.CurrentUtcDateTime + SettleTime;
        var good = 0;
        string? reason = null;
        for (var wait = FirstLook; context.CurrentUtcDateTime < giveUp; wait = Patience.Longer(wait, SeldomLook))
        {
            var look = await context.CallActivityAsync<SettledLook>(nameof(RestoreActivities.LookAtCollection), step, Retry.Transient);
            good = look.IsSettled ? good + 1 : 0;
            reason = look.Reason;
            if (good == 2)
            {
                return;
            }

            await context.CreateTimer(wait, CancellationToken.None);
        }

        throw new PermanentStepException(
            $"Collection {input.Item.Target} has not settled within {SettleTime.TotalHours} hours: {reason}", "Look at Qdrant's log; the data is uploaded, its replicas are not all active.");
    }

    private static async Task<IReadOnlyList<RunError>> CheckAsync(TaskOrchestrationContext context, ItemInput input, RestoreStep step)
    {
        var verdict = await context.CallActivityAsync<RestoreVerdict>(nameof(RestoreActivities.CheckCollection), step, Retry.Transient);
        return verdict.IsGood
            ? []
            : verdict.Problem is { } uncounted
            ? [new($"Collection {input.Item.Target} is restored but could not be counted; the backup holds {verdict.Expected} points: {uncounted}", "Count it by hand when the node answers.")]
            : [new($"Collection {input.Item.Target} holds {verdict.Actual} points, the backup {verdict.Expected}", "Check whether a client writes to it; if not, restore it again and verify the backup.")];
    }

    private static RunError About(ItemInput input, RunError error) =>
        error.Message.Contains(input.Item.Target, StringComparison.Ordinal) ? error : error with { Message = $"{input.Item.Target}: {error.Message}" };
}
