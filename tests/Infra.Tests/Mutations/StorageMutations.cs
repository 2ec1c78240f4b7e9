namespace Infra.Tests.Mutations;

internal static class StorageMutations
{
    private const string Store = "modules/backup-storage.bicep";
    private const string Host = "modules/host-storage.bicep";
    private const string Vault = "modules/key-vault.bicep";
    private const string Layout = "shared/store-layout.bicep";

    public static IReadOnlyList<Mutation> All { get; } =
    [
        new("No storage account accepts shared keys", Store, "allowSharedKeyAccess: false", "allowSharedKeyAccess: true"),
        new("No storage account accepts shared keys", Host, "allowSharedKeyAccess: false", ""),
        new("No storage account lets a blob be public", Store, "allowBlobPublicAccess: false", "allowBlobPublicAccess: true"),
        new("No storage account lets a blob be public", Host, "allowBlobPublicAccess: false", ""),
        new("No container is public", Store, "publicAccess: 'None'", "publicAccess: 'Blob'"),
        new("No container is public", Host, "publicAccess: 'None'", "publicAccess: 'Container'"),
        new("Storage speaks TLS 1.2 and https only", Store, "'TLS1_2'", "'TLS1_0'"),
        new("Storage speaks TLS 1.2 and https only", Host, "supportsHttpsTrafficOnly: true", "supportsHttpsTrafficOnly: false"),
        new("No storage account has local users", Store, "isLocalUserEnabled: false", "isLocalUserEnabled: true"),
        new("No storage account replicates into another tenant", Store, "allowCrossTenantReplication: false", "allowCrossTenantReplication: true"),
        new("No service of Azure gets past the accounts' network rules, but for the lifecycle rules of the backup account", Host, "bypass: 'None'", "bypass: 'AzureServices'"),
        new("No service of Azure gets past the accounts' network rules, but for the lifecycle rules of the backup account", Store, "bypass: 'AzureServices'", "bypass: 'Logging'"),
        new("With a network of its own, no storage account is reached from outside it", Store, "publicNetworkAccess: isPrivate ? 'Disabled' : 'Enabled'", "publicNetworkAccess: 'Enabled'"),
        new("With a network of its own, no storage account is reached from outside it", Host, "defaultAction: isPrivate ? 'Deny' : 'Allow'", "defaultAction: 'Allow'"),
        new("Backups are in an account of their own, and each host has one", "main.bicep",
            "hostStorage: { packageUrl: maintenanceHost.outputs.packageUrl, endpoints: maintenanceHost.outputs.endpoints }",
            "hostStorage: { packageUrl: backupHost.outputs.packageUrl, endpoints: backupHost.outputs.endpoints }"),
        new("The backup account can be copied within its tenant only", Store, "allowedCopyScope: 'AAD'", ""),
        new("The backup account encrypts twice", Store, "requireInfrastructureEncryption: true", "requireInfrastructureEncryption: false"),
        new("The backup account keeps versions", Store, "isVersioningEnabled: true", "isVersioningEnabled: false"),
        new("The backup account has a change feed", Store, "changeFeed: { enabled: true", "changeFeed: { enabled: false"),
        new("What is deleted from the backup account can be undeleted for two weeks at least", Store, "deleteRetentionPolicy: { enabled: true, days: lifecycle.softDeleteDays,", "deleteRetentionPolicy: { enabled: true, days: 7,"),
        new("What is deleted from the backup account can be undeleted for two weeks at least", Store, "containerDeleteRetentionPolicy: { enabled: true", "containerDeleteRetentionPolicy: { enabled: false"),
        new("Nothing in the backup account can be purged before its time", Store, "allowPermanentDelete: false", "allowPermanentDelete: true"),
        new("Immutability is there where it is asked for, and locked where that is", Store, "immutability!.locked ? 'Locked' : 'Unlocked'", "'Unlocked'", "hardened"),
        new("Immutability is there where it is asked for, and locked where that is", Store, "immutability == null", "true", "hardened"),

        new("Lifecycle rules are the ones that are sound, and enabled", Store, "name: 'run-records'\n          type: 'Lifecycle'\n          enabled: true", "name: 'run-records'\n          type: 'Lifecycle'\n          enabled: false"),
        new("Lifecycle rules are the ones that are sound, and enabled", Store, "name: 'previous-versions'", "name: 'old-versions'"),
        new("Of manifests, only those are deleted that the application has tagged as expired", Store,
            "blobIndexMatch: [\n                { name: storeLayout.expiredTag.name, op: '==', value: storeLayout.expiredTag.value }\n              ]", ""),
        new("Of manifests, only those are deleted that the application has tagged as expired", Layout, "value: 'expired'", "value: 'live'"),
        new("Of manifests, only those are deleted that the application has tagged as expired", Layout, "'manifests/'", "'manifest/'"),
        new("Run records go by age, after a quarter of a year at the earliest", Store, "lifecycle.runRecordDays", "30"),
        new("Run records go by age, after a quarter of a year at the earliest", Layout, "runs: 'runs/'", "runs: 'run/'"),
        new("Previous versions go by age, after two weeks at the earliest", Store, "lifecycle.previousVersionDays", "1"),
        new("No rule deletes a chunk, a list, a key or anything else that is still in use", Store, "prefixMatch: ['${prefix}/${storeLayout.runs}']", "prefixMatch: ['${prefix}/']"),
        new("No rule deletes a chunk, a list, a key or anything else that is still in use", Layout, "runs: 'runs/'", "runs: 'chunks/'"),
        new("Chunks are tiered only where that is asked for, and never archived", Store, "tierToCold", "tierToArchive", "hardened"),
        new("Chunks are tiered only where that is asked for, and never archived", Layout, "chunks: 'chunks/'", "chunks: 'manifests/'", "hardened"),

        new("The vault asks for roles, not for access policies", Vault, "enableRbacAuthorization: true", "enableRbacAuthorization: false"),
        new("Nobody can purge the vault or what is in it", Vault, "enablePurgeProtection: true", ""),
        new("Nobody can purge the vault or what is in it", Vault, "softDeleteRetentionInDays: 90", "softDeleteRetentionInDays: 7"),
        new("No deployment, virtual machine or disk reads from the vault", Vault, "enabledForTemplateDeployment: false", "enabledForTemplateDeployment: true"),
        new("No service of Azure gets past the vault's network rules", Vault, "bypass: 'None'", "bypass: 'AzureServices'"),
        new("With a network of its own, the vault is not reached from outside it", Vault, "publicNetworkAccess: isPrivate ? 'Disabled' : 'Enabled'", "publicNetworkAccess: 'Enabled'"),
        new("The store's key wraps and unwraps, and does nothing else", Vault, "keyOps: ['wrapKey', 'unwrapKey']", "keyOps: ['wrapKey', 'unwrapKey', 'decrypt']"),
        new("The store's key is enabled and cannot be exported", Vault, "exportable: false", "exportable: true"),
        new("The store's key is RSA of 3072 bits at least, in hardware where the vault has it", Vault, "keySize: storeKey.size", "keySize: 2048"),
        new("The store's key is RSA of 3072 bits at least, in hardware where the vault has it", Vault, "storeKey.sku == 'premium' ? 'RSA-HSM' : 'RSA'", "'RSA'"),
        new("The store's key is rotated, expires later than that, and says so in time", Vault, "action: { type: 'rotate' }", "action: { type: 'notify' }"),
        new("The store's key is rotated, expires later than that, and says so in time", Vault, "timeBeforeExpiry: storeKey.notifyBefore", "timeBeforeExpiry: 'P1D'"),
        new("No secret passes through a template", Vault, "@description('The vault.')",
            "resource leak 'Microsoft.KeyVault/vaults/secrets@2025-05-01' = {\n  parent: vault\n  name: 'leak'\n  properties: { value: 'x' }\n}\n\n@description('The vault.')"),
    ];
}
