using System.Text.Json;
using KeyVaultStandIn;
using QdrantBackup.Harness;
using QdrantBackup.Integration.Tests.EndToEnd;

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
        var rotated = await TestAsync();
        await RunAsync("key", "rewrap");
        var renewed = await TestAsync();
        vault.Keys["store"].Newest.IsEnabled = false;
        var disabled = await Installation.CommandAsync(["list", .. machine.Options], environment);

        Assert.Contains("ID", list.Results, StringComparison.Ordinal);
        Assert.Contains("key rewrap", rotated.GetProperty("remark").GetString(), StringComparison.Ordinal);
        Assert.Equal("2099-01-02T03:04:05+00:00", rotated.GetProperty("expires").GetString());
        Assert.DoesNotContain("key rewrap", renewed.GetProperty("remark").GetString(), StringComparison.Ordinal);
        Told.Clearly(disabled, exitCode: 1, "KeyDisabled", "set-attributes");
        Assert.DoesNotContain(vault.Token, disabled.Errors + disabled.Results, StringComparison.Ordinal);

        async Task<JsonElement> TestAsync()
        {
            var result = await RunAsync("key", "test", "--output", "json");
            return JsonElement.Parse(result.Results).GetProperty("recipients").EnumerateArray().Single(r => r.GetProperty("kind").GetString() == "azure-key-vault");
        }

        async Task<CommandResult> RunAsync(params string[] arguments)
        {
            var result = await Installation.CommandAsync([.. arguments, .. machine.Options], environment);
            Assert.True(result.ExitCode == 0, $"{string.Join(' ', arguments)}: {result.Errors}{result.Results}\n{string.Join('\n', vault.Requests)}");
            return result;
        }
    }
}
