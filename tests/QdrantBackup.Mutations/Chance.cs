namespace QdrantBackup.Mutations;

/// <summary>Everything that is random about one trial: the same seed gives the same choices on every machine (SplitMix64).</summary>
internal sealed class Chance(ulong seed)
{
    private ulong _state = seed * 0xD1342543DE82EF95;

    public ulong Next()
    {
        _state += 0x9E3779B97F4A7C15;
        var z = _state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>A number below a bound, which must be above 0.</summary>
    public int Below(int bound) => (int)(Next() % (ulong)bound);

    public T Pick<T>(IReadOnlyList<T> items) => items[Below(items.Count)];

    public byte[] Bytes(int length)
    {
        var bytes = new byte[length];
        for (var i = 0; i < length; i++)
        {
            bytes[i] = (byte)Next();
        }

        return bytes;
    }
}
