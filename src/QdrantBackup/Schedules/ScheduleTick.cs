namespace QdrantBackup.Schedules;

/// <summary>What a tick did.</summary>
/// <param name="Started">The run it started, or found started; null if nothing was due or another ticker was faster.</param>
/// <param name="Missed">The due times that this run catches up on.</param>
/// <param name="Yielded">Whether another ticker changed the state first, so that this one did nothing.</param>
public sealed record TickOutcome(ScheduledRun? Started, IReadOnlyList<MissedRun> Missed, bool Yielded);

/// <summary>
/// One tick: load, evaluate, save the intent, start, clear the intent. A crash anywhere in between, or another ticker at the
/// same time, leads to the same run under the same id, so that starting stays idempotent.
/// </summary>
public sealed class ScheduleTick(string cluster, IScheduleStateStore store, IRunStarter starter, TimeProvider time)
{
    /// <summary>Evaluates the schedules now and starts what is due.</summary>
    public async Task<TickOutcome> RunAsync(IReadOnlyList<Schedule> schedules, CancellationToken cancellationToken)
    {
        var (state, etag) = await store.LoadAsync(cancellationToken);
        var evaluation = ScheduleEvaluator.Evaluate(cluster, time.GetUtcNow(), schedules, state);
        if (evaluation.Changed)
        {
            etag = await store.TrySaveAsync(evaluation.State, etag, cancellationToken);
            if (etag is null)
            {
                return new TickOutcome(Started: null, [], Yielded: true);
            }
        }

        if (evaluation.ToStart is not { } run)
        {
            return new TickOutcome(Started: null, [], Yielded: false);
        }

        await starter.StartAsync(run, cancellationToken);

        // Losing here is fine: the winner has started the same run and cleared it, or will.
        await store.TrySaveAsync(evaluation.State with { Pending = null }, etag, cancellationToken);
        return new TickOutcome(run, evaluation.Missed, Yielded: false);
    }
}
