using System.Security.Cryptography;
using QdrantBackup.Sealing;

namespace QdrantBackup.Keys;

/// <summary>AES-256 key wrap with padding (RFC 5649) of a store key.</summary>
internal static class AesKeyWrap
{
    /// <summary>Length of the key that wraps, in bytes.</summary>
    public const int KeyLength = 32;

    /// <summary>Length of a wrapped store key, in bytes.</summary>
    public const int WrappedLength = StoreKey.Length + 8;

    public static byte[] Wrap(ReadOnlySpan<byte> wrappingKey, StoreKey key)
    {
        using Aes aes = NewAes(wrappingKey);
        return aes.EncryptKeyWrapPadded(key.Bytes);
    }

    /// <exception cref="SealException">The document does not unwrap under this key to the key that it names.</exception>
    public static StoreKey Unwrap(ReadOnlySpan<byte> wrappingKey, KeyDocument document)
    {
        if (document.Wrapped.Length != WrappedLength)
        {
            throw document.Unopened(null);
        }

        Span<byte> unwrapped = stackalloc byte[WrappedLength];
        try
        {
            using Aes aes = NewAes(wrappingKey);
            if (!aes.TryDecryptKeyWrapPadded(document.Wrapped, unwrapped, out int length) || length != StoreKey.Length)
            {
                throw document.Unopened(null);
            }

            return document.CheckUnwrapped(unwrapped[..length]);
        }
        catch (CryptographicException e)
        {
            throw document.Unopened(e);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(unwrapped);
        }
    }

    private static Aes NewAes(ReadOnlySpan<byte> key)
    {
        var aes = Aes.Create();
        aes.SetKey(key);
        return aes;
    }
}
