using System.Diagnostics;
using LocalFunctions.Soak.Plants;

namespace LocalFunctions.Soak;

/// <summary>What the command line does: many seeds, one seed to read, or the table of planted faults.</summary>
internal static class SeedRuns
{
    /// <summary>How many seeds a soak runs.</summary>
    public const int Default = 10_000;

    private const int MaxShown = 20;
    private const ulong PlantSeeds = 1000;

    /// <summary>Where a soak begins, so that each sees seeds that none has seen.</summary>
    public static ulong Fresh(TimeProvider time) => (ulong)time.GetUtcNow().ToUnixTimeSeconds() * Default;

    /// <summary>Runs seeds on all cores and says which of them found something.</summary>
    public static int Run(ulong first, int count)
    {
        Console.WriteLine($"engine: {count} worlds, seeds {first} to {first + (ulong)count - 1}");
        var clock = Stopwatch.StartNew();
        var failed = 0;
        var steps = 0L;
        Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, number =>
        {
            var seed = first + (ulong)number;
            var outcome = Simulation.Run(seed);
            Interlocked.Add(ref steps, outcome.Steps);
            if (outcome.Violation is { } violation && Interlocked.Increment(ref failed) <= MaxShown)
            {
                Console.WriteLine($"  seed {seed}: {violation}\n    replay it: ./dev soak engine {seed}");
            }
        });
        Console.WriteLine($"engine: {steps} steps in {clock.Elapsed.TotalSeconds:0} s; {failed} of {count} seeds found something");
        return failed == 0 ? 0 : 1;
    }

    /// <summary>Runs one seed and shows all that happens in it.</summary>
    public static int Replay(ulong seed)
    {
        var outcome = Simulation.Run(seed, plant: null, Console.Out);
        Console.WriteLine($"seed {seed}: {outcome.Violation ?? "ends right"} after {outcome.Steps} steps, trace {outcome.Hash:x16}");
        return outcome.Violation is null ? 0 : 1;
    }

    /// <summary>Makes the table of docs/simulation.md: each planted fault, the first seed that finds it, and what it finds.</summary>
    public static int FindPlants()
    {
        Console.WriteLine("| planted fault | found by seed | as |\n|---|---|---|");
        var missed = 0;
        foreach (var (name, plant) in PlantedFaults.All)
        {
            var found = Find(plant, PlantSeeds);
            missed += found is null ? 1 : 0;
            Console.WriteLine($"| {name} | {(found is null ? "none" : found.Value.Seed)} | {Shortened(found?.Violation)} |");
        }

        return missed == 0 ? 0 : 1;
    }

    // What a message says; not its JSON.
    private static string? Shortened(string? violation) => violation?.Split([": {", ";"], StringSplitOptions.None)[0].Replace("System.InvalidOperationException: ", "", StringComparison.Ordinal);

    /// <summary>The first seed, of so many, that finds a planted fault; null if none does, or the plant had nothing to change.</summary>
    public static (ulong Seed, string Violation)? Find(Func<Plant> make, ulong seeds)
    {
        for (ulong seed = 1; seed <= seeds; seed++)
        {
            var plant = make();
            if (Simulation.Run(seed, plant).Violation is { } violation && plant.HasTaken)
            {
                return (seed, violation);
            }
        }

        return null;
    }
}
