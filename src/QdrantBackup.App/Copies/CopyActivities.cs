using Microsoft.Azure.Functions.Worker;
using QdrantBackup.App.Runs;
using QdrantBackup.App.Stores;
using QdrantBackup.Ids;
using QdrantBackup.Replication;
using QdrantBackup.Runs;

namespace QdrantBackup.App.Copies;

/// <summary>Steps of copying backups into the second store, or back.</summary>
public sealed class CopyActivities(PerStore<CopyServices> stores, RunGuard guard)
{
    /// <summary>Chooses what is missing over there and pins it on both sides (W3). The first copy makes the second store.</summary>
    [Function(nameof(PlanCopy))]
    public async Task<CopyPlanReceipt> PlanCopy([ActivityTrigger] string runId, string instanceId, CancellationToken cancellationToken)
    {
        var id = new RunId(runId);
        var services = await stores.OpenForRunAsync(id, cancellationToken);
        await guard.CheckNotOverAsync(services.Opened, id, instanceId, cancellationToken);
        var request = await services.Opened.Records.ReadRequestAsync(id, cancellationToken);
        var copying = await services.BetweenAsync(request.Copy ?? new CopyRequest(), cancellationToken);
        var plan = await copying.Planner.PlanAsync(request, cancellationToken);
        return new(plan.Backups.Count, plan.PartCount, plan.Bytes, plan.Remarks);
    }

    /// <summary>Lists some parts: a plan is too long for a history.</summary>
    [Function(nameof(ListCopyItems))]
    public async Task<CopyPage> ListCopyItems([ActivityTrigger] CopyPageInput input, string instanceId, CancellationToken cancellationToken)
    {
        var runId = new RunId(input.RunId);
        var (copying, _) = await OpenAsync(runId, instanceId, cancellationToken);
        return await copying.Planner.ListAsync(runId, input.Cursor, input.Count, cancellationToken);
    }

    /// <summary>Chooses and pins what the copy of a backup may rely on over there, before its first chunk.</summary>
    [Function(nameof(BeginCopy))]
    public async Task BeginCopy([ActivityTrigger] CopyOfBackup input, string instanceId, CancellationToken cancellationToken)
    {
        var runId = new RunId(input.RunId);
        var (copying, _) = await OpenAsync(runId, instanceId, cancellationToken);
        await copying.Parts.BeginAsync(runId, input.BackupId, cancellationToken);
    }

    /// <summary>Copies chunks and lists of a part for a bounded time.</summary>
    [Function(nameof(CopyPart))]
    public async Task<CopyReceipt> CopyPart([ActivityTrigger] CopyStep step, string instanceId, CancellationToken cancellationToken)
    {
        var (copying, request) = await OpenAsync(step.RunId, instanceId, cancellationToken);
        var receipt = await copying.Parts.CopyAsync(step, cancellationToken);
        if (receipt.Next is null && request.Full)
        {
            await copying.Parts.CheckAsync(step, cancellationToken);
        }

        return receipt;
    }

    /// <summary>Checks that all of a backup is over there and puts its manifest (W1, W2).</summary>
    [Function(nameof(CommitCopy))]
    public async Task CommitCopy([ActivityTrigger] CopyOfBackup input, string instanceId, CancellationToken cancellationToken)
    {
        var runId = new RunId(input.RunId);
        var (copying, _) = await OpenAsync(runId, instanceId, cancellationToken);
        await copying.Commit.CommitAsync(runId, input.BackupId, cancellationToken);
    }

    private async Task<(StoreCopying Copying, CopyRequest Request)> OpenAsync(RunId runId, string instanceId, CancellationToken cancellationToken)
    {
        var services = await stores.OpenForRunAsync(runId, cancellationToken);
        await guard.CheckLiveAsync(services.Opened, runId, instanceId, cancellationToken);
        var plan = await services.Plans.ReadAsync(runId, cancellationToken);
        return (await services.BetweenAsync(plan.Request, cancellationToken), plan.Request);
    }
}
