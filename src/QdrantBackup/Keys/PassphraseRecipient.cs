using System.Security.Cryptography;
using System.Text;
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

    private readonly byte[] _passphrase;
    private readonly int _memoryMiB;
    private readonly TimeProvider _time;
    private bool _disposed;

    private PassphraseRecipient(byte[] passphrase, string description, int memoryMiB, TimeProvider? time)
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

    /// <summary>Reads the passphrase from the first line of a file, which only its owner, or its group too, may be able to read.</summary>
    /// <exception cref="UsageException">No such file, others can read it, or its first line is no passphrase.</exception>
    public static PassphraseRecipient Load(string path, int memoryMiB = DefaultMemoryMiB, TimeProvider? time = null) =>
        new(Checked(SecretFile.ReadLine(path, "passphrase file", MaxLengthBytes), $"'{path}'"), $"the passphrase in '{path}'", memoryMiB, time);

    /// <summary>Takes a passphrase that stands in a setting; <paramref name="origin"/> says which, for messages.</summary>
    /// <exception cref="UsageException">It is empty or too long.</exception>
    public static PassphraseRecipient FromText(string passphrase, string origin, int memoryMiB = DefaultMemoryMiB, TimeProvider? time = null) =>
        new(Checked(Encoding.UTF8.GetBytes(passphrase), origin), $"the passphrase in {origin}", memoryMiB, time);

    /// <inheritdoc/>
    public bool IsFor(KeyRecipient wrapped) => wrapped.Kind == Kind;

    /// <inheritdoc/>
    public Task<KeyDocument> WrapAsync(StoreKey key, StoreId storeId, CancellationToken cancellationToken)
    {
        if (_passphrase.Length < MinLengthBytes)
        {
            // Readers take any: this is advice to whoever chooses one.
            throw new UsageException(
                $"{Description} has fewer than {MinLengthBytes} characters: an attacker with a copy of the store could guess it",
                "Choose six or more random words, or 'openssl rand -base64 24'.");
        }

        byte[] salt = RandomNumberGenerator.GetBytes(Argon2idParameters.SaltLength);
        var parameters = new Argon2idParameters(Argon2idParameters.CurrentVersion, _memoryMiB << 10, Argon2idParameters.MinPasses, Lanes: 1, salt);
        byte[] wrapped = WithKey(parameters, wrappingKey => AesKeyWrap.Wrap(wrappingKey, key));
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
            ? Task.FromResult(WithKey(parameters, wrappingKey => AesKeyWrap.Unwrap(wrappingKey, document)))
            : throw document.Unopened(null);
    }

    /// <inheritdoc/>
    public Task<RecipientKeyState> LookAsync(KeyRecipient wrapped, CancellationToken cancellationToken) => Task.FromResult(new RecipientKeyState());

    /// <inheritdoc/>
    public void Dispose()
    {
        _disposed = true;
        CryptographicOperations.ZeroMemory(_passphrase);
    }

    private static string IdOf(byte[] salt) => $"passphrase-{Convert.ToHexStringLower(SHA256.HashData(salt).AsSpan(0, IdLength))}";

    private static byte[] Checked(byte[] passphrase, string origin) => passphrase.Length is > 0 and <= MaxLengthBytes
        ? passphrase
        : throw new UsageException($"{origin} holds no passphrase of 1 to {MaxLengthBytes} bytes", "Write the passphrase, and nothing else, into the first line.");

    private T WithKey<T>(Argon2idParameters parameters, Func<byte[], T> use)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        byte[] key = GC.AllocateUninitializedArray<byte>(AesKeyWrap.KeyLength, pinned: true);
        try
        {
            Argon2idKey.Derive(_passphrase, parameters, key);
            return use(key);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }
}
