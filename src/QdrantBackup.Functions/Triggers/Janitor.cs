using Grpc.Core;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using QdrantBackup.Configuration;
using QdrantBackup.Functions.Activities;
using QdrantBackup.Functions.Wiring;
using QdrantBackup.Runs;

namespace QdrantBackup.Functions.Triggers;

/// <summary>
/// Ends what terminated or lost runs left: their records, their snapshots on the nodes, their pins and leases (W8).
/// It touches only what a sealed record says a dead run of this cluster made.
/// </summary>
public sealed partial class Janitor(BackupOptions options, TimeProvider time, ILogger<Janitor> log)
{
    // A run's request is written before its orchestration is started; younger ones may still be on their way.
    private static readonly TimeSpan Young = TimeSpan.FromMinutes(10);

    // A run that another process keeps (a command line with a state directory of its own) renews its pin every few minutes, also while it waits for its turn.
    private static readonly TimeSpan Silence = TimeSpan.FromHours(1);
    private static readonly TimeSpan LookBack = TimeSpan.FromDays(2);
    private static readonly TimeSpan KeepHistories = TimeSpan.FromDays(30);
    private static readonly TimeSpan PurgeTime = TimeSpan.FromSeconds(20);
    private const int PurgeHour = 4;

    private static readonly OrchestrationRuntimeStatus[] Ended =
        [OrchestrationRuntimeStatus.Completed, OrchestrationRuntimeStatus.Failed, OrchestrationRuntimeStatus.Terminated];

    /// <summary>One sweep; every step of it may be repeated.</summary>
    public async Task SweepAsync(StoreServices services, DurableTaskClient client, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await foreach (var run in services.Records.ListAsync(now - LookBack, cancellationToken))
        {
            if (run.Result is null && run.Request.Cluster == options.ClusterName && (run.IsAhead ? run.Asked : run.Request.RequestedAt) < now - Young && await IsDeadAsync(services, client, run.Request, now, cancellationToken))
            {
                await TryBuryAsync(services, run.Request, now, cancellationToken);
            }
        }

        // Once a day or a few times in a row, however often the tick comes: there is nothing left for the second one.
        if (now is { Hour: PurgeHour, Minute: < 10 })
        {
            await PurgeAsync(client, now, cancellationToken);
        }
    }

    private static async Task<bool> IsDeadAsync(
        StoreServices services, DurableTaskClient client, RunRequest request, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (await client.GetInstanceAsync(request.InstanceId, getInputsAndOutputs: false, cancellationToken) is { } instance)
        {
            return instance.IsCompleted;
        }

        return await services.Pins.LastSignAsync(request.RunId, cancellationToken) is not { } sign || sign < now - Silence;
    }

    // One run whose records cannot be read must not keep the sweep from the others; it is told of at every tick until somebody looks.
    private async Task TryBuryAsync(StoreServices services, RunRequest request, DateTimeOffset now, CancellationToken cancellationToken)
    {
        try
        {
            await BuryAsync(services, request, now, cancellationToken);
        }
        catch (BackupException e)
        {
            LogUnburied(log, request.RunId, e.Hint, e);
        }
    }

    private async Task BuryAsync(StoreServices services, RunRequest request, DateTimeOffset now, CancellationToken cancellationToken)
    {
        LogBurying(log, request.RunId, request.InstanceId);
        foreach (var made in await services.MadeSnapshots.ListLeftAsync(request.RunId, cancellationToken))
        {
            try
            {
                await services.MadeSnapshots.DeleteAsync(made, cancellationToken);
            }
            catch (SourceException e)
            {
                // The record stays without a result, so the next tick tries again.
                LogLeft(log, made.Name, made.Key.Node, e);
                return;
            }
        }

        await services.Lease.ReleaseAsync(request.Cluster, request.RunId, cancellationToken);
        foreach (var fences in await RunActivities.FencesOfAsync(services, request, cancellationToken))
        {
            await fences.ReleaseAsync(request.RunId, cancellationToken);
        }

        await services.Records.WriteResultAsync(
            new RunResult
            {
                RunId = request.RunId,
                State = RunState.Failed,
                Finished = now,
                Error = "The run ended without a result: it was terminated, or never started",
                Hint = "Start it again; cancel runs instead of terminating them.",
            },
            cancellationToken);
    }

    private async Task PurgeAsync(DurableTaskClient client, DateTimeOffset now, CancellationToken cancellationToken)
    {
        try
        {
            using var bound = new CancellationTokenSource(PurgeTime, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(bound.Token, cancellationToken);
            var filter = new PurgeInstancesFilter(CreatedTo: now - KeepHistories, Statuses: Ended);
            var result = await client.PurgeAllInstancesAsync(filter, either.Token);
            LogPurged(log, result.PurgedInstanceCount);
        }
        catch (Exception e) when (e is RpcException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            LogPurgeFailed(log, e);
        }
    }

    [LoggerMessage(2301, LogLevel.Warning, "Run {RunId} (instance {InstanceId}) ended without a result; sweeping up after it")]
    private static partial void LogBurying(ILogger logger, RunId runId, string instanceId);

    [LoggerMessage(2302, LogLevel.Warning, "Snapshot {Snapshot} on {Node} could not be deleted")]
    private static partial void LogLeft(ILogger logger, string snapshot, string node, Exception exception);

    [LoggerMessage(2303, LogLevel.Information, "Purged {Count} finished histories")]
    private static partial void LogPurged(ILogger logger, int count);

    [LoggerMessage(2304, LogLevel.Warning, "Finished histories could not be purged")]
    private static partial void LogPurgeFailed(ILogger logger, Exception exception);

    [LoggerMessage(2305, LogLevel.Error, "Run {RunId} cannot be swept up after. {Hint}")]
    private static partial void LogUnburied(ILogger logger, RunId runId, string hint, Exception exception);
}
