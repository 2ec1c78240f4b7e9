using System.Globalization;

namespace QdrantBackup.Soak.World;

/// <summary>What happened, and a hash of it: two runs of a seed must agree.</summary>
internal sealed class Trace(TextWriter? reader)
{
    private const ulong Prime = 0x100000001B3;

    public ulong Hash { get; private set; } = 0xCBF29CE484222325;

    public void Tell(DateTimeOffset at, string what)
    {
        foreach (char c in what)
        {
            Hash = unchecked((Hash ^ c) * Prime);
        }

        reader?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{at:yyyy-MM-dd HH:mm:ss}  {what}"));
    }
}
