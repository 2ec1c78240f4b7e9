namespace LocalFunctions.Benchmarks;

/// <summary>Turns and activities per second, every commit on disk before it counts.</summary>
internal static class Throughput
{
    private const int Instances = 200;
    private const int Activities = 20;
    private const int AtATime = 50;
    private const int FanOut = 2000;

    public static async Task MeasureAsync(Report _)
    {
        Report.Begin("throughput");
        await using var engine = new EngineUnderTest();
        await engine.StartAsync();
        await engine.RunManyAsync(BenchmarkFunctions.Chain, Activities, Instances, AtATime);
        var alone = await Report.MeasureAsync(FanOut / 10, () => engine.RunAsync(BenchmarkFunctions.Chain, FanOut / 10));
        Tell("one instance, its activities one after the other", alone, "activities");
        var many = await Report.MeasureAsync(Instances * Activities, () => engine.RunManyAsync(BenchmarkFunctions.Chain, Activities, Instances, AtATime));
        Tell($"{AtATime} instances at a time, the same (a turn for each activity)", many, "activities");
        var fan = await Report.MeasureAsync(FanOut, () => engine.RunAsync(BenchmarkFunctions.FanOut, FanOut));
        Tell($"one instance, {FanOut} activities at the same time", fan, "activities");
        var empty = await Report.MeasureAsync(FanOut, () => engine.RunManyAsync(BenchmarkFunctions.Empty, 0, FanOut, 2 * AtATime));
        Tell($"instances that do nothing, {2 * AtATime} at a time", empty, "instances");
    }

    private static void Tell(string what, Cost cost, string units) => Report.Tell(what, $"{cost.PerSecond,7:0} {units}/s; {cost}");
}
