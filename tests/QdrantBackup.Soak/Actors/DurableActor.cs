using QdrantBackup.Soak.World;

namespace QdrantBackup.Soak.Actors;

/// <summary>An orchestration: its steps are attempted until one attempt ends, even if processes die meanwhile. A final failure of an attempt fails the step.</summary>
internal abstract class DurableActor(SimulatedWorld world, string name, ActorKind kind)
{
    private const int MaxTransientFailures = 1000;

    private readonly TimeSpan _wrongBy = TimeSpan.FromSeconds(world.Chance.Pick(0, 0, 0, -3, 7, -3600, 1800));

    protected SimulatedWorld World => world;

    protected string Name => name;

    /// <summary>The clock of the machine that it runs on.</summary>
    protected TimeProvider Time => world.Clock.OfMachine(_wrongBy);

    public abstract Task RunAsync();

    protected Task StepAsync(Func<Machine, Task> step) => StepAsync(async machine =>
    {
        await step(machine);
        return true;
    });

    /// <param name="step">What it does; it may be attempted several times, also at the same time.</param>
    /// <param name="mayGiveUp">Whether the orchestration may be terminated when an attempt is lost, while that attempt may go on.</param>
    protected async Task<T> StepAsync<T>(Func<Machine, Task<T>> step, bool mayGiveUp = false)
    {
        for (int failures = 0; ;)
        {
            var attempt = new Attempt(name);
            Task<T> work = AttemptAsync(attempt, step);
            if (await Task.WhenAny(work, attempt.Abandoned.Task) != work)
            {
                if (mayGiveUp && world.Chance.OneIn(2))
                {
                    throw new RefusedException("terminated", "Start a new run.");
                }

                continue;
            }

            try
            {
                return await work;
            }
            catch (BackupException e) when (e.IsTransient && failures++ < MaxTransientFailures)
            {
                // As the runtime does it: once more.
            }
        }
    }

    private async Task<T> AttemptAsync<T>(Attempt attempt, Func<Machine, Task<T>> step)
    {
        try
        {
            return await step(world.NewMachine(attempt, Time, kind));
        }
        finally
        {
            if (attempt.IsAbandoned)
            {
                // Its successor runs already; nobody waits for this one.
                world.Turnstile.Leave();
            }
        }
    }
}
