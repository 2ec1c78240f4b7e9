using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using QdrantBackup.Ids;
using QdrantBackup.Storage;

namespace QdrantBackup.Sealing;

/// <summary>Seals and opens the objects of one store, and computes its keyed hashes (docs/format.md §2 and §3). Thread-safe.</summary>
public sealed class Sealer : IDisposable
{
    private const int MaxNameOnStack = 256;

    private readonly byte[] _chunkIdKey;
    private readonly byte[] _listHashKey;
    private readonly byte[] _manifestHashKey;
    private readonly byte[] _namesKey;
    private readonly StoreKey _storeKey;
    private readonly ConcurrentDictionary<(bool IsChunk, byte Number), Lazy<Xaes256Gcm>> _ciphers = new();
    private readonly BodyCodec _codec = new();
    private volatile bool _disposed;

    /// <summary>Derives the sub-keys; the caller may dispose the store key afterwards.</summary>
    /// <param name="storeId">The store.</param>
    /// <param name="key">Its key.</param>
    /// <param name="keyNumber">Which encryption key to seal with; raised when one has leaked. Objects of any key number can be opened.</param>
    public Sealer(StoreId storeId, StoreKey key, byte keyNumber = 0)
    {
        StoreId = storeId;
        KeyNumber = keyNumber;
        KeyId = key.KeyId;
        _storeKey = StoreKey.FromBytes(key.Bytes);
        _chunkIdKey = key.Derive("chunk-id");
        _listHashKey = key.Derive("list-hash");
        _manifestHashKey = key.Derive("manifest-hash");
        _namesKey = key.Derive("names");
    }

    /// <summary>The store whose objects it seals.</summary>
    public StoreId StoreId { get; }

    /// <summary>The id of the store key.</summary>
    public string KeyId { get; }

    /// <summary>Which of the encryption keys it seals with (docs/format.md §2).</summary>
    public byte KeyNumber { get; }

