using System.Security.Cryptography;

namespace QdrantBackup.Sealing;

/// <summary>Wraps the store key under a 32-byte key in a local file (AES-256 key wrap with padding, RFC 5649).</summary>
public sealed class KeyFileRecipient : IStoreKeyRecipient, IDisposable
{
    private const int KeyLength = 32;
    private const int IdLength = 8;
    private const int WrappedLength = StoreKey.Length + 8;

    private readonly byte[] _key;
    private readonly TimeProvider _time;
    private bool _disposed;

    private KeyFileRecipient(byte[] key, TimeProvider? time)
    {
        _key = key;
        _time = time ?? TimeProvider.System;
        Span<byte> id = stackalloc byte[IdLength];
        HKDF.Expand(HashAlgorithmName.SHA256, _key, id, "qdrant-backup/v1/key-file-id"u8);
        RecipientId = $"key-file-{Convert.ToHexStringLower(id)}";
    }

    /// <inheritdoc/>
    public string RecipientId { get; }

    /// <inheritdoc/>
    public string Kind => "key-file";

    /// <summary>Reads a key file, which nobody but its owner may be able to read.</summary>
    /// <exception cref="UsageException">No such file, not a key file, or others can read it.</exception>
    public static KeyFileRecipient Load(string path, TimeProvider? time = null) => new(KeyFile.Read(path, KeyLength), time);

    /// <summary>Makes a new random key and writes it to a new file of mode 0600; an existing file is never overwritten.</summary>
    /// <exception cref="UsageException">The file exists or cannot be written.</exception>
    public static KeyFileRecipient Create(string path, TimeProvider? time = null)
    {
        byte[] key = GC.AllocateUninitializedArray<byte>(KeyLength, pinned: true);
        RandomNumberGenerator.Fill(key);
        KeyFile.Write(path, key);
        return new KeyFileRecipient(key, time);
    }

    /// <inheritdoc/>
    public Task<KeyDocument> WrapAsync(StoreKey key, StoreId storeId, CancellationToken cancellationToken)
    {
        using Aes aes = NewAes();
        byte[] wrapped = aes.EncryptKeyWrapPadded(key.Bytes);
        return Task.FromResult(new KeyDocument(
            KeyDocument.CurrentFormat, storeId.ToString(), key.KeyId, new KeyRecipient(Kind, RecipientId), wrapped, _time.GetUtcNow()));
    }

    /// <inheritdoc/>
    public Task<StoreKey> UnwrapAsync(KeyDocument document, StoreId storeId, CancellationToken cancellationToken)
    {
        document.ThrowIfNotFor(this, storeId);
        if (document.Wrapped.Length != WrappedLength)
        {
            throw document.Unopened(null);
        }

        Span<byte> unwrapped = stackalloc byte[WrappedLength];
        try
        {
            using Aes aes = NewAes();
            if (!aes.TryDecryptKeyWrapPadded(document.Wrapped, unwrapped, out int length) || length != StoreKey.Length)
            {
                throw document.Unopened(null);
            }

            return Task.FromResult(document.CheckUnwrapped(unwrapped[..length]));
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

    /// <inheritdoc/>
    public void Dispose()
    {
        _disposed = true;
        CryptographicOperations.ZeroMemory(_key);
    }

    private Aes NewAes()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var aes = Aes.Create();
        aes.SetKey(_key);
        return aes;
    }
}
