namespace QdrantBackup.Integration.Tests.Crash;

/// <summary>Random moments that repeat: a 64-bit linear congruential generator (Knuth's constants), because a failing round has to be run again as it was.</summary>
internal sealed class Moments(ulong seed)
{
    private ulong _state = seed;

    /// <summary>A number from 0 to <paramref name="limit"/> - 1.</summary>
    public int Next(int limit)
    {
        _state = unchecked((_state * 6364136223846793005UL) + 1442695040888963407UL);
        return (int)((_state >> 33) % (ulong)limit);
    }
}
