using Infra.Tests.Compiler;
using QdrantBackup.Configuration;

namespace Infra.Tests.Rules;

/// <summary>Of the two function apps.</summary>
internal static class AppRules
{
    private const string Site = "Microsoft.Web/sites";

    public static IReadOnlyList<Rule> All { get; } =
    [
        Rule.Values("The apps answer over https only, TLS 1.2 and later", Site,
            ("properties.httpsOnly", "true"), ("properties.siteConfig.minTlsVersion", "\"1.2\""), ("properties.siteConfig.scmMinTlsVersion", "\"1.2\"")),
        Rule.Values("Nobody publishes to the apps over FTP or debugs them from afar", Site,
            ("properties.siteConfig.ftpsState", "\"Disabled\""), ("properties.siteConfig.remoteDebuggingEnabled", "false")),
        new("Nobody publishes to the apps with a user name and password", d =>
            Rule.Difference("policies", d.Apps.SelectMany(app => new[] { app + "/ftp", app + "/scm" }), Policies(d).Select(p => p.Name))
                .Concat(Policies(d).SelectMany(p => Rule.Differences(p, ("properties.allow", "false"))))),
        new("With a network of its own, an app goes out through it, and is reached from outside only where that is asked for", d => d.OfType(Site).SelectMany(site => Rule.Differences(
            site,
            ("properties.virtualNetworkSubnetId", d.IsPrivate ? $"\"{d.The("Microsoft.Network/virtualNetworks").Id}/subnets/apps\"" : "null"),
            ("properties.publicNetworkAccess", d.HasPublicApi ? "\"Enabled\"" : "\"Disabled\"")))),
        new("Each app has its own identity and no other, and uses it for everything", d => d.Apps.Zip([d.Backup, d.Maintenance]).SelectMany(pair => IdentityIs(d, pair.First, pair.Second))),
        Rule.Values("The apps are .NET 10 in a worker of its own", Site, ("properties.functionAppConfig.runtime", """{ "name": "dotnet-isolated", "version": "10.0" }""")),
        Rule.Values("The plans are Flex Consumption", "Microsoft.Web/serverfarms", ("sku", """{ "tier": "FlexConsumption", "name": "FC1" }"""), ("properties.reserved", "true")),
        new("Each app has a plan of its own", d => Rule.Difference("plans in use",
            d.OfType("Microsoft.Web/serverfarms").Select(p => p.Id), d.OfType(Site).Select(s => (string)s["properties.serverFarmId"]!))
            .Concat(Rule.Difference("the number of plans", [2], [d.OfType("Microsoft.Web/serverfarms").Select(p => p.Id).Distinct().Count()]))),
        new("An instance has the memory that the chunks in flight need", d => d.OfType(Site)
            .Where(site => (int?)site["properties.functionAppConfig.scaleAndConcurrency.instanceMemoryMB"] is not >= 2048)
            .Select(site => $"{site}: {site["properties.functionAppConfig.scaleAndConcurrency"]?.ToJsonString()}")),
        new("Secrets stand in app settings as references to the vault", d =>
            from app in d.Apps
            from setting in d.SettingsOf(app)
            where SettingCatalog.All.Any(s => s.IsSecret && Matches(s, setting.Key)) && !IsReference(d, setting.Value)
            select $"{app}: {setting.Key} is {setting.Value}"),
        new("No key, signature or password stands anywhere", d =>
            from word in new[] { "AccountKey=", "SharedAccessSignature", "sig=", "listKeys", "listAccountSas", "Password=", "SharedAccessKey" }
            where d.Text.Contains(word, StringComparison.OrdinalIgnoreCase)
            select word),
    ];

    private static bool IsReference(Deployment d, string value) =>
        value.StartsWith($"@Microsoft.KeyVault(VaultName={d.The("Microsoft.KeyVault/vaults").Name};SecretName=", StringComparison.Ordinal) && value.EndsWith(')');

    private static IEnumerable<Resource> Policies(Deployment d) => d.OfType(Site + "/basicPublishingCredentialsPolicies");

    private static bool Matches(Setting setting, string name) =>
        SettingNames.KeyOf(name) is { } key && setting.Key.Split(':') is var pattern && key.Split(':') is var parts
        && pattern.Length == parts.Length && pattern.Zip(parts).All(pair => pair.First is "*" || pair.First.Equals(pair.Second, StringComparison.OrdinalIgnoreCase));

    private static IEnumerable<string> IdentityIs(Deployment d, string app, Identity identity)
    {
        var (id, clientId) = (identity.Id, identity.ClientId);
        var site = d.OfType(Site).Single(s => s.Name == app);
        var settings = d.SettingsOf(app);
        var differences = Rule.Differences(
            site,
            ("identity", $$"""{ "type": "UserAssigned", "userAssignedIdentities": { "{{id}}": {} } }"""),
            ("properties.keyVaultReferenceIdentity", $"\"{id}\""),
            ("properties.functionAppConfig.deployment.storage.authentication", $$"""{ "type": "UserAssignedIdentity", "userAssignedIdentityResourceId": "{{id}}" }"""));
        (string Name, string? Expected)[] expected =
        [
            ("AzureWebJobsStorage__credential", "managedidentity"),
            ("AzureWebJobsStorage__clientId", clientId),
            ("AZURE_CLIENT_ID", clientId),
            ("APPLICATIONINSIGHTS_AUTHENTICATION_STRING", $"Authorization=AAD;ClientId={clientId}"),
            ("DURABLE_TASK_SCHEDULER_CONNECTION_STRING", d.OfType("Microsoft.DurableTask/schedulers").SingleOrDefault() is { } scheduler ? $"Endpoint={{schedulers/{scheduler.Name}.endpoint}};Authentication=ManagedIdentity;ClientID={clientId}" : null),
        ];
        return differences.Concat(expected.Where(e => settings.GetValueOrDefault(e.Name) != e.Expected).Select(e => $"{app}: {e.Name} is {settings.GetValueOrDefault(e.Name)}"));
    }
}
