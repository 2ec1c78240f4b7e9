using Microsoft.Azure.Functions.Worker;
using QdrantBackup.App.Runs;
using QdrantBackup.App.Stores;
using QdrantBackup.Damages;
using QdrantBackup.Ids;
using QdrantBackup.Keys;
using QdrantBackup.Runs;
using QdrantBackup.Stores;
using QdrantBackup.Verification;

namespace QdrantBackup.App.Verifications;

/// <summary>Steps of a verification, or of a repair.</summary>
public sealed class VerifyActivities(PerStore<VerificationServices> stores, KeyChecks keys, RunGuard guard)
{
    private const int MaxErrors = 50;
    private const int MaxNamed = 3;

    /// <summary>Chooses the backups and pins them before they are read (W3).</summary>
    [Function(nameof(PlanVerification))]
    public async Task<VerifyPlanReceipt> PlanVerification([ActivityTrigger] string runId, string instanceId, CancellationToken cancellationToken)
    {
        var id = new RunId(runId);
        var services = await stores.OpenForRunAsync(id, cancellationToken);
        await guard.CheckNotOverAsync(services.Opened, id, instanceId, cancellationToken);
        var request = await services.Opened.Records.ReadRequestAsync(id, cancellationToken);
        var verification = await services.OfAsync(request.Verify?.Second == true, cancellationToken);

        // Where its records are, whichever store it reads: a run without a pin counts as dead.
        await services.Opened.Pins.WriteAsync(id, request.Kind, [], cancellationToken);
        var plan = await verification.Planner.PlanAsync(request, cancellationToken);
        return new(plan.ItemCount, plan.Bytes);
    }

    /// <summary>Lists some items: a plan is too long for a history.</summary>
    [Function(nameof(ListVerifyItems))]
    public async Task<VerifyPage> ListVerifyItems([ActivityTrigger] VerifyPageInput input, string instanceId, CancellationToken cancellationToken)
    {
        var (_, verification) = await OpenAsync(new RunId(input.RunId), instanceId, cancellationToken);
        return await verification.Planner.ListAsync(new RunId(input.RunId), input.Cursor, input.Count, cancellationToken);
    }

    /// <summary>Looks at one item; mends it if that was asked for.</summary>
    [Function(nameof(VerifyItem))]
    public async Task<ItemReceipt> VerifyItem([ActivityTrigger] VerifyStep step, string instanceId, CancellationToken cancellationToken)
    {
        var (_, verification) = await OpenAsync(step.RunId, instanceId, cancellationToken);
        return await verification.Items.VerifyAsync(step, cancellationToken);
    }

    /// <summary>Finds out which backups need what is damaged, and records what was shown of each.</summary>
    [Function(nameof(TraceDamage))]
    public async Task<TraceReceipt> TraceDamage([ActivityTrigger] TraceInput input, string instanceId, CancellationToken cancellationToken)
    {
        var (_, verification) = await OpenAsync(new RunId(input.RunId), instanceId, cancellationToken);
        return await verification.Trace.TraceAsync(new RunId(input.RunId), input.After, input.IsWhole, cancellationToken);
    }

    /// <summary>Says what it came to.</summary>
    [Function(nameof(ConcludeVerification))]
    public async Task<RunEnd> ConcludeVerification([ActivityTrigger] VerifyOutcome outcome, string instanceId, CancellationToken cancellationToken)
    {
        var runId = new RunId(outcome.RunId);
        var (services, verification) = await OpenAsync(runId, instanceId, cancellationToken);
        var plan = await services.Plans.ReadAsync(runId, cancellationToken);
        var report = await verification.Trace.ReadAsync(runId, cancellationToken) ?? new DamageReport { RunId = runId, Damages = [] };
        if (outcome.IsWhole && plan.Request is { Rolling: true, Subset: { } share })
        {
            await services.Rolling.DoneAsync(share, runId, cancellationToken);
        }

        var unmended = report.Damages.Where(d => !d.IsMended && d.BackupCount > 0).ToList();
        RunError[] errors = [.. unmended.Select(ErrorOf).Take(MaxErrors), .. outcome.Errors];
        var state = outcome.IsCancelled ? RunState.Cancelled : errors.Length > 0 ? RunState.Failed : RunState.Complete;
        var end = new RunEnd(outcome.RunId, state, [.. errors.Take(MaxErrors)]) { Remarks = RemarksOn(report, unmended.Count) };
        return plan.Request is { Level: VerifyLevel.Restorable, Second: false } && !outcome.IsCancelled ? await WithKeysAsync(end, services, cancellationToken) : end;
    }

    /// <summary>Nothing is restorable without the key: the store is opened afresh with each recipient.</summary>
    private async Task<RunEnd> WithKeysAsync(RunEnd end, VerificationServices services, CancellationToken cancellationToken)
    {
        var trial = await keys.TryNowAsync(services.Opened.Store, cancellationToken);
        RunError[] failing = [.. trial.Failing.Select(f => new RunError($"{f.Recipient} does not open the store any more: {f.Problem}", f.Hint ?? ""))];
        var state = failing.Length == 0 || end.State == RunState.Failed ? end.State : trial.IsLost ? RunState.Failed : RunState.Partial;
        return end with
        {
            State = state,
            Errors = [.. failing, .. end.Errors],
            Remarks = [.. end.Remarks, .. trial.Untried.Select(u => $"{u.Recipient} could not be tried: {u.Problem}")],
        };
    }

    private async Task<(VerificationServices Services, StoreVerification Verification)> OpenAsync(RunId runId, string instanceId, CancellationToken cancellationToken)
    {
        var services = await stores.OpenForRunAsync(runId, cancellationToken);
        await guard.CheckLiveAsync(services.Opened, runId, instanceId, cancellationToken);
        var plan = await services.Plans.ReadAsync(runId, cancellationToken);
        return (services, await services.OfAsync(plan.Request.Second, cancellationToken));
    }

    private static RunError ErrorOf(Damage damage)
    {
        var where = damage.Collection is null ? "" : $"{damage.Collection}: ";
        var named = string.Join(", ", damage.Backups.Take(MaxNamed));
        var touched = damage.BackupCount > MaxNamed ? $"{named} and {damage.BackupCount - MaxNamed} more backups" : named;
        var hint = damage.CanMend == true ? "The other copy of the store has it whole: run 'qdrant-backup repair'." : damage.Hint;
        return new RunError($"{where}{damage.Blob}: {damage.What}; needed by {touched}", hint, RunError.Damage);
    }

    private static IReadOnlyList<string> RemarksOn(DamageReport report, int unmended)
    {
        var remarks = new List<string>();
        if (report.Damages.Count(d => d.IsMended) is > 0 and var mended)
        {
            remarks.Add($"{mended} damaged blobs were mended from the other copy of the store");
        }

        if (report.Damages.Count(d => !d.IsMended && d.BackupCount == 0) is > 0 and var unneeded)
        {
            remarks.Add($"{unneeded} damaged chunks are needed by no backup; they count as absent");
        }

        if (unmended > 0 && report.Damages.Any(d => !d.IsMended && d.CanMend != true && d.Blob.StartsWith(BlobNames.ChunksFolder, StringComparison.Ordinal)))
        {
            remarks.Add("damaged chunks count as absent from now on: the next backup whose data still holds them puts them again");
        }

        return remarks;
    }
}
