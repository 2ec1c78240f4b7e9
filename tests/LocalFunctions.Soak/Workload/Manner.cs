using QdrantBackup.Harness;

namespace LocalFunctions.Soak.Workload;

/// <summary>How a caller treats its instance.</summary>
/// <param name="StartsAfterSeconds">When it starts it.</param>
/// <param name="Starts">How many starts it sends at the same time, of which one may count.</param>
/// <param name="IsDelayed">Whether the start is to wait.</param>
/// <param name="Suspensions">How often it suspends and resumes it.</param>
/// <param name="IsTerminated">Whether it terminates it.</param>
/// <param name="IsPurged">Whether it purges it in the end.</param>
internal sealed record Manner(int StartsAfterSeconds, int Starts, bool IsDelayed, int Suspensions, bool IsTerminated, bool IsPurged)
{
    public static Manner Draw(Chance chance) => new(
        chance.Next(60),
        chance.Pick(1, 1, 2, 3),
        chance.OneIn(5),
        chance.Pick(0, 0, 0, 1, 2),
        chance.OneIn(4),
        chance.OneIn(3));
}
