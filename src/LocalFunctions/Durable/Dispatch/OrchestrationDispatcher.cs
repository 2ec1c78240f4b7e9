using LocalFunctions.Durable.Machine;
using LocalFunctions.Durable.Replay;
using LocalFunctions.Durable.Storage;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace LocalFunctions.Durable.Dispatch;

/// <summary>What an engine works with.</summary>
/// <param name="Database">Where instances are kept.</param>
/// <param name="Functions">The orchestrators and activities of the app.</param>
/// <param name="Options">Limits and names.</param>
/// <param name="Payloads">How inputs and outputs are written.</param>
/// <param name="Health">Whether the database can be written.</param>
/// <param name="Machine">Clock and threads.</param>
internal sealed record EngineParts(
    IDurableDatabase Database, IDurableFunctions Functions, DurableEngineOptions Options, JsonPayloads Payloads, StorageHealth Health, IMachine Machine);

/// <summary>Gives instances their turns, a limited number at a time.</summary>
internal sealed class OrchestrationDispatcher(EngineParts engine, ReadyInstances ready, WorkSignals signals, Unfinished unfinished, ILoggerFactory loggers)
{
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(30);
    private readonly StuckTurns _stuck = new(engine.Machine, loggers.CreateLogger<DurableEngine>());
    private readonly KeptOrchestrations _kept = new(engine.Options.KeepFromLength, engine.Options.MaxKept);
    private readonly ReplayRules _rules = new(engine.Options.Versions.Default, engine.Options.MaxActionsPerTurn);
    private readonly ILogger _logger = loggers.CreateLogger<DurableEngine>();

    /// <summary>Runs turns until no more may start and the running ones have ended.</summary>
    public async Task RunAsync(int maxConcurrent, CancellationToken stopping)
    {
        var threads = engine.Machine.StartThreads("orchestrations", maxConcurrent);
        try
        {
            await Task.WhenAll(Enumerable.Range(0, maxConcurrent).Select(_ => threads.RunAsync(() => WorkAsync(stopping))));
        }
        finally
        {
            (threads as IDisposable)?.Dispose();
        }
    }

    private async Task WorkAsync(CancellationToken stopping)
    {
        try
        {
            var isReplaced = false;
            while (!isReplaced && !stopping.IsCancellationRequested)
            {
                await engine.Health.WhenWellAsync(stopping);
                var instanceId = await ready.TakeAsync(stopping);
                using var turn = _stuck.Watch(instanceId, () => WorkAsync(stopping));
                await TakeTurnAsync(instanceId, turn, stopping);
                isReplaced = turn.IsReplaced;
            }
        }
        catch (OperationCanceledException)
        {
            // Stopping. An instance that needs a turn gets it after the next start.
        }
    }

    private async Task TakeTurnAsync(string instanceId, StuckTurns.WatchedTurn watched, CancellationToken stopping)
    {
        try
        {
            await RunTurnAsync(instanceId, watched);
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
        await Task.Delay(PauseAfterFailure, engine.Machine.Time, stopping)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        ready.Add(instanceId);
    }

    private async Task RunTurnAsync(string instanceId, StuckTurns.WatchedTurn watched)
    {
        var now = engine.Machine.Time.GetUtcNow();
        var kept = _kept.Take(instanceId);
        if (await engine.Health.PatientlyAsync(() => engine.Database.ReadAsync(session => Turn.Load(session, instanceId, kept, now, engine.Options.MaxMessagesPerTurn))) is not { } turn)
        {
            Keep(kept);

            // If the clock was set back since the alarm, the due messages are not due any more, and the alarm must be set again.
            signals.Announce(await engine.Health.PatientlyAsync(() => engine.Database.ReadAsync(session => LaterOf(session, instanceId, now))));
            return;
        }

        watched.Begin();
        var (result, replay) = Decide(turn, now);
        watched.End();
        if (result is not null && await WriteAsync(turn, result, now) is { } effects)
        {
            Keep(replay?.Written(turn.Instance, result, effects.HistoryLength));
            Log(turn.Instance, result);
            signals.Announce(effects);
        }
    }

    private void Keep(KeptOrchestration? kept)
    {
        if (kept is not null)
        {
            _kept.Keep(kept);
        }
    }

    private async Task<CommitEffects?> WriteAsync(Turn turn, TurnResult result, DateTimeOffset now)
    {
        var tries = 0;
        var effects = await engine.Health.PatientlyAsync(() =>
        {
            tries++;
            return engine.Database.WriteAsync(session => new TurnWriter(session, turn, result, now, engine.Machine.NewId).Write());
        });
        if (effects is null && tries > 1)
        {
            // An earlier try was written although it failed, and only the database knows what it started.
            await engine.Health.PatientlyAsync(() => unfinished.TakeUpAsync(now));
            signals.Watch.Changed(turn.Instance.Id);
        }

        return effects;
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

    /// <summary>The result of the turn, null to leave everything as it is; and the orchestrator, if it ran.</summary>
    private (TurnResult? Result, OrchestrationReplay? Replay) Decide(Turn turn, DateTimeOffset now)
    {
        if (turn.Terminated is { } terminated)
        {
            return (new TurnResult(OrchestrationRuntimeStatus.Terminated, []) { Output = terminated.Input, EndId = -1 }, null);
        }

        if (engine.Options.Versions.Mismatch(turn.Started!.Version) is { } mismatch)
        {
            return (Refuse(turn.Instance, mismatch), null);
        }

        var replay = turn.Kept?.Replay ?? new OrchestrationReplay(turn.Instance.Id, turn.Started, engine.Functions, engine.Payloads, _rules, loggers);
        return (replay.Run(turn.Past, turn.Arrived, now), replay);
    }

    private TurnResult? Refuse(InstanceRow instance, string mismatch)
    {
        if (engine.Options.Versions.OnMismatch == VersionFailureStrategy.Reject)
        {
            EngineLog.VersionRejected(_logger, instance.Name, instance.Id, mismatch);
            return null;
        }

        var failure = new TaskFailureDetails("VersionMismatch", mismatch, StackTrace: null, InnerFailure: null, Properties: null);
        return new TurnResult(OrchestrationRuntimeStatus.Failed, []) { Failure = failure, EndId = -1 };
    }

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
