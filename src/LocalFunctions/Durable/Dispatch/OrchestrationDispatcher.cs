using LocalFunctions.Durable.Replay;
using LocalFunctions.Durable.Storage;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace LocalFunctions.Durable.Dispatch;

/// <summary>Gives instances their turns, each on one of a few threads, so that an orchestrator that does not return holds up one thread only.</summary>
internal sealed class OrchestrationDispatcher(
    DurableDatabase database,
    IDurableFunctions functions,
    DurableEngineOptions options,
    JsonPayloads payloads,
    ReadyInstances ready,
    WorkSignals signals,
    StorageHealth health,
    TimeProvider time,
    ILoggerFactory loggers)
{
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(30);
    private readonly ReplayRules _rules = new(options.Versions.Default, options.MaxActionsPerTurn);
    private readonly ILogger _logger = loggers.CreateLogger<DurableEngine>();

    /// <summary>Runs turns until no more are to be taken and those that run have ended.</summary>
    public Task RunAsync(int maxConcurrent, CancellationToken stopping)
    {
        stopping.Register(ready.Close);
        return Task.WhenAll(Enumerable.Range(1, maxConcurrent).Select(number => RunThread($"orchestrations {number}", stopping)));
    }

    private Task RunThread(string name, CancellationToken stopping)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() =>
        {
            while (ready.TryTake(out var instanceId))
            {
                TakeTurn(instanceId, stopping);
            }

            ended.SetResult();
        })
        {
            IsBackground = true,
            Name = name,
        };
        thread.Start();
        return ended.Task;
    }

    private void TakeTurn(string instanceId, CancellationToken stopping)
    {
        try
        {
            RunTurn(instanceId);
        }
        catch (Exception) when (stopping.IsCancellationRequested)
        {
            // Stopping. The turn was not written, so the next start takes it again.
        }
        catch (Exception failure)
        {
            EngineLog.TurnFails(_logger, failure, instanceId, PauseAfterFailure.TotalSeconds);
            _ = TryLaterAsync(instanceId, stopping);
        }
        finally
        {
            ready.Done(instanceId);
        }
    }

    private async Task TryLaterAsync(string instanceId, CancellationToken stopping)
    {
        await Task.Delay(PauseAfterFailure, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        ready.Add(instanceId);
    }

    private void RunTurn(string instanceId)
    {
        var now = time.GetUtcNow();
        if (Patiently(() => database.Read(session => Turn.Load(session, instanceId, now))) is not { } turn)
        {
            // If the clock was set back since the alarm rang, what was due is not any more, and the alarm must ring again.
            signals.Announce(Patiently(() => database.Read(session => LaterOf(session, instanceId, now))));
            return;
        }

        if (Decide(turn, now) is { } result && Patiently(() => database.Write(session => new TurnWriter(session, turn, result, now).Write())) is { } effects)
        {
            Log(turn.Instance, result);
            signals.Announce(effects);
        }
    }

    private static CommitEffects LaterOf(SqlSession session, string instanceId, DateTimeOffset now)
    {
        var effects = new CommitEffects();
        if (InboxTable.NextDueOf(session, instanceId, now) is { } due)
        {
            effects.Due(due);
        }

        return effects;
    }

    /// <summary>Null leaves everything as it is.</summary>
    private TurnResult? Decide(Turn turn, DateTimeOffset now)
    {
        if (turn.Terminated is { } terminated)
        {
            return new TurnResult(OrchestrationRuntimeStatus.Terminated, []) { Output = terminated.Input, EndId = -1 };
        }

        if (options.Versions.Mismatch(turn.Started!.Version) is { } mismatch)
        {
            return Refuse(turn.Instance, mismatch);
        }

        return new OrchestrationReplay(turn.Instance.Id, turn.Started, functions, payloads, _rules, loggers).Run(turn.Past, turn.Arrived, now);
    }

    private TurnResult? Refuse(InstanceRow instance, string mismatch)
    {
        if (options.Versions.OnMismatch == VersionFailureStrategy.Reject)
        {
            EngineLog.VersionRejected(_logger, instance.Name, instance.Id, mismatch);
            return null;
        }

        var failure = new TaskFailureDetails("VersionMismatch", mismatch, StackTrace: null, InnerFailure: null, Properties: null);
        return new TurnResult(OrchestrationRuntimeStatus.Failed, []) { Failure = failure, EndId = -1 };
    }

    private T Patiently<T>(Func<T> work) => health.PatientlyAsync(work).GetAwaiter().GetResult();

    private void Log(InstanceRow instance, TurnResult result)
    {
        if (result.Failure is { } failure)
        {
            EngineLog.Failed(_logger, instance.Name, instance.Id, failure.ToString());
        }
        else if (result.HasEnded)
        {
            EngineLog.Ended(_logger, instance.Name, instance.Id, result.Status.ToString());
        }
    }
}
