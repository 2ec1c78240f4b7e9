using KeyVaultStandIn;
using QdrantBackup.Harness;

namespace QdrantBackup.Integration.Tests.Keys;

/// <summary>The real commands and the real app with a key in a vault, by the identity that the environment offers, as on Azure.</summary>
public sealed class KeyVaultTests
{
    [Fact]
    public async Task A_store_is_made_opened_by_the_app_and_wrapped_anew_with_a_key_in_a_vault()
    {
        await using var vault = await VaultServer.StartAsync();
        var key = vault.AddKey("store");
        vault.Keys["store"].Newest.Expires = new DateTimeOffset(2099, 1, 2, 3, 4, 5, TimeSpan.Zero);
        using var machine = new KeyMachine($"keyVaultKey: \"{key}\", recipients: [ {{ publicKeyFile: \"{KeyMachine.PublicKey}\" }} ]");
        var environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["IDENTITY_ENDPOINT"] = vault.IdentityEndpoint.ToString(),
            ["IDENTITY_HEADER"] = vault.IdentityHeader,
            ["SSL_CERT_FILE"] = machine.Secret("vault.pem", vault.CertificatePem),
        };

        await RunAsync("key", "init");
        var list = await RunAsync("list");
        vault.Keys["store"].Rotate();
        var rotated = await RunAsync("key", "test");
        var renewed = await RunAsync("key", "rewrap");

        Assert.Contains("There are no backups yet", list.Results, StringComparison.Ordinal);
        Assert.Matches("azure-key-vault +yes +2099-01-02 03:04:05Z .*was rotated: run 'key rewrap'", rotated.Results);
        Assert.Contains(vault.Keys["store"].Newest.Version, renewed.Results, StringComparison.Ordinal);
        Assert.DoesNotContain(vault.Token, string.Concat(list.Errors, rotated.Results, rotated.Errors, renewed.Results, renewed.Errors), StringComparison.Ordinal);

        async Task<CommandResult> RunAsync(params string[] arguments)
        {
            var result = await Installation.CommandAsync([.. arguments, .. machine.Options], environment);
            Assert.True(result.ExitCode == 0, $"{string.Join(' ', arguments)}: {result.Errors}{result.Results}\n{string.Join('\n', vault.Requests)}");
            return result;
        }
    }
}
