using System.Globalization;
using Microsoft.DurableTask.Client;

namespace LocalFunctions.Benchmarks;

/// <summary>What an instance costs when there are 100, 10,000 and 100,000 others; how long a start takes then; what purging gives back; and how memory grows.</summary>
internal static class Instances
{
    private const int Measured = 1000;
    private const int WarmUp = 3 * Measured;
    private const int AtATime = 50;
    private const double MaxStartSeconds = 5;
    private const double MaxHeapGrowthMiB = 64;
    private static readonly int[] Levels = [100, 10_000, 100_000];

    public static async Task MeasureAsync(Report report)
    {
        Report.Begin("instances");
        await using var engine = new EngineUnderTest();
        await engine.StartAsync();
        await engine.RunManyAsync(BenchmarkFunctions.Chain, 2, WarmUp, AtATime);
        await engine.Client.PurgeAllInstancesAsync(new PurgeInstancesFilter());
        var costs = new List<Cost>();
        var heaps = new List<double>();
        var halfTime = DateTimeOffset.MaxValue;
        foreach (var level in Levels)
        {
            halfTime = TimeProvider.System.GetUtcNow();
            await FillAsync(engine, level);
            costs.Add(await Report.MeasureAsync(Measured, () => engine.RunManyAsync(BenchmarkFunctions.Chain, 2, Measured, AtATime)));
            heaps.Add(GC.GetTotalMemory(forceFullCollection: true) / 1048576.0);
            var each = engine.UsedBytes / (double)await engine.CountAsync();
            Report.Tell(
                $"beside {level} instances, one with two activities",
                string.Create(CultureInfo.InvariantCulture, $"{costs[^1]}; {each / 1024:0.0} KiB of database an instance; heap {heaps[^1]:0.0} MiB"));
        }

        report.Require($"the same, beside {Levels[^1]} to beside {Levels[0]}, processor time", costs[^1].ProcessorMicroseconds / costs[0].ProcessorMicroseconds, 2);
        report.Require("heap at the end less heap at the beginning, MiB", heaps[^1] - heaps[0], MaxHeapGrowthMiB);
        await MeasureStartAsync(engine, report);
        await MeasurePurgeAsync(engine, halfTime);
    }

    // One in ten goes on waiting.
    private static async Task FillAsync(EngineUnderTest engine, int level)
    {
        var missing = level - await engine.CountAsync();
        await engine.RunManyAsync(BenchmarkFunctions.Empty, 0, Math.Max(0, missing - (missing / 10)), 2 * AtATime);
        await Parallel.ForAsync(0, missing / 10, new ParallelOptions { MaxDegreeOfParallelism = 2 * AtATime }, async (_, cancellation) =>
        {
            var id = await engine.ScheduleAsync(BenchmarkFunctions.Listen, 1);
            await engine.Client.WaitForInstanceStartAsync(id, cancellation);
        });
    }

    private static async Task MeasureStartAsync(EngineUnderTest engine, Report report)
    {
        await engine.StopAsync();
        var cost = await Report.MeasureAsync(1, async () =>
        {
            await engine.StartAsync();
            await engine.RunAsync(BenchmarkFunctions.Empty, 0);
        });
        report.Require($"start with {await engine.CountAsync()} instances in the database, seconds", cost.Elapsed.TotalSeconds, MaxStartSeconds);
    }

    private static async Task MeasurePurgeAsync(EngineUnderTest engine, DateTimeOffset before)
    {
        foreach (var (what, until) in (IEnumerable<(string, DateTimeOffset?)>)[("the older ones", before), ("the others that ended", null)])
        {
            PurgeResult? purged = null;
            var cost = await Report.MeasureAsync(1, async () => purged = await engine.Client.PurgeAllInstancesAsync(new PurgeInstancesFilter(CreatedTo: until)));
            var left = await engine.CountAsync();
            Report.Tell(
                $"purge of {what}: {purged!.PurgedInstanceCount} instances",
                $"{cost with { Units = purged.PurgedInstanceCount }}; after it {MiB(engine.UsedBytes)} MiB in use of {MiB(engine.SizeBytes)}, {left} instances");
        }
    }

    private static string MiB(long bytes) => (bytes / 1048576.0).ToString("0.0", CultureInfo.InvariantCulture);
}
