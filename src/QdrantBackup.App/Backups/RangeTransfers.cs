using Microsoft.DurableTask;
using QdrantBackup.App.Runs;
using QdrantBackup.Capture;
using QdrantBackup.Clusters;

namespace QdrantBackup.App.Backups;

/// <summary>Carries one snapshot into the store: a large one in ranges beside each other, any other in one range or in several one after the other.</summary>
internal sealed class RangeTransfers(TaskOrchestrationContext context, PartInput input, SnapshotDescription snapshot, Task<string> cancel)
{
    private readonly List<RangeReceipt> _receipts = [];
    private readonly Queue<TransferStep> _waiting = [];
    private readonly Dictionary<TransferStep, Task<RangeReceipt>> _running = [];
    private TaskFailedException? _failure;

    /// <summary>Bytes carried so far.</summary>
    public long Bytes => _receipts.Sum(r => r.Length);

    /// <summary>Carries all of it; null when the run was cancelled before the end. Nothing is under way any more when this returns or throws.</summary>
    public async Task<IReadOnlyList<RangeReceipt>?> CarryAsync()
    {
        var whole = new TransferStep { RunId = input.RunId, PartNo = input.Part.PartNo, Snapshot = snapshot };
        var plan = input.Ranges is { } limits && limits.Splits(snapshot.Size)
            ? await context.CallActivityAsync<RangePlan>(nameof(PartActivities.PlanRanges), new RangePlanInput(whole, limits.AtOnce), Retry.Transient)
            : new RangePlan([whole]);
        foreach (var step in plan.Steps)
        {
            _waiting.Enqueue(step);
        }

        Start();
        while (_running.Count > 0)
        {
            await Task.WhenAny(_running.Values);
            await CollectAsync();
            Start();
        }

        return _failure is not null ? throw _failure : _waiting.Count > 0 ? null : [.. _receipts.OrderBy(r => r.Range)];
    }

    private void Start()
    {
        while (_failure is null && !cancel.IsCompleted && _running.Count < (input.Ranges?.AtOnce ?? 1) && _waiting.TryDequeue(out var step))
        {
            _running.Add(step, context.CallActivityAsync<RangeReceipt>(nameof(PartActivities.TransferRange), step, Retry.Transient));
        }
    }

    private async Task CollectAsync()
    {
        foreach (var (step, task) in _running.Where(r => r.Value.IsCompleted).ToList())
        {
            _running.Remove(step);
            try
            {
                var receipt = await task;
                _receipts.Add(receipt with { State = null });
                context.SetCustomStatus(new Progress(Bytes, receipt.SnapshotLength));
                if (!receipt.IsLast && receipt.NextOffset != step.End)
                {
                    _waiting.Enqueue(step.After(receipt));
                }
            }
            catch (TaskFailedException e)
            {
                // The others end before the snapshot that they read is deleted.
                _failure = e;
            }
        }
    }
}
