using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace QdrantBackup.Keys;

/// <summary>The address of a key in Azure Key Vault or a managed HSM: <c>https://my-vault.vault.azure.net/keys/my-key</c>, perhaps with a version.</summary>
public sealed partial record VaultKeyAddress
{
    private VaultKeyAddress(Uri vault, string name, string? version) => (Vault, Name, Version) = (vault, name, version);

    /// <summary>The vault: scheme, host and port.</summary>
    public Uri Vault { get; }

    /// <summary>The key's name.</summary>
    public string Name { get; }

    /// <summary>The key's version; null for the newest.</summary>
    public string? Version { get; }

    /// <summary>Reads an address. Its scheme is https, and it carries no user, query or fragment.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out VaultKeyAddress? address)
    {
        address = null;
        if (!Uri.TryCreate(text, UriKind.Absolute, out Uri? url)
            || url.Scheme != Uri.UriSchemeHttps
            || url.UserInfo.Length + url.Query.Length + url.Fragment.Length > 0
            || PathForm().Match(url.AbsolutePath) is not { Success: true } path)
        {
            return false;
        }

        address = new VaultKeyAddress(
            new Uri(url.GetLeftPart(UriPartial.Authority)), path.Groups["name"].Value, path.Groups["version"] is { Success: true, Value: var version } ? version : null);
        return true;
    }

    /// <summary>The same key in one version, or without one in the newest.</summary>
    public VaultKeyAddress At(string? version) => new(Vault, Name, version);

    /// <summary>The address as a vault writes it: its <c>kid</c>.</summary>
    public override string ToString() => $"{Vault.GetLeftPart(UriPartial.Authority)}/keys/{Name}{(Version is null ? "" : $"/{Version}")}";

    [GeneratedRegex("^/keys/(?<name>[0-9a-zA-Z-]{1,127})(/(?<version>[0-9a-zA-Z]{1,64}))?/?$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex PathForm();
}
