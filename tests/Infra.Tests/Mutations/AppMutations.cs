namespace Infra.Tests.Mutations;

internal static class AppMutations
{
    private const string App = "modules/function-app.bicep";
    private const string Settings = "shared/settings.bicep";
    private const string OneIdentity = "Each app has its own identity and no other, and uses it for everything";

    public static IReadOnlyList<Mutation> All { get; } =
    [
        new("The apps answer over https only, TLS 1.2 and later", App, "httpsOnly: true", "httpsOnly: false"),
        new("The apps answer over https only, TLS 1.2 and later", App, "minTlsVersion: '1.2'\n      scm", "minTlsVersion: '1.0'\n      scm"),
        new("Nobody publishes to the apps over FTP or debugs them from afar", App, "ftpsState: 'Disabled'", "ftpsState: 'AllAllowed'"),
        new("Nobody publishes to the apps over FTP or debugs them from afar", App, "remoteDebuggingEnabled: false", "remoteDebuggingEnabled: true"),
        new("Nobody publishes to the apps with a user name and password", App, "name: 'scm'\n    properties: { allow: false }", "name: 'scm'\n    properties: { allow: true }"),
        new("Nobody publishes to the apps with a user name and password", App, "  resource ftp 'basicPublishingCredentialsPolicies' = {\n    name: 'ftp'\n    properties: { allow: false }\n  }\n", ""),
        new("With a network of its own, an app goes out through it, and is reached from outside only where that is asked for", App, "virtualNetworkSubnetId: subnetId", ""),
        new("With a network of its own, an app goes out through it, and is reached from outside only where that is asked for", App, "isPublic ? 'Enabled' : 'Disabled'", "'Enabled'"),
        new(OneIdentity, App, "keyVaultReferenceIdentity: identity.id", ""),
        new(OneIdentity, App, "type: 'UserAssigned'\n", "type: 'SystemAssigned, UserAssigned'\n"),
        new(OneIdentity, App, "authentication: { type: 'UserAssignedIdentity', userAssignedIdentityResourceId: identity.id }", "authentication: { type: 'StorageAccountConnectionString', storageAccountConnectionStringName: 'X' }"),
        new(OneIdentity, App, "AZURE_CLIENT_ID: identity.clientId", ""),
        new(OneIdentity, App, "APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'Authorization=AAD;ClientId=${identity.clientId}'", ""),
        new(OneIdentity, "main.bicep", "identity: identities.outputs.maintenance", "identity: identities.outputs.backup"),
        new("The apps are .NET 10 in a worker of its own", App, "version: '10.0'", "version: '8.0'"),
        new("The plans are Flex Consumption", App, "sku: { tier: 'FlexConsumption', name: 'FC1' }", "sku: { tier: 'Dynamic', name: 'Y1' }"),
        new("Each app has a plan of its own", "main.bicep", "planName: names.maintenancePlan", "planName: names.backupPlan"),
        new("An instance has the memory that the chunks in flight need", App, "instanceMemoryMB: size.instanceMemoryMB", "instanceMemoryMB: 512"),
        new("Secrets stand in app settings as references to the vault", Settings, "secretReference(vault, keys[i].sha256Secret)", "keys[i].sha256Secret"),
        new("Secrets stand in app settings as references to the vault", Settings, "secretReference(vault, qdrant.apiKeySecret!)", "qdrant.apiKeySecret!"),
        new("No key, signature or password stands anywhere", App, "AzureWebJobsStorage__credential: 'managedidentity'", "AzureWebJobsStorage: 'DefaultEndpointsProtocol=https;AccountKey=x'"),
    ];
}
