using Microsoft.Azure.Functions.Worker;
using QdrantBackup.Functions.Orchestrations;
using QdrantBackup.Functions.Wiring;
using QdrantBackup.Runs;
using QdrantBackup.Verification;

namespace QdrantBackup.Functions.Activities;

/// <summary>Steps of a verification.</summary>
public sealed class VerifyActivities(StoreConnection connection)
{
    /// <summary>Chooses the backup and pins it before its parts are read (W3).</summary>
    [Function(nameof(PlanVerification))]
    public async Task<VerifyPlanReceipt> PlanVerification([ActivityTrigger] string runId, CancellationToken cancellationToken)
    {
        var services = await connection.OpenAsync(cancellationToken);
        var request = await services.Records.ReadRequestAsync(new RunId(runId), cancellationToken);
        var plan = await services.Verifier.PlanAsync(request.Verify ?? new VerifyRequest(), cancellationToken);
        await services.Pins.WriteAsync(request.RunId, request.Kind, [plan.BackupId], cancellationToken);
        return new(plan.BackupId, plan.Level, plan.Parts.Count, plan.Parts.Sum(p => p.Length));
    }

    /// <summary>Lists some parts: a plan is too long for a history.</summary>
    [Function(nameof(ListVerifyParts))]
    public async Task<VerifyPage> ListVerifyParts([ActivityTrigger] VerifyPageInput input, CancellationToken cancellationToken)
    {
        var services = await connection.OpenAsync(cancellationToken);
        var plan = await services.Verifier.PlanAsync(new VerifyRequest { BackupId = input.BackupId, Level = input.Level }, cancellationToken);
        return new([.. plan.Parts.Skip(input.From).Take(input.Count)]);
    }

    /// <summary>Reads one part back.</summary>
    [Function(nameof(VerifyPart))]
    public async Task<PartVerification> VerifyPart([ActivityTrigger] VerifyStep step, CancellationToken cancellationToken)
    {
        var services = await connection.OpenAsync(cancellationToken);
        return await services.Verifier.VerifyPartAsync(step, cancellationToken);
    }
}
