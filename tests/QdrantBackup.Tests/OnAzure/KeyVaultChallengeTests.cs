using QdrantBackup.Keys;
using QdrantBackup.OnAzure.KeyVault;

namespace QdrantBackup.Tests.OnAzure;

public sealed class KeyVaultChallengeTests
{
    private const string Tenant = "72f988bf-86f1-41af-91ab-2d7cd011db47";

    [Theory]
    [InlineData("https://v.vault.azure.net", "https://vault.azure.net", "https://vault.azure.net/.default")]
    [InlineData("https://hsm.managedhsm.azure.net", "https://managedhsm.azure.net", "https://managedhsm.azure.net/.default")]
    [InlineData("https://v.vault.azure.cn", "https://vault.azure.cn", "https://vault.azure.cn/.default")]
    [InlineData("https://V.VAULT.azure.net", "https://vault.azure.net/", "https://vault.azure.net/.default")]
    public void A_challenge_names_the_token_to_get(string vault, string resource, string scope)
    {
        var challenge = KeyVaultChallenge.Read($"Bearer authorization=\"https://login.microsoftonline.com/{Tenant}\", resource=\"{resource}\"", new Uri(vault));

        Assert.Equal((scope, Tenant), (challenge?.Scope, challenge?.TenantId));
    }

    [Theory]
    [InlineData("Bearer authorization_uri=https://login.windows.net/contoso.com/, scope=https://vault.azure.net/.default")]
    [InlineData("bearer resource=https://vault.azure.net, authorization=https://login.windows.net/contoso.com")]
    public void Its_other_forms_mean_the_same(string header) =>
        Assert.Equal(new KeyVaultChallenge("https://vault.azure.net/.default", "contoso.com"), KeyVaultChallenge.Read(header, new Uri("https://v.vault.azure.net")));

    [Theory]
    [InlineData("https://management.azure.com")]
    [InlineData("https://evil-vault.azure.net")]
    [InlineData("https://vault.azure.net.evil.example")]
    [InlineData("https://azure.net.")]
    [InlineData("http://vault.azure.net")]
    [InlineData("vault")]
    public void A_token_for_another_service_is_never_requested(string resource)
    {
        var header = $"Bearer authorization=\"https://login.microsoftonline.com/{Tenant}\", resource=\"{resource}\"";

        var e = Assert.Throws<StoreException>(() => KeyVaultChallenge.Read(header, new Uri("https://v.vault.azure.net")));

        Assert.Contains("another service", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("Basic realm=\"x\"")]
    [InlineData("Bearer ")]
    [InlineData("Bearer authorization=\"https://login.microsoftonline.com/x\"")]
    public void An_invalid_challenge_is_ignored(string? header) => Assert.Null(KeyVaultChallenge.Read(header, new Uri("https://v.vault.azure.net")));

    [Fact]
    public void A_challenge_of_any_length_costs_nothing() =>
        Assert.Null(KeyVaultChallenge.Read("Bearer resource=\"https://vault.azure.net\"," + new string('a', 10_000), new Uri("https://v.vault.azure.net")));

    [Theory]
    [InlineData("https://v.vault.azure.net/keys/store", null)]
    [InlineData("https://v.vault.azure.net/keys/store/", null)]
    [InlineData("https://V.vault.azure.net:443/keys/store/0123456789abcdef0123456789abcdef", "0123456789abcdef0123456789abcdef")]
    public void The_address_of_a_key_is_read_and_written_back(string text, string? version)
    {
        Assert.True(VaultKeyAddress.TryParse(text, out var address));
        Assert.Equal(("https://v.vault.azure.net/", "store", version), (address.Vault.ToString(), address.Name, address.Version));
        Assert.Equal($"https://v.vault.azure.net/keys/store{(version is null ? "" : "/" + version)}", address.ToString());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("store")]
    [InlineData("http://v.vault.azure.net/keys/store")]
    [InlineData("https://v.vault.azure.net/secrets/store")]
    [InlineData("https://v.vault.azure.net/keys/")]
    [InlineData("https://v.vault.azure.net/keys/store/1/2")]
    [InlineData("https://v.vault.azure.net/keys/st%20ore")]
    [InlineData("https://v.vault.azure.net/keys/../secrets/x")]
    [InlineData("https://v.vault.azure.net/keys/store?x=1")]
    [InlineData("https://user@v.vault.azure.net/keys/store")]
    [InlineData("https://v.vault.azure.net/keys/store#x")]
    public void An_invalid_key_address_is_refused(string? text) => Assert.False(VaultKeyAddress.TryParse(text, out _));
}
