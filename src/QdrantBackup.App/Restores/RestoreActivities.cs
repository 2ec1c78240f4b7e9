using Microsoft.Azure.Functions.Worker;
using QdrantBackup.App.Runs;
using QdrantBackup.App.Stores;
using QdrantBackup.Ids;
using QdrantBackup.Restores;
using QdrantBackup.Runs;

namespace QdrantBackup.App.Restores;

/// <summary>Steps of a restore.</summary>
public sealed class RestoreActivities(PerStore<RestoreServices> stores, RunGuard guard)
{
    /// <summary>Chooses the backup, refuses what would break a promise, pins what is read, stores the plan.</summary>
    [Function(nameof(PlanRestore))]
    public async Task<RestorePlanReceipt> PlanRestore([ActivityTrigger] string runId, string instanceId, CancellationToken cancellationToken)
    {
        // Nothing is begun yet, and a person waits: a node that is away is told at once.
        using var patience = Patience.Use(Patience.OfPerson);
        var (request, plan) = await ReadPlanAsync(runId, instanceId, cancellationToken);
        return new(plan.PlanHash, request.Restore?.Approve ?? false, plan.Items.Count, plan.Items.Sum(i => i.Length));
    }

    /// <summary>Looks whether a person has approved the plan: a sealed record says so, and nothing else does.</summary>
    [Function(nameof(FindApproval))]
    public async Task<bool> FindApproval([ActivityTrigger] ApprovalWanted wanted, string instanceId, CancellationToken cancellationToken)
    {
        var runId = new RunId(wanted.RunId);
        var services = await stores.OpenForRunAsync(runId, cancellationToken);
        await guard.CheckNotOverAsync(services.Opened, runId, instanceId, cancellationToken);
        return await new RestoreApprovals(services.Opened.Store).FindAsync(runId, wanted.PlanHash, cancellationToken) is not null;
    }

    /// <summary>Lists some uploads: a plan is too long for a history.</summary>
    [Function(nameof(ListRestoreItems))]
    public async Task<RestorePage> ListRestoreItems([ActivityTrigger] RestorePageInput input, string instanceId, CancellationToken cancellationToken)
    {
        var (_, plan) = await ReadPlanAsync(input.RunId, instanceId, cancellationToken);
        var from = input.Cursor.From;
        var items = plan.Items.Skip(from).Take(input.Count).Select(i => new RestoreItemRef(i.ItemNo, i.Target, i.Length, i.Aliases.Count > 0));
        return new([.. items], from + input.Count < plan.Items.Count ? new RestoreCursor(from + input.Count) : null);
    }

    /// <summary>Uploads one part; whatever is wrong with it breaks the upload off before Qdrant changes anything.</summary>
    [Function(nameof(UploadItem))]
    public async Task<UploadReceipt> UploadItem([ActivityTrigger] RestoreStep step, string instanceId, CancellationToken cancellationToken)
    {
        var services = await stores.OpenForRunAsync(step.RunId, cancellationToken);
        await guard.CheckLiveAsync(services.Opened, step.RunId, instanceId, cancellationToken);
        return await services.Parts.UploadAsync(step, cancellationToken);
    }

    /// <summary>Deletes the copy that the server keeps of an upload, after failure too.</summary>
    [Function(nameof(DeleteUploadedCopy))]
    public async Task DeleteUploadedCopy([ActivityTrigger] RestoreStep step, string instanceId, CancellationToken cancellationToken)
    {
        var services = await stores.OpenForRunAsync(step.RunId, cancellationToken);
        await guard.CheckOwnAsync(services.Opened, step.RunId, instanceId, cancellationToken);
        await services.Parts.DeleteUploadedCopyAsync(step, cancellationToken);
    }

    /// <summary>Looks once whether the collection has settled.</summary>
    [Function(nameof(LookAtCollection))]
    public async Task<SettledLook> LookAtCollection([ActivityTrigger] RestoreStep step, string instanceId, CancellationToken cancellationToken)
    {
        var services = await stores.OpenForRunAsync(step.RunId, cancellationToken);
        await guard.CheckLiveAsync(services.Opened, step.RunId, instanceId, cancellationToken);
        return await services.Checks.LookAsync(step, cancellationToken);
    }

    /// <summary>Counts the collection's points and compares.</summary>
    [Function(nameof(CheckCollection))]
    public async Task<RestoreVerdict> CheckCollection([ActivityTrigger] RestoreStep step, string instanceId, CancellationToken cancellationToken)
    {
        var services = await stores.OpenForRunAsync(step.RunId, cancellationToken);
        await guard.CheckLiveAsync(services.Opened, step.RunId, instanceId, cancellationToken);
        return await services.Checks.CheckAsync(step, cancellationToken);
    }

    /// <summary>Makes the backup's aliases point to the restored collections.</summary>
    [Function(nameof(SetAliases))]
    public async Task<AliasReceipt> SetAliases([ActivityTrigger] AliasBatch batch, string instanceId, CancellationToken cancellationToken)
    {
        var runId = new RunId(batch.RunId);
        var services = await stores.OpenForRunAsync(runId, cancellationToken);
        await guard.CheckLiveAsync(services.Opened, runId, instanceId, cancellationToken);
        var errors = new List<RunError>();
        foreach (var itemNo in batch.Items)
        {
            try
            {
                await services.Checks.SetAliasesAsync(new RestoreStep(runId, itemNo), cancellationToken);
            }
            catch (BackupException e) when (!e.IsTransient)
            {
                errors.Add(new(e.Message, e.Hint));
            }
        }

        return new(errors);
    }

    private async Task<(RunRequest Request, RestorePlanOverview Plan)> ReadPlanAsync(string runId, string instanceId, CancellationToken cancellationToken)
    {
        var id = new RunId(runId);
        var services = await stores.OpenForRunAsync(id, cancellationToken);
        await guard.CheckNotOverAsync(services.Opened, id, instanceId, cancellationToken);
        var request = await services.Opened.Records.ReadRequestAsync(id, cancellationToken);
        return (request, await services.Planner.PlanAsync(request, cancellationToken));
    }
}
