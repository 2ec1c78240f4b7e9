namespace LocalFunctions.Benchmarks;

/// <summary>Turns and activities per second, every commit on disk before it counts.</summary>
internal static class Throughput
{
    private const int Instances = 200;
    private const int Activities = 20;
    private const int AtATime = 50;
    private const int FanOut = 2000;

    public static async Task MeasureAsync(Report report)
    {
        Report.Begin("throughput");
        await using var engine = new EngineUnderTest();
        await engine.StartAsync();
        await engine.RunManyAsync(BenchmarkFunctions.Chain, 5, 20, 20);
        var alone = await Report.TimeAsync(() => engine.RunAsync(BenchmarkFunctions.Chain, FanOut / 10));
        Report.Tell("one instance, its activities one after the other", $"{FanOut / 10 / alone.TotalSeconds,8:0} activities/s");
        var many = await Report.TimeAsync(() => engine.RunManyAsync(BenchmarkFunctions.Chain, Activities, Instances, AtATime));
        Report.Tell($"{AtATime} instances at a time, the same", $"{Instances * Activities / many.TotalSeconds,8:0} activities/s, {Instances * (Activities + 1) / many.TotalSeconds:0} turns/s");
        var fan = await Report.TimeAsync(() => engine.RunAsync(BenchmarkFunctions.FanOut, FanOut));
        Report.Tell($"one instance, {FanOut} activities at the same time", $"{FanOut / fan.TotalSeconds,8:0} activities/s");
        var empty = await Report.TimeAsync(() => engine.RunManyAsync(BenchmarkFunctions.Empty, 0, FanOut, 2 * AtATime));
        Report.Tell($"instances that do nothing, {2 * AtATime} at a time", $"{FanOut / empty.TotalSeconds,8:0} instances/s");
        report.Require("commits shared: an activity of many to one alone, in time", many.TotalSeconds / (Instances * Activities) / (alone.TotalSeconds / (FanOut / 10)), 0.8);
    }
}
