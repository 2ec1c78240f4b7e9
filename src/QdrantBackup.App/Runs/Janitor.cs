using Grpc.Core;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using QdrantBackup.App.Stores;
using QdrantBackup.Configuration;
using QdrantBackup.Ids;
using QdrantBackup.Runs;
using QdrantBackup.Storage;
using QdrantBackup.Stores;

namespace QdrantBackup.App.Runs;

/// <summary>
/// Ends what terminated or lost runs left: their records, their snapshots on the nodes, their pins and leases (W8). It finds them in the index of open runs, whatever ended
/// them and however long ago they began, and goes on until nothing is left. It touches only what a sealed record says a run of this cluster made.
/// </summary>
public sealed partial class Janitor(PerStore<RunServices> stores, RunFeatures features, BackupOptions options, TimeProvider time, ILogger<Janitor> log) : IDisposable
{
    private const int PurgeHour = 4;
    private static readonly TimeSpan KeepHistories = TimeSpan.FromDays(30);
    private static readonly TimeSpan PurgeTime = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan LongestBefore = TimeSpan.FromSeconds(20);

    private static readonly OrchestrationRuntimeStatus[] Ended =
        [OrchestrationRuntimeStatus.Completed, OrchestrationRuntimeStatus.Failed, OrchestrationRuntimeStatus.Terminated];

    private readonly RunWatch _watch = new(time);
    private readonly LeftOvers _leftOvers = new(time, log);
    private readonly SemaphoreSlim _sweeping = new(1, 1);

    /// <summary>One sweep; every step of it may be repeated.</summary>
    public async Task SweepAsync(OpenedStore opened, DurableTaskClient client, CancellationToken cancellationToken)
    {
        await stores.On(opened).OpenRunSearch.StepAsync(options.ClusterName, cancellationToken);
        await SweepKnownAsync(opened, client, cancellationToken);

        // Once a day or a few times in a row, however often the tick comes: there is nothing left for the second one.
        if (time.GetUtcNow() is { Hour: PurgeHour, Minute: < 10 } now)
        {
            await PurgeAsync(client, now, cancellationToken);
        }
    }

