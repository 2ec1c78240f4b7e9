using System.Runtime.CompilerServices;
using DurableTask.Core.Exceptions;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using QdrantBackup.App.Stores;
using QdrantBackup.Configuration;
using QdrantBackup.Ids;
using QdrantBackup.Runs;

namespace QdrantBackup.App.Runs;

/// <summary>Starts runs: first the sealed request, then the orchestration that is told nothing but its id.</summary>
public sealed class RunStarter(StoreConnection connection, RunFeatures features, InterruptedRuns interrupted, BackupOptions options, TimeProvider time)
{
    private static readonly OrchestrationRuntimeStatus[] Going =
        [OrchestrationRuntimeStatus.Running, OrchestrationRuntimeStatus.Pending, OrchestrationRuntimeStatus.Suspended];

    // An instance that ever existed is not started again under its id, whatever became of it.
    private static readonly OrchestrationRuntimeStatus[] Ended =
        [OrchestrationRuntimeStatus.Completed, OrchestrationRuntimeStatus.Failed, OrchestrationRuntimeStatus.Terminated];

    // From the claim of a work to the instance that does it: two writes to the store and one to the runtime.
    private static readonly TimeSpan StartTime = TimeSpan.FromMinutes(2);

    /// <summary>Where the status of a run is served.</summary>
    internal string StatusPathOf(RunKind kind, string id) => features.Of(kind).StatusPath + id;

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
            InstanceId = $"{RunRequest.InstancePrefix(kind, options.ClusterName)}{features.Of(kind).ManualPrefix}{id}",
        };
    }

    /// <summary>Starts a run, unless one goes on that is in its way: of several callers at one moment exactly one starts theirs.</summary>
    /// <returns>The run in the way; null when the run is started.</returns>
    internal async Task<RunInTheWay?> TryStartAsync(DurableTaskClient client, RunRequest request, CancellationToken cancellationToken)
    {
        var feature = features.Of(request.Kind);
        if (feature.OneAtATime && await FindInTheWayAsync(client, request, cancellationToken) is { } running)
        {
            return running;
        }

        var opened = await OpenForAsync(feature, cancellationToken);
        var (claims, work) = (new StartClaims(opened.Store), feature.WorkOf(request));
        var holder = await claims.TryTakeAsync(
            request.Cluster, work, request.RunId, run => GoesOnAsync(client, run, cancellationToken), cancellationToken);
        if (holder is { } other)
        {
            var there = (await opened.Records.FindAsync(other, cancellationToken))?.Request;
            return new RunInTheWay(other.Value, there is not null && feature.Covers(there, request));
        }

        try
        {
            await StartAsync(client, request, cancellationToken);
            return null;
        }
        catch
        {
            await TryReleaseAsync(claims, work, request);
            throw;
        }
    }

    // The caller may try again at once. If the claim cannot be given back, it lapses by itself; if the run was started all the same, the runtime knows.
    private static async Task TryReleaseAsync(StartClaims claims, string work, RunRequest request)
    {
        try
        {
            await claims.ReleaseAsync(request.Cluster, work, request.RunId, CancellationToken.None);
        }
        catch (BackupException)
        {
            // The caller learns why the run was not started.
        }
    }

    /// <summary>Records the request and starts its orchestration. One that exists, in whatever state, is success.</summary>
    internal async Task StartAsync(DurableTaskClient client, RunRequest request, CancellationToken cancellationToken)
    {
        var feature = features.Of(request.Kind);
        var opened = await OpenForAsync(feature, cancellationToken);
        if (feature.TakesTurns)
        {
            await interrupted.FreeClusterAsync(client, opened, cancellationToken);
        }

        await opened.Records.WriteRequestAsync(request, cancellationToken);
        try
        {
            await client.ScheduleNewOrchestrationInstanceAsync(
                feature.Orchestrator, request.RunId.Value, new StartOrchestrationOptions(request.InstanceId).WithDedupeStatuses(Ended), cancellationToken);
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
        await foreach (var (id, request, isInterrupted) in ListRunningAsync(client, wanted.Kind, cancellationToken))
        {
            if (isInterrupted)
            {
                return new RunInTheWay(id.Value, DoesTheSame: false, IsInterrupted: true);
            }

            if (request is not null && features.Of(wanted.Kind).Covers(request, wanted))
            {
                return new RunInTheWay(id.Value, DoesTheSame: true);
            }

            found ??= new RunInTheWay(id.Value, DoesTheSame: false);
        }

        return found;
    }

    /// <summary>Opens the store that has the records of a feature's new runs; on a full disk with its reserve given up, if the run makes room.</summary>
    private async Task<OpenedStore> OpenForAsync(RunFeature feature, CancellationToken cancellationToken)
    {
        var opened = feature.NeedsFirstStore ? await connection.OpenAsync(cancellationToken) : await connection.OpenReadableAsync(cancellationToken);
        if (feature.MakesRoom)
        {
            await opened.MakeRoomAsync(cancellationToken);
        }

        return opened;
    }

    /// <summary>Whether a run that claimed its work is under way. Between its claim and its start it has no instance; a caller that died there claims nothing for long.</summary>
    private async Task<bool> GoesOnAsync(DurableTaskClient client, RunId run, CancellationToken cancellationToken)
    {
        var opened = await connection.OpenForRunAsync(run, cancellationToken);
        if (await opened.Records.HasResultAsync(run, cancellationToken))
        {
            return false;
        }

        var instance = await opened.Records.FindAsync(run, cancellationToken) is { } known
            ? await client.GetInstanceAsync(known.Request.InstanceId, getInputsAndOutputs: false, cancellationToken)
            : null;
        return instance is null ? time.GetUtcNow() - run.Began < StartTime : !instance.IsCompleted;
    }

    private async IAsyncEnumerable<(RunId Id, RunRequest? Request, bool IsInterrupted)> ListRunningAsync(
        DurableTaskClient client, RunKind kind, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var query = new OrchestrationQuery(
            Statuses: Going, InstanceIdPrefix: RunRequest.InstancePrefix(kind, options.ClusterName), FetchInputsAndOutputs: true);
        await foreach (var instance in client.GetAllInstancesAsync(query).WithCancellation(cancellationToken))
        {
            // The children of a run carry its id and a colon.
            if (instance.Name != features.Of(kind).Orchestrator || instance.InstanceId.Contains(':', StringComparison.Ordinal)
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
            var opened = await connection.OpenForRunAsync(id, cancellationToken);
            if (!await opened.Records.HasResultAsync(id, cancellationToken))
            {
                yield return (id, (await opened.Records.FindAsync(id, cancellationToken))?.Request, InterruptedRuns.IsInterrupted(instance));
            }
        }
    }
}

/// <summary>A run that keeps another one from being started.</summary>
/// <param name="Id">The run.</param>
/// <param name="DoesTheSame">Whether it does what the other one was to do, so that whoever asked may wait for it instead.</param>
/// <param name="IsInterrupted">Whether nothing carries it on, so that waiting for it is in vain.</param>
internal sealed record RunInTheWay(string Id, bool DoesTheSame, bool IsInterrupted = false);
