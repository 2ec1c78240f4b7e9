using System.Globalization;
using LocalFunctions.Simulation;

return args switch
{
    [] => Soak.RunSeeds(Soak.FreshSeed(TimeProvider.System), Soak.DefaultSeeds),
    ["plants"] => Soak.FindPlants(),
    [var seed] when ulong.TryParse(seed, CultureInfo.InvariantCulture, out var one) => Soak.Replay(one),
    [var first, var count] when ulong.TryParse(first, CultureInfo.InvariantCulture, out var from) && int.TryParse(count, CultureInfo.InvariantCulture, out var seeds) =>
        Soak.RunSeeds(from, seeds),
    _ => Soak.Usage(),
};
