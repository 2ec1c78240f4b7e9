using System.Security.Cryptography;
using QdrantBackup.Ids;
using QdrantBackup.Sealing;

namespace QdrantBackup.Keys;

/// <summary>
/// Wraps the store key to an RSA public key (RSA-OAEP with SHA-256) whose private half is kept offline, and unwraps it where that half is at hand.
/// </summary>
public sealed class RsaRecipient : IStoreKeyRecipient
{
    private const string OaepSha256 = "RSA-OAEP-256";
    private const int IdLength = 8;

    private readonly RSA _rsa;
    private readonly TimeProvider _time;

    private RsaRecipient(RSA rsa, bool isPrivate, string description, TimeProvider? time)
    {
        _rsa = rsa;
        _time = time ?? TimeProvider.System;
        CanUnwrap = isPrivate;
        Description = description;
        RecipientId = $"{Kind}-{Convert.ToHexStringLower(SHA256.HashData(rsa.ExportSubjectPublicKeyInfo()).AsSpan(0, IdLength))}";
    }

    /// <summary>Names this recipient: the beginning of the SHA-256 of its public key (SubjectPublicKeyInfo, DER), so that both halves have one name.</summary>
    public string RecipientId { get; }

    /// <inheritdoc/>
    public string Kind => "rsa-public";

    /// <inheritdoc/>
    public string Description { get; }

    /// <inheritdoc/>
    public bool CanUnwrap { get; }

    /// <summary>Reads a public key of 3072 bits or more from a PEM file. It only wraps.</summary>
    /// <exception cref="UsageException">No such file, no RSA public key, or too short a one.</exception>
    public static RsaRecipient LoadPublic(string path, TimeProvider? time = null) =>
        new(RsaPem.ReadPublic(path), isPrivate: false, $"the public key '{path}'", time);

    /// <summary>Reads a private key from a PEM file, which only its owner, or its group too, may be able to read.</summary>
    /// <param name="path">The file.</param>
    /// <param name="password">Opens it if it is encrypted.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="UsageException">No such file, others can read it, no RSA private key, or a wrong password.</exception>
    public static RsaRecipient LoadPrivate(string path, string? password = null, TimeProvider? time = null) =>
        new(RsaPem.ReadPrivate(path, password), isPrivate: true, $"the private key '{path}'", time);

    /// <summary>Takes a private key in PEM that stands in a setting; <paramref name="origin"/> says which, for messages.</summary>
    /// <exception cref="UsageException">No RSA private key, or a wrong password.</exception>
    public static RsaRecipient FromPrivateText(string pem, string origin, string? password = null, TimeProvider? time = null) =>
        new(RsaPem.ParsePrivate(pem, origin, password), isPrivate: true, $"the private key in {origin}", time);

    /// <inheritdoc/>
    public bool IsFor(KeyRecipient wrapped) => wrapped.Kind == Kind && wrapped.Id == RecipientId;

    /// <inheritdoc/>
    public Task<KeyDocument> WrapAsync(StoreKey key, StoreId storeId, CancellationToken cancellationToken)
    {
        byte[] wrapped = _rsa.Encrypt(key.Bytes, RSAEncryptionPadding.OaepSHA256);
        return Task.FromResult(KeyDocument.Of(storeId, key, new KeyRecipient(Kind, RecipientId) { Algorithm = OaepSha256 }, wrapped, _time));
    }

    /// <inheritdoc/>
    public Task<StoreKey> UnwrapAsync(KeyDocument document, StoreId storeId, CancellationToken cancellationToken)
    {
        document.ThrowIfNotFor(this, storeId);
        if (!CanUnwrap)
        {
            throw new UsageException($"{Description} only wraps", "Unwrapping takes the private half: name its file in Encryption:PrivateKeyFile on a machine where it may be.");
        }

        if (document.Recipient.Algorithm != OaepSha256)
        {
            throw document.UnknownAlgorithm();
        }

        Span<byte> unwrapped = stackalloc byte[_rsa.KeySize / 8];
        try
        {
            return _rsa.TryDecrypt(document.Wrapped, unwrapped, RSAEncryptionPadding.OaepSHA256, out int length)
                ? Task.FromResult(document.CheckUnwrapped(unwrapped[..length]))
                : throw document.Unopened(null);
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
    public Task<RecipientKeyState> LookAsync(KeyRecipient wrapped, CancellationToken cancellationToken) => Task.FromResult(new RecipientKeyState());

    /// <inheritdoc/>
    public void Dispose() => _rsa.Dispose();
}
