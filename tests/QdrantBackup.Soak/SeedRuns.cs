using System.Diagnostics;
using System.Globalization;
using QdrantBackup.Soak.Plants;

namespace QdrantBackup.Soak;

/// <summary>Runs seeds and prints their results.</summary>
internal static class SeedRuns
{
    /// <summary>How many seeds a soak has unless asked otherwise.</summary>
    public const int Default = 20_000;

    private const int MostSeedsOfPlant = 5_000;

    /// <summary>A seed that was hardly run before.</summary>
    public static ulong Fresh(TimeProvider time) => (ulong)time.GetUtcNow().ToUnixTimeSeconds() * 100_000;

    /// <summary>Runs many seeds; the exit code shows whether all were good.</summary>
    public static async Task<int> RunAsync(ulong first, int count)
    {
        long began = Stopwatch.GetTimestamp();
        long steps = 0;
        int bad = 0;
        for (ulong seed = first; seed < first + (ulong)count; seed++)
        {
            Outcome outcome = await StoreSimulation.RunAsync(seed);
            steps += outcome.Steps;
            if (outcome.Violation is { } violation)
            {
                bad++;
                Console.WriteLine($"seed {seed}: {violation}");
            }
        }

        TimeSpan took = Stopwatch.GetElapsedTime(began);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"store: {count} seeds from {first}, {bad} bad, {steps} steps, {took.TotalSeconds:0} s, {took.TotalMilliseconds / count:0.0} ms each"));
        return bad == 0 ? 0 : 1;
    }

    /// <summary>Prints one seed step by step.</summary>
    public static async Task<int> TellAsync(ulong seed, int? plant)
    {
        Outcome told = await StoreSimulation.RunAsync(seed, plant is { } number ? Plant.All[number - 1] : null, Console.Out);
        Console.WriteLine(told.Violation ?? "nothing was wrong");
        return told.Violation is null ? 0 : 1;
    }

    /// <summary>Finds the first seed that catches each of some planted faults.</summary>
    public static async Task<int> FindPlantsAsync(IEnumerable<Plant> plants)
    {
        bool all = true;
        foreach (Plant plant in plants)
        {
            (ulong Seed, string Violation)? found = await FindAsync(plant, 1, MostSeedsOfPlant);
            all &= found is not null;
            Console.WriteLine($"{plant.Rule}: {(found is { } f ? $"seed {f.Seed}: {f.Violation}" : $"not caught by {MostSeedsOfPlant} seeds")}");
        }

        return all ? 0 : 1;
    }

    /// <summary>The first seed that catches a plant, and what it broke; null when none of so many does.</summary>
    public static async Task<(ulong Seed, string Violation)?> FindAsync(Plant plant, ulong from, int count)
    {
        for (ulong seed = from; seed < from + (ulong)count; seed++)
        {
            if ((await StoreSimulation.RunAsync(seed, plant)).Violation is { } violation && IsCatch(plant, violation))
            {
                return (seed, violation);
            }
        }

        return null;
    }

    // An invariant is broken, or what vanished was noticed; a prune that a plant only confuses proves nothing.
    private static bool IsCatch(Plant plant, string violation) => violation.StartsWith('W') || (plant.IsNoticed && violation.Contains("no record ends that backup", StringComparison.Ordinal));
}
