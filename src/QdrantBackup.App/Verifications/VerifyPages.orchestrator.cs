using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using QdrantBackup.App.Runs;
using QdrantBackup.Ids;
using QdrantBackup.Verification;

namespace QdrantBackup.App.Verifications;

/// <summary>The items of a verification, one after the other. It begins anew every hundred steps, so that its history stays short.</summary>
public static class VerifyPagesOrchestrator
{
    /// <summary>Goes on from where the input says.</summary>
    [Function(nameof(VerifyPagesOrchestrator))]
    public static Task<PagesOutcome> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context, PagesInput<VerifyItem, VerifyCursor> input) =>
        new PagesChild<VerifyItem, VerifyCursor>(context, input).RunAsync(
            cursor => ListAsync(context, input.RunId, cursor), (item, position, soFar) => VerifyAsync(context, input.RunId, item, position, soFar), item => item.Name);

    private static async Task<Page<VerifyItem, VerifyCursor>> ListAsync(TaskOrchestrationContext context, string runId, VerifyCursor cursor)
    {
        var page = await context.CallActivityAsync<VerifyPage>(
            nameof(VerifyActivities.ListVerifyItems), new VerifyPageInput(runId, cursor, PagesChild<VerifyItem, VerifyCursor>.PageSize), Retry.Transient);
        return new(page.Items, page.Next);
    }

    private static async Task<StepOutcome> VerifyAsync(TaskOrchestrationContext context, string runId, VerifyItem item, string? position, PagesOutcome soFar)
    {
        try
        {
            var step = new VerifyStep { RunId = new RunId(runId), Item = item, After = position };
            var receipt = await context.CallActivityAsync<ItemReceipt>(nameof(VerifyActivities.VerifyItem), step, Retry.Transient);
            return new(
                soFar with
                {
                    Bytes = soFar.Bytes + receipt.Bytes,
                    Chunks = soFar.Chunks + receipt.Chunks,
                    Good = soFar.Good + (receipt.After is null && receipt.DamageCount == 0 ? 1 : 0),
                },
                receipt.After);
        }
        catch (TaskFailedException e)
        {
            // The others are looked at all the same; that this one was not keeps the verification from being whole.
            var error = StepFailure.ErrorOf(e);
            return new(soFar.With([error with { Message = $"{item.Name}: {error.Message}" }]));
        }
    }
}