    /// <summary>Sweeps before a backup: a process of one command has no tick, and what earlier runs left takes room on the node's disk. A sweep that fails is no reason to make no backup.</summary>
    public async Task SweepBeforeBackupAsync(DurableTaskClient client, CancellationToken cancellationToken)
    {
        using var bound = new CancellationTokenSource(LongestBefore, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(bound.Token, cancellationToken);
        try
        {
            await SweepKnownAsync((await stores.OpenAsync(either.Token)).Opened, client, either.Token);
        }
        catch (Exception e) when (e is BackupException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            LogNotSwept(log, e.Message);
        }
    }

    private async Task SweepKnownAsync(OpenedStore opened, DurableTaskClient client, CancellationToken cancellationToken)
    {
        // One at a time: what it has seen is of this process. What the second would do, the first does.
        if (!await _sweeping.WaitAsync(TimeSpan.Zero, cancellationToken))
        {
            return;
        }

        try
        {
            var services = stores.On(opened);
            var open = await services.Opened.Records.Open.ListAsync(options.ClusterName, cancellationToken);
            var runs = open.Select(r => r.RunId).ToHashSet();
            _watch.KeepOnly(runs);
            _leftOvers.KeepOnly(runs);
            foreach (var run in open)
            {
                await TrySweepAsync(services, client, run, open, cancellationToken);
            }
        }
        finally
        {
            _sweeping.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _sweeping.Dispose();

    // One run whose records cannot be read must not keep the sweep from the others.
    private async Task TrySweepAsync(RunServices services, DurableTaskClient client, OpenRun run, IReadOnlyList<OpenRun> open, CancellationToken cancellationToken)
    {
        try
        {
            var hasResult = await services.Opened.Records.HasResultAsync(run.RunId, cancellationToken);
            var isOver = await IsOverAsync(services, client, run, open, cancellationToken);
            if ((hasResult || isOver) && _watch.MayTry(run.RunId))
            {
                await SweepAsync(services, run, open, isOver, hasResult, cancellationToken);
            }
        }
        catch (BackupException e)
        {
            LogUnswept(log, run.RunId, e.Message, e.Hint, e);
        }
    }

    private async Task<bool> IsOverAsync(
        RunServices services, DurableTaskClient client, OpenRun run, IReadOnlyList<OpenRun> open, CancellationToken cancellationToken)
    {
        if (await client.GetInstanceAsync(run.InstanceId, getInputsAndOutputs: false, cancellationToken) is { } instance)
        {
            return instance.IsCompleted;
        }

        // What follows a backup is begun one after the other: a verification waits for the copy, for hours if need be, and has no pin yet.
        if (run is { Follows: { } backup, Kind: RunKind.Verify } && open.Any(r => r.Kind == RunKind.Copy && r.Follows == backup))
        {
            return false;
        }

        // A run that another process keeps (a command line with a state directory of its own) changes its pin as long as it lives.
        var pin = await services.Opened.Store.Blobs.FindAsync(BlobNames.Pin(run.RunId), cancellationToken);
        return _watch.IsSilent(run.RunId, pin?.ETag ?? "none");
    }

    private async Task SweepAsync(RunServices services, OpenRun run, IReadOnlyList<OpenRun> open, bool isOver, bool hasResult, CancellationToken cancellationToken)
    {
        var report = await _leftOvers.SweepAsync(services, run.RunId, open, isOver || hasResult, cancellationToken);
        if (isOver)
        {
            if (!hasResult)
            {
                LogBurying(log, run.RunId, run.InstanceId);
            }

            await new RunBurial(services, features, options.ClusterName, time).BuryAsync(run, report.Left, hasResult, cancellationToken);
        }

        await ReportAsync(services, run, report, cancellationToken);
        if (isOver && report.IsNothing)
        {
            await services.Opened.Records.Open.RemoveAsync(options.ClusterName, run.RunId, cancellationToken);
        }
    }

    /// <summary>Tells in the run's notes and in the index what is left, once for each change. An app that only maintains may have no way to the nodes, and leaves that to the one that has.</summary>
    private async Task ReportAsync(RunServices services, OpenRun run, LeftReport report, CancellationToken cancellationToken)
    {
        if (options.Role == AppRole.Maintenance || !await services.Opened.Records.Open.NoteLeftAsync(options.ClusterName, run.RunId, report.Left, cancellationToken))
        {
            return;
        }

        foreach (var left in report.Left.Except(run.Left, StringComparer.Ordinal))
        {
            LogStillThere(log, run.RunId, left);
            await services.Opened.Records.AddNoteAsync(run.RunId, "sweep", left, cancellationToken);
        }

        if (report.Left.Count == 0)
        {
            await services.Opened.Records.AddNoteAsync(run.RunId, "sweep", "the snapshots that this run left on nodes are gone", cancellationToken);
        }
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

    [LoggerMessage(2309, LogLevel.Warning, "What earlier runs left could not be looked for before a backup: {Problem}")]
    private static partial void LogNotSwept(ILogger logger, string problem);

    [LoggerMessage(2301, LogLevel.Warning, "Run {RunId} (instance {InstanceId}) ended without a result; sweeping up after it")]
    private static partial void LogBurying(ILogger logger, RunId runId, string instanceId);

    [LoggerMessage(2303, LogLevel.Information, "Purged {Count} finished histories")]
    private static partial void LogPurged(ILogger logger, int count);

    [LoggerMessage(2304, LogLevel.Warning, "Finished histories could not be purged")]
    private static partial void LogPurgeFailed(ILogger logger, Exception exception);

    [LoggerMessage(2305, LogLevel.Error, "Run {RunId} cannot be swept up after: {Problem}. {Hint}")]
    private static partial void LogUnswept(ILogger logger, RunId runId, string problem, string hint, Exception exception);

    [LoggerMessage(2308, LogLevel.Error, "Run {RunId} left something: {Left}")]
    private static partial void LogStillThere(ILogger logger, RunId runId, string left);
}
