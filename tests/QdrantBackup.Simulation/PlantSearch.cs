using System.Diagnostics;
using System.Globalization;
using QdrantBackup.Simulation.Plants;

namespace QdrantBackup.Simulation;

/// <summary>Looks for the first seed that catches each planted fault.</summary>
internal static class PlantSearch
{
    /// <summary>The first seed that catches a plant, and what it broke; null when none of so many does.</summary>
    public static async Task<(ulong Seed, string Violation)?> FindAsync(Plant plant, ulong from, int count)
    {
        for (ulong seed = from; seed < from + (ulong)count; seed++)
        {
            if ((await StoreSimulation.RunAsync(seed, plant)).Violation is { } violation && IsCatch(violation))
            {
                return (seed, violation);
            }
        }

        return null;
    }

    // An invariant is broken, or what vanished was noticed; a prune that a plant only confuses proves nothing.
    private static bool IsCatch(string violation) => violation.StartsWith('W') || violation.Contains("nothing says that it was ended", StringComparison.Ordinal);

    public static async Task<int> RunAsync(int count, TextWriter output)
    {
        bool all = true;
        foreach (Plant plant in Plant.All)
        {
            long began = Stopwatch.GetTimestamp();
            (ulong Seed, string Violation)? found = await FindAsync(plant, 1, count);
            all &= found is not null;
            await output.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture, $"{plant.Rule}: {(found is { } f ? $"seed {f.Seed}: {f.Violation}" : $"not caught by {count} seeds")} ({Stopwatch.GetElapsedTime(began).TotalSeconds:0} s)"));
        }

        return all ? 0 : 1;
    }
}
