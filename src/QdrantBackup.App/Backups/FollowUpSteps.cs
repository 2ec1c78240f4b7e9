using Microsoft.DurableTask;
using QdrantBackup.App.Copies;
using QdrantBackup.App.Runs;
using QdrantBackup.App.Verifications;
using QdrantBackup.Runs;

namespace QdrantBackup.App.Backups;

/// <summary>The runs that follow a backup.</summary>
/// <param name="Runs">The runs, in the order in which they are carried out.</param>
public sealed record FollowUpList(IReadOnlyList<FollowUp> Runs);

/// <summary>Carries out what follows a backup once it is over: its cluster is given back by then, and whatever becomes of the followers, it is a backup.</summary>
internal static class FollowUpSteps
{
    public static async Task RunAsync(TaskOrchestrationContext context, string runId)
    {
        try
        {
            var following = await context.CallActivityAsync<FollowUpList>(nameof(BackupActivities.ListFollowUps), runId, Retry.Transient);
            foreach (var run in following.Runs)
            {
                await FollowAsync(context, run);
            }
        }
        catch (TaskFailedException)
        {
            // The store is away. Their requests are there, and the sweep records that they never ran; the next backup's followers make up for them.
        }
    }

    private static async Task FollowAsync(TaskOrchestrationContext context, FollowUp run)
    {
        try
        {
            await context.CallSubOrchestratorAsync<RunEnd>(
                run.Kind == RunKind.Copy ? nameof(CopyOrchestrator) : nameof(VerifyOrchestrator), run.RunId.Value, new SubOrchestrationOptions(instanceId: run.InstanceId));
        }
        catch (TaskFailedException)
        {
            // It has recorded itself why, as every run does.
        }
    }
}
