namespace LocalFunctions.Benchmarks;

/// <summary>What an event costs in a short history and in a long one.</summary>
internal static class Histories
{
    private const int EventsPerActivity = 4;
    private const int Short = 100;
    private const int Long = 10_000;
    private const int Repeats = 20;

    public static async Task MeasureAsync(Report report)
    {
        Report.Begin("histories");
        await using var engine = new EngineUnderTest();
        await engine.StartAsync();
        await engine.RunManyAsync(BenchmarkFunctions.Chain, 25, 100, 20);
        var costs = new Dictionary<int, Cost>();
        foreach (var events in (int[])[Short, Long])
        {
            var times = events == Short ? Repeats : 1;
            costs[events] = await Report.MeasureAsync(events * times, async () =>
            {
                for (var time = 0; time < times; time++)
                {
                    await engine.RunAsync(BenchmarkFunctions.Chain, events / EventsPerActivity);
                }
            });
            Report.Tell($"an event in a history of {events}, one activity after the other", $"{costs[events]}");
        }

        report.Require("the same, long to short, processor time", costs[Long].ProcessorMicroseconds / costs[Short].ProcessorMicroseconds, 2);
        await MeasureEventsAsync(engine);
        await MeasureRestartAsync(engine);
    }

    private static async Task MeasureEventsAsync(EngineUnderTest engine)
    {
        var cost = await Report.MeasureAsync(Long, async () =>
        {
            var id = await engine.ScheduleAsync(BenchmarkFunctions.Listen, Long);
            await Parallel.ForAsync(0, Long, new ParallelOptions { MaxDegreeOfParallelism = 20 }, async (item, cancellation) => await engine.Client.RaiseEventAsync(id, "item", item, cancellation));
            await engine.EndAsync(id);
        });
        Report.Tell($"an external event of {Long} for one instance, 20 at a time", $"{cost}");
    }

    private static async Task MeasureRestartAsync(EngineUnderTest engine)
    {
        const int Events = Long / EventsPerActivity;
        var id = await engine.ScheduleAsync(BenchmarkFunctions.ChainThenListen, Events);
        await engine.UntilStatusAsync(id, "listens");
        Report.Tell($"heap while such a history of {Long} is under way", $"{GC.GetTotalMemory(forceFullCollection: true) / 1048576.0:0.0} MiB");
        await engine.StopAsync();
        await engine.StartAsync();
        var cost = await Report.MeasureAsync(Long, async () =>
        {
            await engine.Client.RaiseEventAsync(id, "item", 1);
            await engine.EndAsync(id);
        });
        Report.Tell($"the first turn after a restart, which replays {Long} events", $"{cost.Elapsed.TotalMilliseconds:0} ms");
    }
}
