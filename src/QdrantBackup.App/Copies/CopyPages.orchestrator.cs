using System.Globalization;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using QdrantBackup.App.Runs;
using QdrantBackup.Ids;
using QdrantBackup.Replication;

namespace QdrantBackup.App.Copies;

/// <summary>The parts of a copy, one after the other: begin the backup, copy its chunks and lists, put its manifest. It begins anew every hundred steps.</summary>
public static class CopyPagesOrchestrator
{
    /// <summary>Goes on from where the input says.</summary>
    [Function(nameof(CopyPagesOrchestrator))]
    public static Task<PagesOutcome> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context, PagesInput<CopyItem, CopyCursor> input) =>
        new PagesChild<CopyItem, CopyCursor>(context, input).RunAsync(
            cursor => ListAsync(context, input.RunId, cursor), (item, position, soFar) => StepAsync(context, input.RunId, item, position, soFar), item => item.Name);

    private static async Task<Page<CopyItem, CopyCursor>> ListAsync(TaskOrchestrationContext context, string runId, CopyCursor cursor)
    {
        var page = await context.CallActivityAsync<CopyPage>(
            nameof(CopyActivities.ListCopyItems), new CopyPageInput(runId, cursor, PagesChild<CopyItem, CopyCursor>.PageSize), Retry.Transient);
        return new(page.Items, page.Next);
    }

    private static async Task<StepOutcome> StepAsync(TaskOrchestrationContext context, string runId, CopyItem item, string? position, PagesOutcome soFar)
    {
        if (soFar.Spoilt == item.BackupId.Value)
        {
            return new(soFar);
        }

        try
        {
            return await CopyAsync(context, runId, item, position, soFar);
        }
        catch (TaskFailedException e)
        {
            // The other backups are copied all the same. This one has no manifest over there, so it does not exist.
            var error = StepFailure.ErrorOf(e);
            return new(soFar.With([error with { Message = $"backup {item.BackupId}, {item.Name}: {error.Message}" }]) with { Spoilt = item.BackupId.Value });
        }
    }

    private static async Task<StepOutcome> CopyAsync(TaskOrchestrationContext context, string runId, CopyItem item, string? position, PagesOutcome soFar)
    {
        var backup = new CopyOfBackup(runId, item.BackupId);
        if (item.IsFirst && position is null)
        {
            await context.CallActivityAsync(nameof(CopyActivities.BeginCopy), backup, Retry.Transient);
        }

        if (item.PartNo > 0)
        {
            var receipt = await context.CallActivityAsync<CopyReceipt>(nameof(CopyActivities.CopyPart), StepOf(runId, item, position), Retry.Transient);
            soFar = soFar with { Chunks = soFar.Chunks + receipt.Chunks, StoredBytes = soFar.StoredBytes + receipt.StoredBytes };
            if (receipt.Next is { } next)
            {
                return new(soFar, string.Create(CultureInfo.InvariantCulture, $"{next.Range}:{next.Entry}"));
            }

            soFar = soFar with { Bytes = soFar.Bytes + item.Length };
        }

        if (item.IsLast)
        {
            await context.CallActivityAsync(nameof(CopyActivities.CommitCopy), backup, Retry.Transient);
            soFar = soFar with { Good = soFar.Good + 1 };
        }

        return new(soFar);
    }

    private static CopyStep StepOf(string runId, CopyItem item, string? position)
    {
        var numbers = (position ?? "0:0").Split(':');
        return new(new RunId(runId), item.BackupId, item.PartNo, int.Parse(numbers[0], CultureInfo.InvariantCulture), int.Parse(numbers[1], CultureInfo.InvariantCulture));
    }
}
