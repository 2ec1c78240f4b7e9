using System.Text.RegularExpressions;
using Azure.Core;

namespace QdrantBackup.OnAzure.KeyVault;

/// <summary>What a vault says about the token that it wants: <c>WWW-Authenticate: Bearer authorization="https://login…/tenant", resource="https://vault.azure.net"</c>.</summary>
/// <param name="Scope">What the token must be for.</param>
/// <param name="TenantId">Whose token it must be; null if the vault does not say.</param>
internal sealed partial record KeyVaultChallenge(string Scope, string? TenantId)
{
    private const int MaxLength = 4096;

    public TokenRequestContext ToContext(string requestId) => new([Scope], requestId, claims: null, TenantId);

    /// <summary>Reads a challenge; null if there is none in it.</summary>
    /// <exception cref="StoreException">It asks for a token that would be good for somebody else than this vault.</exception>
    public static KeyVaultChallenge? Read(string? header, Uri vault)
    {
        if (header is null or { Length: > MaxLength } || !header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        var values = Parameter().Matches(header).DistinctBy(m => m.Groups["name"].Value, StringComparer.OrdinalIgnoreCase)
            .ToDictionary(m => m.Groups["name"].Value, m => m.Groups["value"].Value, StringComparer.OrdinalIgnoreCase);
        if ((values.GetValueOrDefault("resource") ?? values.GetValueOrDefault("scope")) is not { } resource)
        {
            return null;
        }

        // Otherwise whoever answers in the vault's place could have a token made that opens something else.
        if (!Uri.TryCreate(resource, UriKind.Absolute, out var domain) || !IsOnlyAnAddress(domain) || domain.IdnHost != ResourceHostOf(vault) || domain.Port != ResourcePortOf(vault))
        {
            throw new StoreException(
                $"the vault {vault} asks for a token for another service",
                "Check the address of the key: the vault's domain and the domain of its tokens must belong together. If the address is right, another server answers in the vault's place.");
        }

        return new KeyVaultChallenge($"https://{domain.Authority}/.default", TenantOf(values.GetValueOrDefault("authorization") ?? values.GetValueOrDefault("authorization_uri")));
    }

    private static bool IsOnlyAnAddress(Uri resource) => resource.Scheme == Uri.UriSchemeHttps
        && resource.UserInfo.Length + resource.Query.Length + resource.Fragment.Length == 0
        && resource.AbsolutePath is "/" or "/.default";

    /// <summary>A vault is <c>name.domain</c>, and its tokens are for the domain: nothing shorter, which is more than vaults, and nothing longer. A stand-in is its own domain.</summary>
    private static string ResourceHostOf(Uri vault) => IsStandIn(vault) ? vault.IdnHost : vault.IdnHost[(vault.IdnHost.IndexOf('.', StringComparison.Ordinal) + 1)..];

    private static int ResourcePortOf(Uri vault) => IsStandIn(vault) ? vault.Port : 443;

    /// <summary>Whether the address cannot be a vault's of Azure: those have a name below a domain of several, and the port of https.</summary>
    private static bool IsStandIn(Uri vault) => vault.IsLoopback
        || !vault.IsDefaultPort
        || vault.HostNameType != UriHostNameType.Dns
        || vault.IdnHost.TrimEnd('.').Count(character => character == '.') < 2;

    private static string? TenantOf(string? authority) =>
        Uri.TryCreate(authority, UriKind.Absolute, out var url) && url.Segments is [_, var tenant, ..] && TenantForm().IsMatch(tenant.TrimEnd('/'))
            ? tenant.TrimEnd('/')
            : null;

    [GeneratedRegex("""(?<name>[a-z_]+)="?(?<value>[^",\s]*)"?""", RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase, 1000)]
    private static partial Regex Parameter();

    [GeneratedRegex("^[0-9a-zA-Z.-]{1,253}$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex TenantForm();
}
