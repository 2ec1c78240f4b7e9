using System.Security.Cryptography;
using System.Text;

namespace QdrantBackup.Sealing;

/// <summary>The 256-bit secret of a store, from which every other key is derived (docs/format.md §2). Zeroed when disposed.</summary>
public sealed class StoreKey : IDisposable
{
    /// <summary>Length in bytes.</summary>
    public const int Length = 32;

    private const int KeyIdLength = 16;

    // Pinned, so that the collector leaves no copies in memory that are never zeroed.
    private readonly byte[] _key = GC.AllocateUninitializedArray<byte>(Length, pinned: true);
    private bool _disposed;

    private StoreKey(ReadOnlySpan<byte> key)
    {
        key.CopyTo(_key);
        Span<byte> id = stackalloc byte[KeyIdLength];
        DeriveInto("key-id", id);
        KeyId = Convert.ToHexStringLower(id);
    }

    /// <summary>Names the key without revealing it: 32 hex digits.</summary>
    public string KeyId { get; }

    /// <summary>Makes a new random key.</summary>
    public static StoreKey Generate()
    {
        Span<byte> key = stackalloc byte[Length];
        RandomNumberGenerator.Fill(key);
        return TakeFrom(key);
    }

    /// <summary>Takes a copy of the 32 bytes of a key; the caller zeroes its own.</summary>
    public static StoreKey FromBytes(ReadOnlySpan<byte> key)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, Length);
        return new StoreKey(key);
    }

    /// <summary>Whether two keys are equal; the time it takes does not depend on where they differ.</summary>
    public bool FixedTimeEquals(StoreKey other) => CryptographicOperations.FixedTimeEquals(Bytes, other.Bytes);

    /// <inheritdoc/>
    public void Dispose()
    {
        _disposed = true;
        CryptographicOperations.ZeroMemory(_key);
    }

    /// <summary>The key itself: only for wrapping it.</summary>
    internal ReadOnlySpan<byte> Bytes
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _key;
        }
    }

    /// <summary>Derives the sub-key of one use; the caller zeroes it.</summary>
    internal byte[] Derive(string use)
    {
        byte[] subKey = GC.AllocateUninitializedArray<byte>(Length, pinned: true);
        DeriveInto(use, subKey);
        return subKey;
    }

    private static StoreKey TakeFrom(Span<byte> key)
    {
        try
        {
            return new StoreKey(key);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    private void DeriveInto(string use, Span<byte> subKey) =>
        HKDF.Expand(HashAlgorithmName.SHA256, Bytes, subKey, Encoding.UTF8.GetBytes($"qdrant-backup/v1/{use}"));
}
