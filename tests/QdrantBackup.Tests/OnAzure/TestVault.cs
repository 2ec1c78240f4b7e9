using Azure.Core;
using Azure.Core.Cryptography;
using Azure.Core.Pipeline;
using Azure.Identity;
using KeyVaultStandIn;
using QdrantBackup.Keys;
using QdrantBackup.OnAzure.KeyVault;

namespace QdrantBackup.Tests.OnAzure;

/// <summary>A vault, and access to it with an identity that receives only the right token.</summary>
internal sealed class TestVault(VaultServer server) : IAsyncDisposable
{
    // Making one takes longer than any test; using it changes nothing in it.
    private static readonly VaultedVersion s_rsa = VaultedKey.Rsa().Newest;

    public VaultServer Server { get; } = server;

    public List<TokenRequestContext> TokensAsked { get; } = [];

    /// <summary>Whether this machine has an identity.</summary>
    public bool IsSignedIn { get; set; } = true;

    public static async Task<TestVault> StartAsync(TimeProvider? time = null) => new(await VaultServer.StartAsync(time));

    /// <summary>A key that is quick to make.</summary>
    public static VaultedKey CheapRsa() => new(new VaultedVersion { Rsa = s_rsa.Rsa });

    /// <summary>Adds a key and returns a recipient on it.</summary>
    public KeyVaultRecipient Add(string name, VaultedKey? key = null, TimeProvider? time = null)
    {
        Server.AddKey(name, key ?? CheapRsa());
        return Recipient(name, time);
    }

    public KeyVaultRecipient Recipient(string name, TimeProvider? time = null, string? version = null, TimeSpan? patience = null, int retries = 3)
    {
        Assert.True(VaultKeyAddress.TryParse(Server.AddressOf(name).ToString(), out var address));
        return new KeyVaultRecipient(address.At(version), Connection(patience, retries), time ?? TimeProvider.System);
    }

    public KeyVaultConnection Connection(TimeSpan? patience = null, int retries = 3, IKeyEncryptionKeyResolver? resolver = null)
    {
        var options = new KeyVaultClientOptions { Transport = new HttpClientTransport(Server.TrustingHandler()), Patience = patience ?? TimeSpan.FromMinutes(2) };
        options.Retry.MaxRetries = retries;
        options.Retry.Delay = TimeSpan.FromMilliseconds(1);
        return new KeyVaultConnection(new Identity(this), resolver, options);
    }

    public ValueTask DisposeAsync() => Server.DisposeAsync();

    private sealed class Identity(TestVault vault) : TokenCredential
    {
        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken)
        {
            if (!vault.IsSignedIn)
            {
                throw new CredentialUnavailableException("nobody is signed in");
            }

            vault.TokensAsked.Add(requestContext);
            var token = requestContext.Scopes is [var scope] && scope == $"{vault.Server.Resource}/.default" ? vault.Server.Token : "for-another-service";
            return new AccessToken(token, TimeProvider.System.GetUtcNow().AddHours(1));
        }

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            ValueTask.FromResult(GetToken(requestContext, cancellationToken));
    }
}
