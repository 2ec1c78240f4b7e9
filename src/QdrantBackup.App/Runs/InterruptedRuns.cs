using Microsoft.DurableTask.Client;
using QdrantBackup.App.Stores;
using QdrantBackup.Configuration;
using QdrantBackup.Ids;
using QdrantBackup.Runs;

namespace QdrantBackup.App.Runs;

/// <summary>
/// Runs that nothing carries on: the process that they were bound to has ended, or an operator suspended them. They change nothing until a person lets them go on or ends
/// them. For the runtime such an instance is suspended.
/// </summary>
public sealed class InterruptedRuns(PerStore<RunServices> stores, RunFeatures features, BackupOptions options, TimeProvider time)
{
    private static readonly TimeSpan LongestEnd = TimeSpan.FromSeconds(30);

    /// <summary>Whether an instance is one of such a run.</summary>
    internal static bool IsInterrupted(OrchestrationMetadata? instance) => instance is { RuntimeStatus: OrchestrationRuntimeStatus.Suspended };

    /// <summary>Gives the cluster back for a run that holds it and that nothing carries on, so that nobody waits for its lease to end.</summary>
    internal async Task FreeClusterAsync(DurableTaskClient client, OpenedStore opened, CancellationToken cancellationToken)
    {
        var services = stores.On(opened);
        if (await services.Lease.FindHolderAsync(options.ClusterName, cancellationToken) is { } holder
            && await opened.Records.FindAsync(holder, cancellationToken) is { } run
            && IsInterrupted(await client.GetInstanceAsync(run.Request.InstanceId, getInputsAndOutputs: false, cancellationToken)))
        {
            await services.Lease.ReleaseAsync(options.ClusterName, holder, cancellationToken);
        }
    }

    /// <summary>Lets such a run go on, if no other run works on the cluster.</summary>
    /// <returns>The run that works on the cluster; null if this one goes on.</returns>
    internal async Task<RunId?> ResumeAsync(DurableTaskClient client, RunRequest request, string by, CancellationToken cancellationToken)
    {
        if (features.Of(request.Kind).TakesTurns)
        {
            var services = await stores.OpenForRunAsync(request.RunId, cancellationToken);
            await FreeClusterAsync(client, services.Opened, cancellationToken);
            var lease = await services.Lease.TryTakeAsync(request.Cluster, request.RunId, request.Kind, ClusterLease.Time, cancellationToken);
            if (!lease.IsMine)
            {
                return lease.Holder;
            }
        }

        await client.ResumeInstanceAsync(request.InstanceId, by, cancellationToken);
        return null;
    }

    /// <summary>Ends such a run as cancelled. Nothing of it runs again: what it was doing when it was interrupted is not even finished.</summary>
    internal async Task EndAsync(DurableTaskClient client, RunRequest request, string by, CancellationToken cancellationToken)
    {
        var instance = await client.GetInstanceAsync(request.InstanceId, getInputsAndOutputs: true, cancellationToken);
        var status = instance?.SerializedCustomStatus is null ? null : instance.ReadCustomStatusAs<RunStatus>();
        await client.TerminateInstanceAsync(request.InstanceId, new TerminateInstanceOptions($"cancelled by {by}", Recursive: true), cancellationToken);
        using var bound = new CancellationTokenSource(LongestEnd, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(bound.Token, cancellationToken);
        await client.WaitForInstanceCompletionAsync(request.InstanceId, either.Token);

        var services = await stores.OpenForRunAsync(request.RunId, cancellationToken);
        var end = new RunResult { RunId = request.RunId, State = RunState.Cancelled, Finished = time.GetUtcNow(), Remarks = RemarksOf(request, status) };
        var run = new OpenRun(request.RunId, request.Kind, request.InstanceId);
        await new RunBurial(services, features, options.ClusterName, time).BuryAsync(run, end, cancellationToken);
    }

    private static IReadOnlyList<string> RemarksOf(RunRequest request, RunStatus? status)
    {
        var at = status is null ? "" : $" at the step '{status.Step}'";
        var current = status?.Current is { Count: > 0 } names ? $" It was working on {string.Join(", ", names)}." : "";
        var doubt = request.Kind == RunKind.Restore ? " Collections that it was restoring may be incomplete: check them, or restore them again." : "";
        return [$"the run was interrupted{at} and then cancelled.{current}{doubt}"];
    }
}
