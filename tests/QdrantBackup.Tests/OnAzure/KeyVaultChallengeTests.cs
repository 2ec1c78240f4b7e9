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
    [InlineData("https://azure.net")]
    [InlineData("https://net")]
    [InlineData("https://v.vault.azure.net")]
    [InlineData("https://w.v.vault.azure.net")]
    [InlineData("https://vault.azure.net:8443")]
    [InlineData("https://vault.azure.net:80")]
    [InlineData("https://me@vault.azure.net")]
    [InlineData("https://vault.azure.net/other")]
    [InlineData("https://vault.azure.net?x=1")]
    [InlineData("https://managedhsm.azure.net")]
    [InlineData("https://127.0.0.1")]
    [InlineData("http://vault.azure.net")]
    [InlineData("vault")]
    public void A_token_for_another_service_is_never_requested(string resource)
    {
        var header = $"Bearer authorization=\"https://login.microsoftonline.com/{Tenant}\", resource=\"{resource}\"";

        var e = Assert.Throws<StoreException>(() => KeyVaultChallenge.Read(header, new Uri("https://v.vault.azure.net")));

        Assert.Contains("another service", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://localhost:8443", "https://localhost:8443", true)]
    [InlineData("https://127.0.0.1:8443", "https://127.0.0.1:8443", true)]
    [InlineData("https://[::1]:8443", "https://[::1]:8443", true)]
    [InlineData("https://vault.test:8443", "https://vault.test:8443", true)]
    [InlineData("https://localhost:8443", "https://localhost", false)]
    [InlineData("https://localhost:8443", "https://localhost:8444", false)]
    [InlineData("https://127.0.0.1:8443", "https://0.0.1:8443", false)]
    [InlineData("https://v.vault.azure.net:8443", "https://vault.azure.net", false)]
    [InlineData("https://v.vault.azure.net:8443", "https://vault.azure.net:8443", false)]
    [InlineData("https://example.com", "https://com", false)]
    public void A_stand_in_may_only_ask_for_a_token_for_its_own_host_and_port(string vault, string resource, bool isRight)
    {
        var header = $"Bearer authorization=\"https://login.microsoftonline.com/{Tenant}\", resource=\"{resource}\"";
        if (isRight)
        {
            Assert.Equal($"{resource}/.default", KeyVaultChallenge.Read(header, new Uri(vault))?.Scope);
        }
        else
        {
            Assert.Throws<StoreException>(() => KeyVaultChallenge.Read(header, new Uri(vault)));
        }
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
