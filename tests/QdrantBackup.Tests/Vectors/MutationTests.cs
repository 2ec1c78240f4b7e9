using QdrantBackup.Mutations;

namespace QdrantBackup.Tests.Vectors;

/// <summary>A slice of <c>./dev soak mutations</c>: after any change of a store, a restore by a backup's id gives that backup or fails, and a rollback is reported.</summary>
public sealed class MutationTests
{
    private const int Slice = 1500;

    [Fact]
    public async Task No_change_of_a_store_restores_wrongly_crashes_or_takes_memory_beyond_the_limits()
    {
        using var soak = new MutationSoak();

        IReadOnlyList<TrialResult> failures = await soak.RunAsync(first: 1, Slice, maxFailures: 5);

        Assert.True(failures.Count == 0, string.Join("\n", failures.Select(f => $"./dev soak mutations {f.Seed}: {f.Told}")));
        Assert.All([Ending.Restored, Ending.Refused, Ending.OlderAndSaid], ending => Assert.InRange(soak.Endings.GetValueOrDefault(ending), Slice / 100, Slice));
    }

    [Fact]
    public async Task A_seed_always_does_the_same()
    {
        using var one = new MutationSoak();
        using var other = new MutationSoak();
        for (ulong seed = 1; seed <= 40; seed++)
        {
            (TrialResult first, TrialResult second) = (await one.RunAsync(seed), await other.RunAsync(seed));
            Assert.Equal($"{first.Ending}: {first.Told}", $"{second.Ending}: {second.Told}");
        }
    }

    [Fact]
    public async Task Bytes_that_are_not_the_backups_would_be_noticed()
    {
        using var soak = new MutationSoak(expectsOtherBytes: true);
        TrialResult failure = (await soak.RunAsync(first: 1, 50, maxFailures: 1))[0];
        Assert.Contains("OTHER BYTES", failure.Told, StringComparison.Ordinal);
    }
}
