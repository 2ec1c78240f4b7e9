using System.Runtime.CompilerServices;
using DurableTask.Core.Exceptions;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using QdrantBackup.App.Backups;
using QdrantBackup.App.Copies;
using QdrantBackup.App.Restores;
using QdrantBackup.App.Retention;
using QdrantBackup.App.Stores;
using QdrantBackup.App.Verifications;
using QdrantBackup.Configuration;
using QdrantBackup.Ids;
using QdrantBackup.Runs;

namespace QdrantBackup.App.Runs;

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
        await foreach (var running in ListRunningAsync(client, kind, cancellationToken))
        {
            return running.Id.Value;
        }

        return null;
    }

    /// <summary>The run that keeps another one from being started now, or null: of several, one that does what that one was to do.</summary>
    internal async Task<RunInTheWay?> FindInTheWayAsync(DurableTaskClient client, RunRequest wanted, CancellationToken cancellationToken)
    {
        RunInTheWay? found = null;
        await foreach (var (id, request) in ListRunningAsync(client, wanted.Kind, cancellationToken))
        {
            if (Covers(request, wanted))
            {
                return new RunInTheWay(id.Value, DoesTheSame: true);
            }

            found ??= new RunInTheWay(id.Value, DoesTheSame: false);
        }

        return found;
    }

    // A backup of some collections does not do for one of others: whoever asked would believe that all is backed up.
    private static bool Covers(RunRequest? running, RunRequest wanted) =>
        running?.Backup is { } there && wanted.Backup is { } own && there.Selection?.Key == own.Selection?.Key && there.AllowEmpty == own.AllowEmpty;

    private async IAsyncEnumerable<(RunId Id, RunRequest? Request)> ListRunningAsync(
        DurableTaskClient client, RunKind kind, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var query = new OrchestrationQuery(
            Statuses: Going, InstanceIdPrefix: RunRequest.InstancePrefix(kind, options.ClusterName), FetchInputsAndOutputs: true);
        await foreach (var instance in client.GetAllInstancesAsync(query).WithCancellation(cancellationToken))
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
            if (!await services.Records.HasResultAsync(id, cancellationToken))
            {
                yield return (id, (await services.Records.FindAsync(id, cancellationToken))?.Request);
            }
        }
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

/// <summary>A run that keeps another one from being started.</summary>
/// <param name="Id">The run.</param>
/// <param name="DoesTheSame">Whether it does what the other one was to do, so that whoever asked may wait for it instead.</param>
internal sealed record RunInTheWay(string Id, bool DoesTheSame);
