using System.Globalization;
using LocalFunctions.Soak;
using LocalFunctions.Soak.Crashes;

return args switch
{
    [FanOutApp.Verb, var folder] => await FanOutApp.RunAsync(folder),
    ["engine"] => SeedRuns.Run(SeedRuns.Fresh(TimeProvider.System), SeedRuns.Default),
    ["engine", "plants"] => SeedRuns.FindPlants(),
    ["engine", var seed] when Number(seed) is { } one => SeedRuns.Replay(one),
    ["engine", var first, var count] when Number(first) is { } from && Number(count) is { } worlds => SeedRuns.Run(from, (int)worlds),
    ["crash"] => await CrashRounds.RunAsync(SeedRuns.Fresh(TimeProvider.System), CrashRounds.Default),
    ["crash", var seed] when Number(seed) is { } one => await CrashRounds.RunAsync(one, 1),
    ["crash", var first, var count] when Number(first) is { } from && Number(count) is { } rounds => await CrashRounds.RunAsync(from, (int)rounds),
    _ => Usage(),
};

static ulong? Number(string text) => ulong.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number : null;

static int Usage()
{
    Console.Error.WriteLine(
        """
        engine             10,000 worlds of the simulation, with fresh seeds
        engine SEED        one world, told step by step
        engine FIRST COUNT as many worlds, from a seed on
        engine plants      the faults that are planted, and the seeds that find them
        crash              20 rounds of killing a real process
        crash SEED         one round
        crash FIRST COUNT  as many rounds, from a seed on
        """);
    return 2;
}
