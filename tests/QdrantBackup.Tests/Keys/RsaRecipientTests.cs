using System.Security.Cryptography;
using QdrantBackup.Ids;
using QdrantBackup.Keys;
using QdrantBackup.Sealing;

namespace QdrantBackup.Tests.Keys;

public sealed class RsaRecipientTests : IDisposable
{
    private const string Password = "opens the private key of the vectors";
    private readonly KeyFiles _files = new();
    private readonly StoreId _storeId = StoreId.Generate();

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task What_the_public_half_wraps_the_private_half_unwraps()
    {
        using StoreKey key = StoreKey.Generate();
        using var wraps = RsaRecipient.LoadPublic(KeyFiles.PublicKey);
        using var unwraps = RsaRecipient.LoadPrivate(_files.PrivateKey());

        KeyDocument document = await wraps.WrapAsync(key, _storeId, TestContext.Current.CancellationToken);
        using StoreKey unwrapped = await unwraps.UnwrapAsync(document, _storeId, TestContext.Current.CancellationToken);

        Assert.True(unwrapped.FixedTimeEquals(key));
        Assert.Equal(wraps.RecipientId, unwraps.RecipientId);
        Assert.Equal("RSA-OAEP-256", document.Recipient.Algorithm);
        Assert.False(wraps.CanUnwrap);
        Assert.Contains("PrivateKeyFile", (await Assert.ThrowsAsync<UsageException>(() => wraps.UnwrapAsync(document, _storeId, TestContext.Current.CancellationToken))).Hint);
    }

    [Fact]
    public void An_encrypted_private_key_opens_with_its_password_only()
    {
        string path = _files.PrivateKey("key-rsa-private-encrypted.pem");
        using var opened = RsaRecipient.LoadPrivate(path, Password);
        using var whole = RsaRecipient.LoadPublic(KeyFiles.PublicKey);

        Assert.Equal(whole.RecipientId, opened.RecipientId);
        Assert.Contains("is encrypted", Assert.Throws<UsageException>(() => RsaRecipient.LoadPrivate(path)).Message);
        UsageException wrong = Assert.Throws<UsageException>(() => RsaRecipient.LoadPrivate(path, "wrong-password-7"));
        Assert.Contains("does not open with this password", wrong.Message);
        Assert.DoesNotContain("wrong-password-7", wrong.ToString());
    }

    [Fact]
    public void The_forms_of_openssl_are_read()
    {
        using var rsa = RSA.Create();
        rsa.ImportFromPem(File.ReadAllText(KeyFiles.Vector("key-rsa-private.pem")));
        using var expected = RsaRecipient.LoadPublic(KeyFiles.PublicKey);
        using var pkcs1 = RsaRecipient.FromPrivateText(rsa.ExportRSAPrivateKeyPem(), "a test");
        using var publicPkcs1 = RsaRecipient.LoadPublic(_files.Secret("pkcs1.pem", $"a remark before it\n{rsa.ExportRSAPublicKeyPem()}\n"));

        Assert.Equal(expected.RecipientId, pkcs1.RecipientId);
        Assert.Equal(expected.RecipientId, publicPkcs1.RecipientId);
    }

    [Fact]
    public void A_private_key_where_the_public_one_belongs_is_refused()
    {
        UsageException e = Assert.Throws<UsageException>(() => RsaRecipient.LoadPublic(_files.PrivateKey()));
        Assert.Contains("private key where a public one belongs", e.Message);
        Assert.Contains("away from this machine", e.Hint);
    }

    [Fact]
    public void A_key_of_2048_bits_is_too_short()
    {
        using var rsa = RSA.Create(2048);
        UsageException e = Assert.Throws<UsageException>(() => RsaRecipient.LoadPublic(_files.Secret("short.pem", rsa.ExportSubjectPublicKeyInfoPem())));
        Assert.Contains("2048 bits", e.Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("no pem")]
    [InlineData("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")]
    [InlineData("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n")]
    public void What_is_no_public_key_is_refused(string content) =>
        Assert.NotEmpty(Assert.Throws<UsageException>(() => RsaRecipient.LoadPublic(_files.Secret("no.pem", content))).Hint);

    [Fact]
    public void An_elliptic_key_and_a_broken_private_key_are_refused_without_repeating_them()
    {
        using var elliptic = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Assert.Contains("no RSA key", Assert.Throws<UsageException>(() => RsaRecipient.LoadPublic(_files.Secret("ec.pem", elliptic.ExportSubjectPublicKeyInfoPem()))).Message);
        UsageException e = Assert.Throws<UsageException>(() => RsaRecipient.FromPrivateText("-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----", "a test"));
        Assert.DoesNotContain("c2VjcmV0", e.ToString());
    }

    [Fact]
    public void A_private_key_that_others_can_read_is_refused()
    {
        string path = _files.Secret("open.pem", File.ReadAllText(KeyFiles.Vector("key-rsa-private.pem")), UnixFileMode.OtherRead);
        Assert.Contains("chmod 600", Assert.Throws<UsageException>(() => RsaRecipient.LoadPrivate(path)).Hint);
    }
}
