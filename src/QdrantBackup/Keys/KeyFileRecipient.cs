using System.Security.Cryptography;
using QdrantBackup.Ids;
using QdrantBackup.Sealing;

namespace QdrantBackup.Keys;

/// <summary>Wraps the store key under a 32-byte key in a local file (AES-256 key wrap with padding, RFC 5649).</summary>
public sealed class KeyFileRecipient : IStoreKeyRecipient
{
    private const int IdLength = 8;

    private readonly byte[] _key;
    private readonly TimeProvider _time;
    private bool _disposed;

    private KeyFileRecipient(string path, byte[] key, TimeProvider? time)
    {
        _key = key;
        _time = time ?? TimeProvider.System;
        Description = $"the key file '{path}'";
        Span<byte> id = stackalloc byte[IdLength];
        HKDF.Expand(HashAlgorithmName.SHA256, _key, id, "qdrant-backup/v1/key-file-id"u8);
        RecipientId = $"{Kind}-{Convert.ToHexStringLower(id)}";
    }

    /// <summary>Names this recipient: derived from the key so that it says nothing about it.</summary>
    public string RecipientId { get; }

    /// <inheritdoc/>
    public string Kind => "key-file";

    /// <inheritdoc/>
    public string Description { get; }

    /// <inheritdoc/>
    public bool CanUnwrap => true;

    /// <summary>Reads a key file, which only its owner, or its group too, may be able to read.</summary>
    /// <exception cref="UsageException">No such file, not a key file, or others can read it.</exception>
    public static KeyFileRecipient Load(string path, TimeProvider? time = null) => new(path, KeyFile.Read(path, AesKeyWrap.KeyLength), time);

    /// <summary>Makes a new random key and writes it to a new file of mode 0600; an existing file is never overwritten.</summary>
    /// <exception cref="UsageException">The file exists or cannot be written.</exception>
    public static KeyFileRecipient Create(string path, TimeProvider? time = null)
    {
        byte[] key = GC.AllocateUninitializedArray<byte>(AesKeyWrap.KeyLength, pinned: true);
        RandomNumberGenerator.Fill(key);
        KeyFile.Write(path, key);
        return new KeyFileRecipient(path, key, time);
    }

    /// <inheritdoc/>
    public bool IsFor(KeyRecipient wrapped) => wrapped.Kind == Kind && wrapped.Id == RecipientId;

    /// <inheritdoc/>
    public Task<KeyDocument> WrapAsync(StoreKey key, StoreId storeId, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return Task.FromResult(KeyDocument.Of(storeId, key, new KeyRecipient(Kind, RecipientId), AesKeyWrap.Wrap(_key, key), _time));
    }

    /// <inheritdoc/>
    public Task<StoreKey> UnwrapAsync(KeyDocument document, StoreId storeId, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        document.ThrowIfNotFor(this, storeId);
        return Task.FromResult(AesKeyWrap.Unwrap(_key, document));
    }

    /// <inheritdoc/>
    public Task<RecipientKeyState> LookAsync(KeyRecipient wrapped, CancellationToken cancellationToken) => Task.FromResult(new RecipientKeyState());

    /// <inheritdoc/>
    public void Dispose()
    {
        _disposed = true;
        CryptographicOperations.ZeroMemory(_key);
    }
}
