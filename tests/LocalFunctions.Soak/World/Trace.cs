namespace LocalFunctions.Soak.World;

/// <summary>What happened, as a hash that two runs of a seed must share, and as text when someone wants to read it.</summary>
internal sealed class Trace(TextWriter? reader)
{
    private const ulong Prime = 0x100000001B3;
    private ulong _hash = 0xCBF29CE484222325;

    /// <summary>The FNV-1a hash of everything so far.</summary>
    public ulong Hash => _hash;

    /// <summary>Whether anyone reads the text; nobody needs to compose it otherwise.</summary>
    public bool IsRead => reader is not null;

    /// <summary>A number that followed from the seed.</summary>
    public void Add(long number)
    {
        for (var bits = 0; bits < 64; bits += 8)
        {
            _hash = unchecked((_hash ^ (byte)(number >> bits)) * Prime);
        }
    }

    /// <summary>A text that followed from the seed.</summary>
    public void Add(string text)
    {
        foreach (var letter in text)
        {
            _hash = unchecked((_hash ^ letter) * Prime);
        }
    }

    /// <summary>A line for the reader; hashed like all else.</summary>
    public void Tell(string line)
    {
        Add(line);
        reader?.WriteLine(line);
    }
}
