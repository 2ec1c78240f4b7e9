namespace Infra.Tests.Rules;

/// <summary>Of the vault and the key that wraps the store's key.</summary>
internal static class VaultRules
{
    private const string Vault = "Microsoft.KeyVault/vaults";
    private const string Key = "Microsoft.KeyVault/vaults/keys";

    public static IReadOnlyList<Rule> All { get; } =
    [
        Rule.Values("The vault asks for roles, not for access policies", Vault, ("properties.enableRbacAuthorization", "true")),
        Rule.Values("Nobody can purge the vault or what is in it", Vault,
            ("properties.enablePurgeProtection", "true"), ("properties.enableSoftDelete", "true"), ("properties.softDeleteRetentionInDays", "90")),
        Rule.Values("No deployment, virtual machine or disk reads from the vault", Vault,
            ("properties.enabledForTemplateDeployment", "false"), ("properties.enabledForDeployment", "false"), ("properties.enabledForDiskEncryption", "false")),
        Rule.Values("No service of Azure gets past the vault's network rules", Vault, ("properties.networkAcls.bypass", "\"None\"")),
        new("With a network of its own, the vault is not reached from outside it", d => Rule.Differences(
            d.The(Vault),
            ("properties.publicNetworkAccess", d.IsPrivate ? "\"Disabled\"" : "\"Enabled\""),
            ("properties.networkAcls.defaultAction", d.IsPrivate ? "\"Deny\"" : "\"Allow\""))),
        Rule.Values("The store's key wraps and unwraps, and does nothing else", Key, ("properties.keyOps", """["wrapKey", "unwrapKey"]""")),
        Rule.Values("The store's key is enabled and cannot be exported", Key, ("properties.attributes", """{ "enabled": true, "exportable": false }""")),
        new("The store's key is RSA of 3072 bits at least, in hardware where the vault has it", d => d.OfType(Key).Where(key =>
                (int?)key["properties.keySize"] is not >= 3072
                || (string?)key["properties.kty"] != ((string?)d.The(Vault)["properties.sku.name"] == "premium" ? "RSA-HSM" : "RSA"))
            .Select(key => $"{key}: {key["properties.kty"]} {key["properties.keySize"]}")),
        Rule.Values("The store's key is rotated, expires later than that, and says so in time", Key, ("properties.rotationPolicy",
            """
            {
              "attributes": { "expiryTime": "P2Y" },
              "lifetimeActions": [
                { "action": { "type": "rotate" }, "trigger": { "timeAfterCreate": "P1Y" } },
                { "action": { "type": "notify" }, "trigger": { "timeBeforeExpiry": "P60D" } }
              ]
            }
            """)),
        new("No secret passes through a template", d => d.OfType("Microsoft.KeyVault/vaults/secrets").Select(s => s.ToString())),
    ];
}
