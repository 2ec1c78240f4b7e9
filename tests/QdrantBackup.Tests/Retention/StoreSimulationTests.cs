using QdrantBackup.Soak;
using QdrantBackup.Soak.Plants;

namespace QdrantBackup.Tests.Retention;

/// <summary>A slice of the seeds of <c>./dev soak store</c>: writers, readers, people and pruners on one store, and the same with one rule left out.</summary>
public sealed class StoreSimulationTests
{
    // The most steps that a planted fault needs, should the program change so much that the fault's own seed no longer triggers it.
    private const int MostSeeds = 4000;

    public static TheoryData<string> Rules => [.. Plant.All.Select(p => p.Rule)];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task No_seed_breaks_an_invariant(int slice)
    {
        const int SeedsOfSlice = 60;
        for (ulong seed = (ulong)slice * 1_000_000; seed < ((ulong)slice * 1_000_000) + SeedsOfSlice; seed++)
        {
            Outcome outcome = await StoreSimulation.RunAsync(seed);
            Assert.True(outcome.Violation is null, $"seed {seed}: {outcome.Violation} (./dev soak store {seed} shows its steps)");
        }
    }

    [Fact]
    public async Task A_seed_repeats_step_by_step()
    {
        var hashes = new HashSet<ulong>();
        for (ulong seed = 1; seed <= 10; seed++)
        {
            Outcome first = await StoreSimulation.RunAsync(seed);
            Assert.Equal(first, await StoreSimulation.RunAsync(seed));
            Assert.True(hashes.Add(first.Hash) && first.Steps > 100, $"seed {seed} takes {first.Steps} steps");
        }
    }

    [Theory]
    [MemberData(nameof(Rules))]
    public async Task If_one_rule_is_left_out_data_is_lost_and_the_loss_is_caught(string rule)
    {
        Plant plant = Plant.All.Single(p => p.Rule == rule);

        Assert.NotNull(await SeedRuns.FindAsync(plant, plant.CaughtBy, MostSeeds));
        Assert.Null((await StoreSimulation.RunAsync(plant.CaughtBy)).Violation);
    }
}
