using LocalFunctions.Soak;
using LocalFunctions.Soak.Plants;
using QdrantBackup.Tests;
using Xunit;

namespace LocalFunctions.Tests.Simulation;

/// <summary>The simulation finds what is planted.</summary>
public sealed class PlantedFaultTests
{
    private const ulong SeedsPerFault = 150;

    public static TheoryData<string> Faults => [.. PlantedFaults.All.Keys];

    [Theory]
    [MemberData(nameof(Faults))]
    public void A_planted_fault_is_found(string fault) => Assert.NotNull(SeedRuns.Find(PlantedFaults.All[fault], SeedsPerFault));

    [Theory]
    [MemberData(nameof(Faults))]
    public void The_table_of_the_documentation_has_it(string fault) =>
        Assert.Contains($"| {fault} | ", File.ReadAllText(Repository.Path("docs", "simulation.md")), StringComparison.Ordinal);
}
