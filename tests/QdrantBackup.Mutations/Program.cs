using System.Diagnostics;
using System.Globalization;
using QdrantBackup.Mutations;

const int All = 100_000;
const int MaxFailures = 10;

using var soak = new MutationSoak();
if (args is [var text] && ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seed))
{
    var result = await soak.RunAsync(seed);
    Console.WriteLine($"seed {result.Seed}: {result.Ending}: {result.Told}");
    return result.Ending == Ending.Failed ? 1 : 0;
}

if (args.Length > 0)
{
    Console.Error.WriteLine("usage: mutations [SEED]");
    return 2;
}

var clock = Stopwatch.StartNew();
var failures = await soak.RunAsync(first: 1, All, MaxFailures);
foreach (var failure in failures)
{
    Console.WriteLine($"seed {failure.Seed}: {failure.Told}");
    Console.WriteLine($"  replay it with: ./dev soak mutations {failure.Seed}");
}

Console.WriteLine(
    $"mutations: {string.Join(", ", soak.Endings.OrderBy(e => e.Key).Select(e => $"{e.Value} {e.Key}"))}; at most {soak.MostAllocatedBytes >> 20} MiB allocated by one; {clock.Elapsed.TotalSeconds:0} s");
return failures.Count == 0 ? 0 : 1;
