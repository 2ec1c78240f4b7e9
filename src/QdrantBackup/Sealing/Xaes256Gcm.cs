using System.Security.Cryptography;

namespace QdrantBackup.Sealing;

/// <summary>
/// XAES-256-GCM as C2SP publishes it: AES-256-GCM under a key derived from half of a 192-bit nonce, so that random nonces are safe
/// for any number of objects (docs/format.md §3). Thread-safe.
/// </summary>
internal sealed class Xaes256Gcm : IDisposable
{
    public const int NonceLength = 24;
    public const int TagLength = 16;
    private const int BlockLength = 16;
    private const int InnerNonceAt = 12;

    private readonly byte[] _key;
    private readonly byte[] _k1 = GC.AllocateArray<byte>(BlockLength, pinned: true);

    /// <summary>Owns the key from now on, and zeroes it when disposed.</summary>
    public Xaes256Gcm(byte[] key)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, StoreKey.Length);
        _key = key;
        using Aes aes = NewAes();
        aes.EncryptEcb(_k1, _k1, PaddingMode.None);
        Double(_k1);
    }

    public void Encrypt(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> plaintext, Span<byte> ciphertext, Span<byte> tag, ReadOnlySpan<byte> associatedData)
    {
        using AesGcm gcm = DeriveFor(nonce);
        gcm.Encrypt(nonce[InnerNonceAt..], plaintext, ciphertext, tag, associatedData);
    }

    /// <exception cref="AuthenticationTagMismatchException">Anything differs from what was sealed.</exception>
    public void Decrypt(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> ciphertext, ReadOnlySpan<byte> tag, Span<byte> plaintext, ReadOnlySpan<byte> associatedData)
    {
        using AesGcm gcm = DeriveFor(nonce);
        gcm.Decrypt(nonce[InnerNonceAt..], ciphertext, tag, plaintext, associatedData);
    }

    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_key);
        CryptographicOperations.ZeroMemory(_k1);
    }

    private static void Double(Span<byte> block)
    {
        int carry = block[0] >> 7;
        for (int i = 0; i < BlockLength - 1; i++)
        {
            block[i] = (byte)((block[i] << 1) | (block[i + 1] >> 7));
        }

        // Without a branch on secret bits: the reduction polynomial is x^128 + x^7 + x^2 + x + 1.
        block[^1] = (byte)((block[^1] << 1) ^ (carry * 0x87));
    }

    private AesGcm DeriveFor(ReadOnlySpan<byte> nonce)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(nonce.Length, NonceLength);
        Span<byte> derived = stackalloc byte[2 * BlockLength];
        for (int half = 0; half < 2; half++)
        {
            Span<byte> block = derived.Slice(half * BlockLength, BlockLength);
            block[0] = 0;
            block[1] = (byte)(half + 1);
            block[2] = (byte)'X';
            block[3] = 0;
            nonce[..InnerNonceAt].CopyTo(block[4..]);
            for (int i = 0; i < BlockLength; i++)
            {
                block[i] ^= _k1[i];
            }
        }

        // An Aes of its own for each object: instances are not promised to be thread-safe, and beside an object's bytes this costs nothing.
        using Aes aes = NewAes();
        aes.EncryptEcb(derived, derived, PaddingMode.None);
        try
        {
            return new AesGcm(derived, TagLength);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(derived);
        }
    }

    private Aes NewAes()
    {
        var aes = Aes.Create();
        aes.SetKey(_key);
        return aes;
    }
}
