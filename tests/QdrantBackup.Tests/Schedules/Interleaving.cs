using QdrantBackup.Schedules;

namespace QdrantBackup.Tests.Schedules;

/// <summary>The death of a process: thrown out of a port, caught only by the simulation.</summary>
internal sealed class CrashException : Exception;

/// <summary>
/// Lets a simulation decide which ticker continues: every port call of every ticker waits for its turn before and after it acts,
/// and dies there if the simulation decides so. Single-threaded: releasing a waiter runs it up to its next wait.
/// </summary>
internal sealed class Turnstile
{
    private readonly List<TaskCompletionSource> waiting = [];

    public int Waiting => waiting.Count;

    public Task TurnAsync()
    {
        var turn = new TaskCompletionSource();
        waiting.Add(turn);
        return turn.Task;
    }

    public void Release(int index, bool crash)
    {
        var turn = waiting[index];
        waiting.RemoveAt(index);
        if (crash)
        {
            turn.SetException(new CrashException());
        }
        else
        {
            turn.SetResult();
        }
    }
}

/// <summary>One ticker's view of the shared store and starter, through the turnstile.</summary>
internal sealed class TurnedPorts(IScheduleStateStore store, IRunStarter starter, Turnstile turnstile) : IScheduleStateStore, IRunStarter
{
    public async Task<(ScheduleState? State, string? ETag)> LoadAsync(CancellationToken cancellationToken)
    {
        await turnstile.TurnAsync();
        return await store.LoadAsync(cancellationToken);
    }

    public async Task<string?> TrySaveAsync(ScheduleState state, string? expectedETag, CancellationToken cancellationToken)
    {
        await turnstile.TurnAsync();
        var etag = await store.TrySaveAsync(state, expectedETag, cancellationToken);
        await turnstile.TurnAsync();
        return etag;
    }

    public async Task StartAsync(ScheduledRun run, CancellationToken cancellationToken)
    {
        await turnstile.TurnAsync();
        await starter.StartAsync(run, cancellationToken);
        await turnstile.TurnAsync();
    }
}
