using System.Diagnostics;

namespace LocalFunctions.Soak.Crashes;

/// <summary>Rounds of killing, one after the other.</summary>
internal static class CrashRounds
{
    /// <summary>How many rounds a soak has.</summary>
    public const int Default = 20;

    /// <summary>Runs rounds and says how each ended.</summary>
    public static async Task<int> RunAsync(ulong first, int count)
    {
        Console.WriteLine($"crash: {count} rounds, seeds {first} to {first + (ulong)count - 1}");
        var failed = 0;
        for (var seed = first; seed < first + (ulong)count; seed++)
        {
            var clock = Stopwatch.StartNew();
            try
            {
                var report = await new CrashRound(seed).RunAsync();
                Console.WriteLine($"  seed {seed}: killed {report.Kills} times, {report.Runs} runs of activities, result {report.Result}, {clock.Elapsed.TotalSeconds:0.0} s");
            }
            catch (InvalidOperationException failure)
            {
                failed++;
                Console.WriteLine($"  seed {seed}: {failure.Message}\n    again: ./dev soak crash {seed}");
            }
        }

        Console.WriteLine($"crash: {failed} of {count} rounds ended wrong");
        return failed == 0 ? 0 : 1;
    }
}
