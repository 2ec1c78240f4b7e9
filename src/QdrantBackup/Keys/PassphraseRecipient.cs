using System.Security.Cryptography;
using QdrantBackup.Ids;
using QdrantBackup.Sealing;

namespace QdrantBackup.Keys;

/// <summary>Wraps the store key under a key derived from a passphrase (Argon2id, then AES-256 key wrap with padding).</summary>
public sealed class PassphraseRecipient : IStoreKeyRecipient
{
    /// <summary>The memory that a new wrap's derivation takes unless configured, in MiB.</summary>
    public const int DefaultMemoryMiB = 256;

    private const int MinLengthBytes = 16;
    private const int MaxLengthBytes = 1024;
    private const int IdLength = 8;

    private readonly SecretLine _passphrase;
    private readonly int _memoryMiB;
    private readonly TimeProvider _time;
    private bool _disposed;

    private PassphraseRecipient(SecretLine passphrase, string description, int memoryMiB, TimeProvider? time)
    {
        _passphrase = passphrase;
        _memoryMiB = memoryMiB;
        _time = time ?? TimeProvider.System;
        Description = description;
    }

    /// <inheritdoc/>
    public string Kind => "passphrase";

    /// <inheritdoc/>
    public string Description { get; }

    /// <inheritdoc/>
    public bool CanUnwrap => true;

    /// <inheritdoc/>
    public string? Remark { get; private set; }

    /// <summary>Reads the passphrase from the first line of a file, which only its owner, or its group too, may be able to read.</summary>
    /// <exception cref="UsageException">No such file, others can read it, or its first line is no passphrase.</exception>
    public static PassphraseRecipient Load(string path, int memoryMiB = DefaultMemoryMiB, TimeProvider? time = null) =>
        new(Checked(SecretLine.Read(path, "passphrase file", MaxLengthBytes), $"'{path}'"), $"the passphrase in '{path}'", memoryMiB, time);

    /// <summary>Takes a passphrase that stands in a setting; <paramref name="origin"/> says which, for messages.</summary>
    /// <exception cref="UsageException">It is empty or too long.</exception>
    public static PassphraseRecipient FromText(string passphrase, string origin, int memoryMiB = DefaultMemoryMiB, TimeProvider? time = null) =>
        new(Checked(SecretLine.Of(passphrase), origin), $"the passphrase in {origin}", memoryMiB, time);

    /// <inheritdoc/>
    public bool IsFor(KeyRecipient wrapped) => wrapped.Kind == Kind;

    /// <inheritdoc/>
    public Task<KeyDocument> WrapAsync(StoreKey key, StoreId storeId, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_passphrase.Problem is { } problem)
        {
            throw new UsageException(
                $"{Description} {problem}, so another program or machine could take it for another passphrase",
                "Save it as UTF-8 text of one line. A store that was made with it as it stands is opened all the same.");
        }

        if (_passphrase.Meant!.Length < MinLengthBytes)
        {
            // Readers take any: this is advice to whoever chooses one.
            throw new UsageException(
                $"{Description} has fewer than {MinLengthBytes} characters: an attacker with a copy of the store could guess it",
                "Choose six or more random words, or 'openssl rand -base64 24'.");
        }

        byte[] salt = RandomNumberGenerator.GetBytes(Argon2idParameters.SaltLength);
        var parameters = new Argon2idParameters(Argon2idParameters.CurrentVersion, _memoryMiB << 10, Argon2idParameters.MinPasses, Lanes: 1, salt);
        byte[] wrapped = WithKey(_passphrase.Meant, parameters, wrappingKey => AesKeyWrap.Wrap(wrappingKey, key));
        return Task.FromResult(KeyDocument.Of(storeId, key, new KeyRecipient(Kind, IdOf(salt)) { Argon2id = parameters }, wrapped, _time));
    }

    /// <inheritdoc/>
    public Task<StoreKey> UnwrapAsync(KeyDocument document, StoreId storeId, CancellationToken cancellationToken)
    {
        document.ThrowIfNotFor(this, storeId);
        if (document.Recipient.Argon2id is not { AreWithinBounds: true } parameters)
        {
            throw new SealException(
                $"the key document for '{document.Recipient.Id}' asks for parameters of Argon2id that are not allowed",
                $"The document was changed: {KeyDocumentChecks.PutBack}");
        }

        // Asked first: deriving is what costs.
        return document.Wrapped.Length == AesKeyWrap.WrappedLength
            ? Task.FromResult(Unwrap(document, parameters))
            : throw document.Unopened(null);
    }

    /// <inheritdoc/>
    public long WorkOf(KeyRecipient wrapped) => wrapped.Argon2id is { AreWithinBounds: true } parameters
        ? (long)parameters.MemoryKiB * parameters.Passes * (_passphrase is { Meant: not null, AsItStands: not null } ? 2 : 1)
        : 0;

    /// <inheritdoc/>
    public Task<RecipientKeyState> LookAsync(KeyRecipient wrapped, CancellationToken cancellationToken) => Task.FromResult(new RecipientKeyState());

    /// <inheritdoc/>
    public void Dispose()
    {
        _disposed = true;
        _passphrase.Dispose();
    }

    private static string IdOf(byte[] salt) => $"passphrase-{Convert.ToHexStringLower(SHA256.HashData(salt).AsSpan(0, IdLength))}";

    private static SecretLine Checked(SecretLine passphrase, string origin) => (passphrase.Meant ?? passphrase.AsItStands)!.Length is > 0 and <= MaxLengthBytes
        ? passphrase
        : throw new UsageException($"{origin} holds no passphrase of 1 to {MaxLengthBytes} bytes", "Write the passphrase, and nothing else, into the first line.");

    /// <summary>With the passphrase that was meant; then with the bytes that an earlier version took for it.</summary>
    private StoreKey Unwrap(KeyDocument document, Argon2idParameters parameters)
    {
        if (_passphrase.Meant is { } meant)
        {
            try
            {
                return WithKey(meant, parameters, wrappingKey => AesKeyWrap.Unwrap(wrappingKey, document));
            }
            catch (SealException) when (_passphrase.AsItStands is not null)
            {
                // Perhaps wrapped by an earlier version.
            }
        }

        StoreKey key = WithKey(_passphrase.AsItStands!, parameters, wrappingKey => AesKeyWrap.Unwrap(wrappingKey, document));
        Remark = $"{Description} opens the store only with the bytes as they stand there: with a byte order mark, blanks or an encoding that this version takes for no part of a passphrase. "
            + "Save it as UTF-8 text of one line after 'qdrant-backup key rewrap', which wraps the store's key for the passphrase alone.";
        return key;
    }

    private T WithKey<T>(byte[] passphrase, Argon2idParameters parameters, Func<byte[], T> use)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        byte[] key = GC.AllocateUninitializedArray<byte>(AesKeyWrap.KeyLength, pinned: true);
        try
        {
            Argon2idKey.Derive(passphrase, parameters, key);
            return use(key);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }
}
