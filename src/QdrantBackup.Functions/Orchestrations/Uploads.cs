using Microsoft.DurableTask;
using QdrantBackup.Functions.Activities;
using QdrantBackup.Restores;
using QdrantBackup.Runs;

namespace QdrantBackup.Functions.Orchestrations;

/// <summary>A restore's uploads, one after the other: a node that takes one in has enough to do. Aliases come last, when every collection is there.</summary>
internal sealed class Uploads(TaskOrchestrationContext context, RunSteps run, string runId, RestorePlanReceipt plan)
{
    private const int PageSize = 100;

    private readonly List<RunError> _errors = [];
    private readonly List<int> _aliased = [];
    private long _bytes;

    public int Restored { get; private set; }

    public async Task<IReadOnlyList<RunError>> RestoreAsync()
    {
        var done = 0;
        while (done < plan.Items && !run.IsCancelled)
        {
            var page = await context.CallActivityAsync<RestorePage>(
                nameof(RestoreActivities.ListRestoreItems), new RestorePageInput(runId, done, PageSize), Retry.Transient);
            foreach (var item in page.Items.TakeWhile(_ => !run.IsCancelled))
            {
                run.Checklist.Report(new(done, plan.Items), new(_bytes, plan.Bytes), [item.Target]);
                await RestoreAsync(item);
                done++;
                _bytes += item.Bytes;
            }
        }

        run.Checklist.Report(new(done, plan.Items), new(_bytes, plan.Bytes), []);
        return _errors;
    }

    public async Task<IReadOnlyList<RunError>> SetAliasesAsync()
    {
        var errors = new List<RunError>();
        foreach (var itemNo in _aliased)
        {
            try
            {
                await context.CallActivityAsync(nameof(RestoreActivities.SetAliases), new RestoreStep(new RunId(runId), itemNo), Retry.Transient);
            }
            catch (TaskFailedException e)
            {
                errors.Add(StepFailure.ErrorOf(e));
            }
        }

        return errors;
    }

    private async Task RestoreAsync(RestoreItemRef item)
    {
        var outcome = await OutcomeAsync(item);
        _errors.AddRange(outcome.Errors);
        run.Checklist.Add(outcome.Errors);
        if (outcome.Restored)
        {
            Restored++;
            if (item.HasAliases)
            {
                _aliased.Add(item.ItemNo);
            }
        }
    }

    private async Task<ItemOutcome> OutcomeAsync(RestoreItemRef item)
    {
        try
        {
            var upload = context.CallSubOrchestratorAsync<ItemOutcome>(
                nameof(RestoreItemOrchestrator), new ItemInput(runId, item), new SubOrchestrationOptions(instanceId: $"{context.InstanceId}:i{item.ItemNo}"));
            await run.KeepAliveUntilAsync(upload);
            return await upload;
        }
        catch (TaskFailedException e)
        {
            return new(false, [StepFailure.ErrorOf(e)]);
        }
    }
}
