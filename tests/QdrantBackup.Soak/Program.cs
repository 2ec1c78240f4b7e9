using System.Globalization;
using QdrantBackup.Soak;
using QdrantBackup.Soak.Plants;

return args switch
{
    ["store"] => await SeedRuns.RunAsync(SeedRuns.Fresh(TimeProvider.System), SeedRuns.Default),
    ["store", "plants"] => await SeedRuns.FindPlantsAsync(Plant.All),
    ["store", "plants", var number] when Number(number) is { } planted => await SeedRuns.FindPlantsAsync([Plant.All[(int)planted - 1]]),
    ["store", var seed] when Number(seed) is { } one => await SeedRuns.TellAsync(one, plant: null),
    ["store", var seed, "plant", var plant] when Number(seed) is { } one && Number(plant) is { } planted => await SeedRuns.TellAsync(one, (int)planted),
    ["store", var first, var count] when Number(first) is { } from && Number(count) is { } seeds => await SeedRuns.RunAsync(from, (int)seeds),
    _ => Usage(),
};

static ulong? Number(string text) => ulong.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number : null;

static int Usage()
{
    Console.Error.WriteLine(
        """
        store              20,000 seeds of writers, readers, people and pruners on one store, fresh ones
        store SEED         one seed, printed step by step
        store FIRST COUNT  as many seeds, from one on
        store plants [N]   the faults that are planted, or one of them by its number, and the first seed that catches each
        store SEED plant N one seed with a fault, by its number in that list
        """);
    return 2;
}
