using World = LocalFunctions.Soak.Simulation;
using Xunit;

namespace LocalFunctions.Tests.Simulation;

/// <summary>A slice of what <c>./dev soak engine</c> runs.</summary>
public sealed class SimulationTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(1_000_000)]
    public void Every_world_ends_right(ulong first)
    {
        var wrong = Enumerable.Range(0, 150)
            .Select(number => first + (ulong)number)
            .Select(seed => (Seed: seed, World.Run(seed).Violation))
            .Where(world => world.Violation is not null)
            .Select(world => $"{world.Violation}; replay it: ./dev soak engine {world.Seed}");
        Assert.Empty(wrong);
    }

    [Fact]
    public void A_seed_repeats_itself_step_by_step() => Assert.All(Enumerable.Range(1, 40), number =>
    {
        var first = new StringWriter();
        var again = new StringWriter();

        var outcome = World.Run((ulong)number, plant: null, first);

        Assert.Equal(outcome, World.Run((ulong)number, plant: null, again));
        Assert.Equal(first.ToString(), again.ToString());
    });

    [Fact]
    public void Worlds_are_different() =>
        Assert.Equal(20, Enumerable.Range(1, 20).Select(number => World.Run((ulong)number).Hash).Distinct().Count());
}
