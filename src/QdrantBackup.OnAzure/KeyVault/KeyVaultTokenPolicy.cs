using Azure.Core;
using Azure.Core.Pipeline;

namespace QdrantBackup.OnAzure.KeyVault;

/// <summary>Sends tokens to one vault: the first request goes without token and content, and the vault's challenge says which token it wants.</summary>
internal sealed class KeyVaultTokenPolicy(TokenCredential credential, Uri vault) : BearerTokenAuthenticationPolicy(credential, [])
{
    private const string ContentKey = "content-until-authorized";
    private volatile KeyVaultChallenge? _challenge;

    protected override ValueTask AuthorizeRequestAsync(HttpMessage message)
    {
        GiveBackContent(message);
        if (_challenge is { } known)
        {
            return AuthenticateAndAuthorizeRequestAsync(message, known.ToContext(message.Request.ClientRequestId));
        }

        // What a key is wrapped in is nobody's business who has not shown that they are the vault.
        if (message.Request.Content is { } content)
        {
            message.SetProperty(ContentKey, content);
            message.Request.Content = null;
        }

        return ValueTask.CompletedTask;
    }

    protected override async ValueTask<bool> AuthorizeRequestOnChallengeAsync(HttpMessage message)
    {
        if (KeyVaultChallenge.Read(message.Response.Headers.TryGetValue("WWW-Authenticate", out var header) ? header : null, vault) is not { } challenge)
        {
            return false;
        }

        _challenge = challenge;
        GiveBackContent(message);
        await AuthenticateAndAuthorizeRequestAsync(message, challenge.ToContext(message.Request.ClientRequestId));
        return true;
    }

    protected override void AuthorizeRequest(HttpMessage message) => throw OnlyAsynchronous();

    protected override bool AuthorizeRequestOnChallenge(HttpMessage message) => throw OnlyAsynchronous();

    /// <summary>What an earlier attempt at the same request left out.</summary>
    private static void GiveBackContent(HttpMessage message)
    {
        if (message.TryGetProperty(ContentKey, out var content))
        {
            message.Request.Content = (RequestContent)content!;
        }
    }

    private static NotSupportedException OnlyAsynchronous() => new("the client of a vault only sends asynchronously");
}