    /// <summary>The id of a chunk: the keyed BLAKE3 hash of its plaintext.</summary>
    public ChunkId ChunkIdOf(ReadOnlySpan<byte> plaintext)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return ChunkId.Of(_chunkIdKey, plaintext);
    }

    /// <summary>A keyed hash (HMAC-SHA256), 32 bytes, under the sub-key of a use.</summary>
    public byte[] KeyedHash(KeyedHashUse use, ReadOnlySpan<byte> data)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        byte[] key = use switch
        {
            KeyedHashUse.ListHash => _listHashKey,
            KeyedHashUse.ManifestHash => _manifestHashKey,
            KeyedHashUse.Names => _namesKey,
            _ => throw new ArgumentOutOfRangeException(nameof(use), use, "no such use"),
        };
        return HMACSHA256.HashData(key, data);
    }

    /// <summary>Adds the keyed hash to a document that stands in the store unencrypted.</summary>
    internal byte[] ProtectPlain(string name, ReadOnlySpan<byte> json)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return PlainDocument.Protect(_storeKey, name, json);
    }

    /// <summary>Refuses a document that stands in the store unencrypted and of which any byte was changed.</summary>
    internal void CheckPlain(string name, ReadOnlySpan<byte> document)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        PlainDocument.Check(_storeKey, name, document);
    }

    /// <summary>Compresses if that pays, encrypts, and binds the result to store, type and name.</summary>
    /// <exception cref="ArgumentException">The plaintext is longer than its type allows; writers cut or refuse before.</exception>
    public byte[] Seal(SealedType type, string boundName, ReadOnlySpan<byte> plaintext, ChunkCompression compression = ChunkCompression.Auto)
    {
        byte[] buffer = ChunkBuffers.Rent(MaxSealedLength(plaintext.Length));
        try
        {
            return buffer.AsSpan(0, Seal(type, boundName, plaintext, buffer, compression)).ToArray();
        }
        finally
        {
            ChunkBuffers.Return(buffer, 0);
        }
    }

    /// <summary>The most bytes that sealing so many bytes takes.</summary>
    public static int MaxSealedLength(int plainLength) => SealedHeader.Overhead + plainLength;

    /// <summary>The same into a buffer of the caller's, of <see cref="MaxSealedLength"/> bytes or more; returns the length. Chunks are sealed this way: at 4 MiB each, new arrays would outrun the collector (W7).</summary>
    /// <exception cref="ArgumentException">The plaintext is longer than its type allows; writers cut or refuse before.</exception>
    public int Seal(SealedType type, string boundName, ReadOnlySpan<byte> plaintext, Span<byte> destination, ChunkCompression compression = ChunkCompression.Auto)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        int limit = SealedHeader.MaxPlainLength(type);
        if (plaintext.Length > limit)
        {
            throw new ArgumentException($"{plaintext.Length} bytes are too many for '{boundName}': a {type} holds at most {limit}", nameof(plaintext));
        }

        (byte[] rented, int length, BodyCompression way) = _codec.Compress(plaintext, compression);
        try
        {
            ReadOnlySpan<byte> body = way == BodyCompression.None ? plaintext : rented.AsSpan(0, length);
            Span<byte> result = destination[..(SealedHeader.Overhead + body.Length)];
            new SealedHeader(type, way, KeyNumber, plaintext.Length).WriteTo(result);
            Span<byte> nonce = result.Slice(SealedHeader.NonceAt, Xaes256Gcm.NonceLength);
            RandomNumberGenerator.Fill(nonce);
            Span<byte> ciphertext = result.Slice(SealedHeader.BodyAt, body.Length);
            Span<byte> tag = result[(SealedHeader.BodyAt + body.Length)..];
            Span<byte> associated = stackalloc byte[MaxNameOnStack];
            associated = Bind(result, boundName, associated);
            CipherOf(type, KeyNumber).Encrypt(nonce, body, ciphertext, tag, associated);
            return result.Length;
        }
        finally
        {
            ChunkBuffers.Return(rented, length);
        }
    }

    /// <summary>Opens a sealed object after checking that it is whole, of this store, of this type and of this name.</summary>
    /// <exception cref="SealException">It is not; the message names the blob and the reason.</exception>
    public byte[] Open(SealedType type, string boundName, ReadOnlySpan<byte> sealedBytes)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var header = SealedHeader.Read(sealedBytes, type, boundName);
        int bodyLength = sealedBytes.Length - SealedHeader.Overhead;
        byte[] plaintext = GC.AllocateUninitializedArray<byte>(header.PlainLength);
        if (header.Compression == BodyCompression.None)
        {
            Decrypt(header, boundName, sealedBytes, plaintext);
            return plaintext;
        }

        byte[] body = ChunkBuffers.Rent(bodyLength);
        try
        {
            Decrypt(header, boundName, sealedBytes, body.AsSpan(0, bodyLength));
            _codec.Decompress(body.AsSpan(0, bodyLength), header.Compression, plaintext, boundName);
            return plaintext;
        }
        finally
        {
            ChunkBuffers.Return(body, bodyLength);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // Checked first: a name hashed under a zeroed key would look like any other.
        _disposed = true;
        foreach (Lazy<Xaes256Gcm> cipher in _ciphers.Values)
        {
            cipher.Value.Dispose();
        }

        _ciphers.Clear();
        _codec.Dispose();
        _storeKey.Dispose();
        CryptographicOperations.ZeroMemory(_chunkIdKey);
        CryptographicOperations.ZeroMemory(_listHashKey);
        CryptographicOperations.ZeroMemory(_manifestHashKey);
        CryptographicOperations.ZeroMemory(_namesKey);
    }

    private void Decrypt(SealedHeader header, string boundName, ReadOnlySpan<byte> sealedBytes, Span<byte> body)
    {
        Span<byte> associated = stackalloc byte[MaxNameOnStack];
        associated = Bind(sealedBytes, boundName, associated);
        try
        {
            CipherOf(header.Type, header.KeyNumber).Decrypt(
                sealedBytes.Slice(SealedHeader.NonceAt, Xaes256Gcm.NonceLength),
                sealedBytes.Slice(SealedHeader.BodyAt, body.Length),
                sealedBytes[^Xaes256Gcm.TagLength..],
                body,
                associated);
        }
        catch (AuthenticationTagMismatchException e)
        {
            throw SealFailures.Unauthentic(boundName, e);
        }
    }

    /// <summary>Header, store and name: an object that was moved, renamed, re-typed or taken from another store does not open.</summary>
    private Span<byte> Bind(ReadOnlySpan<byte> sealedBytes, string boundName, Span<byte> buffer)
    {
        int length = SealedHeader.Length + StoreId.Length + Encoding.UTF8.GetByteCount(boundName);
        Span<byte> bound = length <= buffer.Length ? buffer[..length] : new byte[length];
        sealedBytes[..SealedHeader.Length].CopyTo(bound);
        StoreId.CopyTo(bound[SealedHeader.Length..]);
        _ = Encoding.UTF8.GetBytes(boundName, bound[(SealedHeader.Length + StoreId.Length)..]);
        return bound;
    }

    // Looked up per object and derived once per key number; a store has one number until a data key leaks.
    private Xaes256Gcm CipherOf(SealedType type, byte number) =>
        _ciphers.GetOrAdd(
            (type == SealedType.Chunk, number),
            static (use, storeKey) => new Lazy<Xaes256Gcm>(() => new Xaes256Gcm(storeKey.Derive($"{(use.IsChunk ? "chunk" : "document")}/{use.Number}"))),
            _storeKey).Value;
}
