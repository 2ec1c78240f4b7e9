using System.Diagnostics;
using LocalFunctions.Benchmarks;

await using var engine = new EngineUnderTest();
await engine.StartAsync();
await engine.RunManyAsync("Chain", 5, 20, 20);
async Task Time(string what, int units, Func<Task> work) { var c = Stopwatch.StartNew(); await work(); Console.WriteLine($"{what}: {c.Elapsed.TotalSeconds:0.00} s, {units / c.Elapsed.TotalSeconds:0} /s, {c.Elapsed.TotalMicroseconds / units:0} us each"); }
await Time("chain of 100, one at a time", 100, () => engine.RunAsync("Chain", 100));
await Time("100 chains of 20, 50 at a time", 2000, () => engine.RunManyAsync("Chain", 20, 100, 50));
await Time("fan-out of 1000", 1000, () => engine.RunAsync("FanOut", 1000));
await Time("empty instances", 2000, () => engine.RunManyAsync("Empty", 0, 2000, 100));
await Time("history 100", 100, () => engine.RunAsync("Chain", 25));
await Time("history 1000", 1000, () => engine.RunAsync("Chain", 250));
await Time("history 4000", 4000, () => engine.RunAsync("Chain", 1000));
await Time("fan-out of 5000", 5000, () => engine.RunAsync("FanOut", 5000));
