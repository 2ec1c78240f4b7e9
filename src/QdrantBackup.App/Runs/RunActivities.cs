using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;
using QdrantBackup.App.Stores;
using QdrantBackup.Ids;
using QdrantBackup.Runs;

namespace QdrantBackup.App.Runs;

/// <summary>Steps that every run has.</summary>
public sealed partial class RunActivities(PerStore<RunServices> stores, RunFeatures features, CaptureOptions options, RunGuard guard, TimeProvider time, ILogger<RunActivities> log)
{
    /// <summary>Opens the sealed request: without one nothing runs, whoever started the instance.</summary>
    [Function(nameof(OpenRequest))]
    public async Task OpenRequest([ActivityTrigger] string runId, string instanceId, CancellationToken cancellationToken)
    {
        var services = await OpenOwnAsync(runId, instanceId, cancellationToken);
        if (await services.Opened.Records.HasResultAsync(new RunId(runId), cancellationToken))
        {
            throw new RefusedException($"Run {runId} is over, and an orchestration was started for it again", "Start a new run; this one must not read or write any more.");
        }
    }

    /// <summary>Takes or renews the cluster's lease, or tells who holds it.</summary>
    [Function(nameof(TakeLease))]
    public async Task<LeaseReceipt> TakeLease([ActivityTrigger] string runId, string instanceId, CancellationToken cancellationToken)
    {
        var id = new RunId(runId);
        var services = await stores.OpenForRunAsync(id, cancellationToken);
        await guard.CheckOwnAsync(services.Opened, id, instanceId, cancellationToken);
        var request = await services.Opened.Records.ReadRequestAsync(id, cancellationToken);
        return await services.Lease.TryTakeAsync(request.Cluster, request.RunId, request.Kind, ClusterLease.Time, cancellationToken);
    }

    /// <summary>Keeps pin and lease young while the run lives (W3).</summary>
    [Function(nameof(RenewRun))]
    public async Task RenewRun([ActivityTrigger] string runId, string instanceId, CancellationToken cancellationToken)
    {
        var id = new RunId(runId);
        var services = await stores.OpenForRunAsync(id, cancellationToken);
        await guard.CheckOwnAsync(services.Opened, id, instanceId, cancellationToken);
        var request = await services.Opened.Records.ReadRequestAsync(id, cancellationToken);
        foreach (var fences in await features.FencesOfAsync(services.Opened, request, cancellationToken))
        {
            await fences.Pins.RenewAsync(id, cancellationToken);
        }

        if (!features.Of(request.Kind).TakesTurns)
        {
            // Reading back, copying and pruning disturb nobody: they have no turn to keep.
            return;
        }

        var lease = await TakeLease(runId, instanceId, cancellationToken);
        if (!lease.IsMine)
        {
            throw new RefusedException($"Run {lease.Holder} has taken the cluster over from run {runId}", "This run did not renew its lease in time; start it again when the other one is over.");
        }
    }

    /// <summary>Records how the run ended; the first record counts.</summary>
    [Function(nameof(RecordEnd))]
    public async Task RecordEnd([ActivityTrigger] RunEnd end, string instanceId, CancellationToken cancellationToken)
    {
        var services = await OpenOwnAsync(end.RunId, instanceId, cancellationToken);
        await services.Opened.Records.WriteResultAsync(ResultOf(end, services), cancellationToken);
    }

    /// <summary>Gives the cluster back and lets go of what the run needed kept. A lease that cannot be given back ends by itself and keeps nothing from being let go of.</summary>
    [Function(nameof(ReleaseRun))]
    public async Task ReleaseRun([ActivityTrigger] RunEnd end, string instanceId, CancellationToken cancellationToken)
    {
        var services = await OpenOwnAsync(end.RunId, instanceId, cancellationToken);
        var runId = new RunId(end.RunId);
        StoreException? lease = null;
        try
        {
            await services.Lease.ReleaseAsync(options.Cluster, runId, cancellationToken);
        }
        catch (StoreException e)
        {
            lease = e;
        }
        catch (SealException e) when (e.IsNewerFormat)
        {
            // A newer version has it: it is none of this run's.
        }

        foreach (var fences in await features.FencesOfAsync(services.Opened, await services.Opened.Records.ReadRequestAsync(runId, cancellationToken), cancellationToken))
        {
            await fences.ReleaseAsync(runId, cancellationToken);
        }

        if (lease is not null)
        {
            throw lease;
        }

        await CloseAsync(services, runId, cancellationToken);
    }

    /// <summary>Takes the run out of the index of open runs, unless it left something on a node. Where that cannot be told now, the sweep does it.</summary>
    private async Task CloseAsync(RunServices services, RunId runId, CancellationToken cancellationToken)
    {
        try
        {
            if (await services.Opened.Records.HasResultAsync(runId, cancellationToken) && (await services.MadeSnapshots.ListLeftAsync(runId, cancellationToken)).IsNothing)
            {
                await services.Opened.Records.Open.RemoveAsync(options.Cluster, runId, cancellationToken);
            }
        }
        catch (BackupException e)
        {
            LogNotClosed(log, runId, e);
        }
    }

    // Whoever can start instances could name another's run: then nothing of it is run, recorded or given back.
    private async Task<RunServices> OpenOwnAsync(string runId, string instanceId, CancellationToken cancellationToken)
    {
        if (!RunId.TryParse(runId, out var id))
        {
            throw new RefusedException("The instance was started without the id of a run", "Start runs through this app's API only.");
        }

        var services = await stores.OpenForRunAsync(id, cancellationToken);
        var request = await services.Opened.Records.ReadRequestAsync(id, cancellationToken);
        if (request.Cluster != options.Cluster)
        {
            throw new RefusedException($"Run {runId} was asked for on cluster {request.Cluster}; this app serves {options.Cluster}", "Start it with the app of that cluster.");
        }

        if (request.InstanceId != instanceId)
        {
            throw new RefusedException($"The request of run {runId} belongs to instance {request.InstanceId}, not to {instanceId}", "Start runs through this app's API only.");
        }

        return services;
    }

    private RunResult ResultOf(RunEnd end, RunServices services) => new()
    {
        RunId = new RunId(end.RunId),
        State = end.State,
        Finished = time.GetUtcNow(),
        Error = end.Errors.Count > 0 && end.State != RunState.Complete ? end.Errors[0].Message : null,
        Hint = end.Errors.Count > 0 && end.State != RunState.Complete ? end.Errors[0].Hint : null,
        Items = [.. end.Errors.Select(e => new RunItem("run", end.State, Error: e.Message, Hint: e.Hint, ErrorKind: e.Kind))],
        Remarks = services.Opened.StandsInFor is { } away
            ? [.. end.Remarks, $"the second store {services.Opened.Store.Blobs.Location} stood in for the first, which was away: {away.Message}"]
            : end.Remarks,
    };

    [LoggerMessage(2012, LogLevel.Warning, "Run {RunId} cannot be taken out of the index of open runs now; the sweep does it")]
    private static partial void LogNotClosed(ILogger logger, RunId runId, Exception exception);
}
