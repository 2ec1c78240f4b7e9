using DurableTask.Core.Exceptions;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using QdrantBackup.Configuration;
using QdrantBackup.Functions.Orchestrations;
using QdrantBackup.Functions.Wiring;
using QdrantBackup.Runs;

namespace QdrantBackup.Functions.Api;

/// <summary>Starts runs: first the sealed request, then the orchestration that is told nothing but its id.</summary>
public sealed class RunStarter(StoreConnection connection, BackupOptions options, TimeProvider time)
{
    private static readonly OrchestrationRuntimeStatus[] Going =
        [OrchestrationRuntimeStatus.Running, OrchestrationRuntimeStatus.Pending, OrchestrationRuntimeStatus.Suspended];

    // An instance that ever existed is not started again under its id, whatever became of it.
    private static readonly OrchestrationRuntimeStatus[] Ended =
        [OrchestrationRuntimeStatus.Completed, OrchestrationRuntimeStatus.Failed, OrchestrationRuntimeStatus.Terminated];

    /// <summary>A new request by a caller of the API.</summary>
    internal RunRequest NewRequest(RunKind kind, string caller)
    {
        var id = RunId.New(time);
        return new RunRequest
        {
            RunId = id,
            Kind = kind,
            Cluster = options.ClusterName,
            RequestedBy = caller,
            RequestedAt = time.GetUtcNow(),
            InstanceId = $"{RunRequest.InstancePrefix(kind, options.ClusterName)}{(kind == RunKind.Backup ? "manual-" : "")}{id}",
        };
    }

    /// <summary>Records the request and starts its orchestration. One that exists, in whatever state, is success.</summary>
    internal async Task StartAsync(DurableTaskClient client, RunRequest request, CancellationToken cancellationToken)
    {
        // A backup goes into the first store or nowhere, and retention is of that store alone; whatever only reads is at home where it can be recorded.
        var services = request.Kind is RunKind.Backup or RunKind.Retention ? await connection.OpenAsync(cancellationToken) : await connection.OpenReadableAsync(cancellationToken);
        if (request.Kind == RunKind.Retention)
        {
            await services.MakeRoomAsync(cancellationToken);
        }

        await services.Records.WriteRequestAsync(request, cancellationToken);
        try
        {
            await client.ScheduleNewOrchestrationInstanceAsync(
                OrchestratorOf(request.Kind), request.RunId.Value, new StartOrchestrationOptions(request.InstanceId).WithDedupeStatuses(Ended), cancellationToken);
        }
        catch (OrchestrationAlreadyExistsException)
        {
            // Two tickers, or a repeated call: the run is started, which is what was asked for.
        }
    }

    /// <summary>The run of a kind that is going on, or null.</summary>
    internal async Task<string?> FindRunningAsync(DurableTaskClient client, RunKind kind, CancellationToken cancellationToken)
    {
        var query = new OrchestrationQuery(
            Statuses: Going, InstanceIdPrefix: RunRequest.InstancePrefix(kind, options.ClusterName), FetchInputsAndOutputs: true);
        await foreach (var instance in client.GetAllInstancesAsync(query))
        {
            // The children of a run carry its id and a colon.
            if (instance.Name != OrchestratorOf(kind) || instance.InstanceId.Contains(':', StringComparison.Ordinal)
                || !RunId.TryParse(instance.ReadInputAs<string>(), out var id))
            {
                continue;
            }

            // What follows a backup keeps no other waiting, whichever store is configured by now.
            if (instance.ReadCustomStatusAs<RunStatus>()?.Committed is not null)
            {
                continue;
            }

            // With its result recorded a run only gives back what it held, and the next one waits for that by itself.
            var services = await connection.OpenForRunAsync(id, cancellationToken);
            if (await services.Records.FindAsync(id, cancellationToken) is not { Result: not null })
            {
                return id.Value;
            }
        }

        return null;
    }

    private static string OrchestratorOf(RunKind kind) => kind switch
    {
        RunKind.Backup => nameof(BackupOrchestrator),
        RunKind.Restore => nameof(RestoreOrchestrator),
        RunKind.Retention => nameof(RetentionOrchestrator),
        RunKind.Copy => nameof(CopyOrchestrator),
        _ => nameof(VerifyOrchestrator),
    };
}
