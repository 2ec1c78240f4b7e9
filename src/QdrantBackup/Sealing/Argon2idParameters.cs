namespace QdrantBackup.Sealing;

/// <summary>How a passphrase becomes a key: Argon2id (RFC 9106), stored beside what the key wraps (docs/format.md §2).</summary>
/// <param name="Version">Of Argon2: 19.</param>
/// <param name="MemoryKiB">How much memory it takes, 65,536 to 1,048,576 KiB.</param>
/// <param name="Passes">How often it passes over that memory, 3 to 16.</param>
/// <param name="Lanes">1.</param>
/// <param name="Salt">16 random bytes; base64 in JSON.</param>
public sealed record Argon2idParameters(int Version, int MemoryKiB, int Passes, int Lanes, byte[] Salt)
{
    /// <summary>The only version of Argon2 that is used.</summary>
    public const int CurrentVersion = 0x13;

    /// <summary>Length of the salt in bytes.</summary>
    public const int SaltLength = 16;

    /// <summary>The least memory: below it a passphrase is guessed too cheaply.</summary>
    public const int MinMemoryKiB = 64 << 10;

    /// <summary>The most memory: an attacker who can write to the store must not exhaust the memory of its readers.</summary>
    public const int MaxMemoryKiB = 1 << 20;

    /// <summary>The fewest passes.</summary>
    public const int MinPasses = 3;

    /// <summary>The most passes, for the same reason as <see cref="MaxMemoryKiB"/>.</summary>
    public const int MaxPasses = 16;

    /// <summary>Whether a reader may use them; checked before anything is allocated.</summary>
    internal bool AreWithinBounds =>
        Version == CurrentVersion
        && MemoryKiB is >= MinMemoryKiB and <= MaxMemoryKiB
        && Passes is >= MinPasses and <= MaxPasses
        && Lanes == 1
        && Salt.Length == SaltLength;
}
