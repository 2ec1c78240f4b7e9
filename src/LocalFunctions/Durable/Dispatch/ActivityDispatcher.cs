using System.Collections.Concurrent;
using System.Threading.Channels;
using LocalFunctions.Durable.History;
using LocalFunctions.Durable.Machine;
using LocalFunctions.Durable.Storage;
using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;

namespace LocalFunctions.Durable.Dispatch;

/// <summary>
/// Runs activities, as many at a time as allowed. An activity leaves the database in the transaction that brings its result to
/// its caller: an activity that a crash or stop interrupts runs again.
/// </summary>
internal sealed class ActivityDispatcher(
    IDurableDatabase database,
    IDurableFunctions functions,
    ReadyInstances ready,
    StorageHealth health,
    IMachine machine,
    ILogger logger) : IDisposable
{
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(30);
    private readonly Channel<long> _line = Channel.CreateUnbounded<long>();
    private readonly ConcurrentDictionary<long, bool> _known = new();
    private readonly CancellationTokenSource _interrupt = new();
    private int _running;

    /// <summary>How many are running.</summary>
    public int Running => Volatile.Read(ref _running);

    /// <summary>Queues an activity, unless it is queued already or running.</summary>
    public void Add(long sequence)
    {
        if (_known.TryAdd(sequence, true))
        {
            _line.Writer.TryWrite(sequence);
        }
    }

    /// <summary>Runs activities until no more may start and the running ones have ended.</summary>
    public Task RunAsync(int maxConcurrent, CancellationToken takeNoMore) =>
        Task.WhenAll(Enumerable.Range(0, maxConcurrent).Select(_ => machine.Background.RunAsync(() => WorkAsync(takeNoMore))));

    /// <summary>Cancels the running ones; they run again after the next start.</summary>
    public void Interrupt() => _interrupt.Cancel();

    /// <inheritdoc/>
    public void Dispose() => _interrupt.Dispose();

    private async Task WorkAsync(CancellationToken takeNoMore)
    {
        try
        {
            while (!takeNoMore.IsCancellationRequested)
            {
                var sequence = await _line.Reader.ReadAsync(takeNoMore);
                await health.WhenWellAsync(takeNoMore);
                await TakeAsync(sequence, takeNoMore);
            }
        }
        catch (Exception stop) when (stop is OperationCanceledException or ObjectDisposedException)
        {
            // Stopping. An activity without a result is still in the database.
        }
    }

    // A single activity that cannot be processed must not end its worker: in the end no worker would be left.
    private async Task TakeAsync(long sequence, CancellationToken takeNoMore)
    {
        try
        {
            if (await health.PatientlyAsync(() => database.ReadAsync(session => ActivityTable.Find(session, sequence))) is { } activity)
            {
                await RunOneAsync(activity);
            }

            _known.TryRemove(sequence, out _);
        }
        catch (Exception failure) when (failure is not (OperationCanceledException or ObjectDisposedException))
        {
            EngineLog.ActivityStuck(logger, failure, sequence, PauseAfterFailure.TotalSeconds);
            _ = TryLaterAsync(sequence, takeNoMore);
        }
    }

    private async Task TryLaterAsync(long sequence, CancellationToken takeNoMore)
    {
        await Task.Delay(PauseAfterFailure, machine.Time, takeNoMore)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        _line.Writer.TryWrite(sequence);
    }

    private async Task RunOneAsync(ActivityRow activity)
    {
        Interlocked.Increment(ref _running);
        try
        {
            var result = await ResultAsync(activity);
            if (result is not null)
            {
                await health.PatientlyAsync(() => database.WriteAsync(session => ActivityTable.Finish(session, activity, result)));

                // Even if this try wrote nothing: an earlier try may have written, although it failed.
                ready.Add(activity.InstanceId);
            }
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }

    /// <summary>Null if the activity was interrupted.</summary>
    private async Task<HistoryEvent?> ResultAsync(ActivityRow activity)
    {
        if (!functions.HasActivity(activity.Name))
        {
            EngineLog.ActivityUnknown(logger, activity.Name, activity.InstanceId);
            return Result(HistoryEventType.TaskFailed, activity);
        }

        try
        {
            var output = await functions.RunActivityAsync(activity.Name, activity.InstanceId, activity.Input, _interrupt.Token);
            return Result(HistoryEventType.TaskCompleted, activity) with { Result = JsonPayloads.Checked(output) };
        }
        catch (Exception) when (_interrupt.IsCancellationRequested)
        {
            // The activity failed because we stop it, whichever exception it throws.
            return null;
        }
        catch (Exception failure)
        {
            var details = FailureText.Of(failure);
            EngineLog.ActivityFailed(logger, activity.Name, activity.InstanceId, details.ToString());
            return Result(HistoryEventType.TaskFailed, activity) with { Failure = details };
        }
    }

    private HistoryEvent Result(HistoryEventType type, ActivityRow activity) =>
        new(type, -1, machine.Time.GetUtcNow()) { TaskId = activity.TaskId };
}
