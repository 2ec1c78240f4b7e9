using QdrantBackup.Soak.Actors;
using QdrantBackup.Soak.Plants;
using QdrantBackup.Soak.World;

namespace QdrantBackup.Soak;

/// <summary>How a seed ended.</summary>
/// <param name="Violation">What was wrong; null if nothing was.</param>
/// <param name="Steps">How many requests were let through.</param>
/// <param name="Hash">What two runs of a seed must share.</param>
internal sealed record Outcome(string? Violation, int Steps, ulong Hash);

/// <summary>One seed: backups, readers, people and pruners on one store, all at once; then calm, and what is left is looked at.</summary>
internal static class StoreSimulation
{
    /// <summary>What goes on at once, the first four always; in the order in which most comes of it.</summary>
    private static readonly string[] Lanes = ["backup-a", "backup-b", "retire", "prune-a", "other", "prune-b"];

    /// <summary>Runs a seed.</summary>
    /// <param name="seed">Everything follows from it.</param>
    /// <param name="plant">A fault to plant.</param>
    /// <param name="reader">Who wants to read what happens.</param>
    public static Task<Outcome> RunAsync(ulong seed, Plant? plant = null, TextWriter? reader = null) => Task.Run(async () =>
    {
        var world = new SimulatedWorld(seed, plant ?? Plant.None, reader);
        Weather weather = Weather.Of(world.Chance);
        weather = weather with { IsReplica = weather.IsReplica || plant?.InSecondStore == true };
        await BeginAsync(world, weather);
        world.Weather = weather;
        world.Tell(weather.ToString());
        string[] lanes = weather.HasStops
            ? [.. Lanes.Take(world.Chance.Pick(4, 4, 4, 5, 6))]
            : [.. Lanes.Take(world.Chance.Pick(4, 5, 6))];
        Stops? stops = weather.HasStops ? new Stops(lanes, world.Chance) : null;
        world.Tell(stops?.ToString() ?? "no stops");
        foreach (string lane in lanes)
        {
            int times = lane == "retire" ? world.Chance.Pick(1, 2, 3) : weather.HasStops ? 1 : world.Chance.Pick(1, 1, 2, 3);
            await world.BeginAsync(() => LiveAsync(world, lane, times));
        }

        await world.RunAsync(world.Chance.OneIn(2) ? world.Chance.Pick(lanes) : null, stops);
        if (world.Oracle.Violation is null)
        {
            await EndAsync(world);
        }

        return new Outcome(world.Oracle.Violation, world.Steps, world.Hash);
    });

    /// <summary>One or two backups before anything else, so that there is something to build on.</summary>
    private static async Task BeginAsync(SimulatedWorld world, Weather weather)
    {
        for (int i = weather.IsReplica ? 4 : world.Chance.Pick(1, 2); i > 0; i--)
        {
            await DoAsync(world, new BackupActor(world, "first"));
        }

        if (weather.IsReplica)
        {
            await world.BeginReplicaAsync();
            await DoAsync(world, new CopyActor(world, "first"));
        }
    }

    private static async Task DoAsync(SimulatedWorld world, DurableActor actor)
    {
        await world.BeginAsync(actor.RunAsync);
        await world.RunAsync();
        world.Clock.Advance(TimeSpan.FromHours(1));
    }

    private static async Task LiveAsync(SimulatedWorld world, string lane, int times)
    {
        for (; times > 0; times--)
        {
            await ActorOf(world, lane).RunAsync();
        }
    }

    private static DurableActor ActorOf(SimulatedWorld world, string lane) => lane switch
    {
        "backup-a" or "backup-b" => world.First is null ? new BackupActor(world, lane) : new CopyActor(world, lane),
        "prune-a" or "prune-b" => new PruneActor(world, lane),
        "retire" => world.Oracle.Ended(world.Service).Any() && world.Chance.OneIn(2) ? new UndeleteActor(world, lane) : new RetireActor(world, lane),
        _ => world.Chance.OneIn(2) ? new ReadActor(world, lane) : new HoldActor(world, lane),
    };

    /// <summary>Everything late arrives, every grace period passes, and two prunes in calm weather must leave what is needed and nothing else.</summary>
    private static async Task EndAsync(SimulatedWorld world)
    {
        await world.ArriveAllAsync();
        bool hadGrace = world.Weather.HasGrace;
        world.Weather = Weather.Calm with { HasGrace = hadGrace };
        for (int i = 0; i < 2 && world.Oracle.Violation is null; i++)
        {
            world.Clock.Advance(TimeSpan.FromHours(100));
            await world.BeginAsync(new PruneActor(world, "last").RunAsync);
            await world.RunAsync();
        }

        if (world.Oracle.Violation is null)
        {
            world.Oracle.CheckRest(world.Service);
        }
    }
}
