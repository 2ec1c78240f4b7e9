using System.Diagnostics;
using System.Globalization;
using QdrantBackup.Simulation;
using QdrantBackup.Simulation.Plants;

if (args is ["plants", ..])
{
    return await PlantSearch.RunAsync(args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 5_000, Console.Out);
}

if (args is ["plant", var number, var planted])
{
    Console.WriteLine((await StoreSimulation.RunAsync(ulong.Parse(planted, CultureInfo.InvariantCulture), Plant.All[int.Parse(number, CultureInfo.InvariantCulture)], Console.Out)).Violation);
    return 0;
}

// [SEED [COUNT]]: with one number that seed is told in full, otherwise as many seeds as are asked for, from there on.
ulong first = args.Length > 0 ? ulong.Parse(args[0], CultureInfo.InvariantCulture) : 1;
if (args.Length == 1)
{
    Outcome told = await StoreSimulation.RunAsync(first, plant: null, Console.Out);
    Console.WriteLine(told.Violation ?? "nothing was wrong");
    return told.Violation is null ? 0 : 1;
}

int count = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 10_000;
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
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{count} seeds from {first}, {bad} bad, {steps} steps, {took.TotalSeconds:0} s, {took.TotalMilliseconds / count:0.0} ms each"));
return bad == 0 ? 0 : 1;
