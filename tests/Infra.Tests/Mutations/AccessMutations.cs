namespace Infra.Tests.Mutations;

internal static class AccessMutations
{
    private const string Access = "modules/store-access.bicep";
    private const string Vault = "modules/key-vault.bicep";
    private const string Host = "modules/host-storage.bicep";
    private const string Scheduler = "modules/durable-scheduler.bicep";
    private const string Writer = "The backup app reads, creates and overwrites blobs, and neither deletes nor tags";
    private const string Maintainer = "The maintenance app deletes and tags too";
    private const string WholeList = "Everybody has the roles that are documented on what is documented, and no other one";
    private const string Purges = "No role of ours touches versions, purges, changes immutability, or holds for more than it names";

    public static IReadOnlyList<Mutation> All { get; } =
    [
        new(Writer, Access, "dataActions: writerActions", "dataActions: maintainerActions"),
        new(Writer, Access, "blobs/write'\n]", "blobs/write'\n  'Microsoft.Storage/storageAccounts/blobServices/containers/blobs/delete'\n]"),
        new(Writer, Access, "blobs/write'\n]", "blobs/write'\n  'Microsoft.Storage/storageAccounts/blobServices/containers/blobs/tags/write'\n]"),
        new(Writer, Access, "principalId: principals.backup", "principalId: principals.maintenance"),
        new(Maintainer, Access, "  'Microsoft.Storage/storageAccounts/blobServices/containers/blobs/tags/write'\n", ""),
        new(Maintainer, Access, "principalId: principals.maintenance", "principalId: principals.backup"),
        new("Operators may do with the store what the backup app may", Access, "principalType: 'Group'\n    roleDefinitionId: writer.id", "principalType: 'Group'\n    roleDefinitionId: maintainer.id"),
        new(Purges, Access, "containers/blobs/delete'", "containers/blobs/deleteBlobVersion/action'"),
        new(Purges, Access, "containers/blobs/tags/read'", "containers/blobs/permanentDelete/action'"),
        new(Purges, Access, "['Microsoft.Storage/storageAccounts/blobServices/containers/read']", "['Microsoft.Storage/storageAccounts/blobServices/containers/*']"),
        new(Purges, Access, "['Microsoft.Storage/storageAccounts/blobServices/containers/read']", "['Microsoft.Storage/storageAccounts/blobServices/containers/delete']"),
        new("Roles of ours can be assigned in this resource group only", Vault, "description: 'Unwraps a store\\'s key. Does not wrap, change, delete or export it.'\n    type: 'CustomRole'\n    assignableScopes: [resourceGroup().id]",
            "description: 'Unwraps a store\\'s key. Does not wrap, change, delete or export it.'\n    type: 'CustomRole'\n    assignableScopes: [subscription().id]"),
        new("The apps unwrap the store's key; only operators wrap it", Vault, "dataActions: [keyReader, keyUnwrap], notDataActions", "dataActions: [keyReader, keyUnwrap, keyWrap], notDataActions"),
        new("The apps unwrap the store's key; only operators wrap it", Vault, "principalId: principals.maintenance, principalType: 'ServicePrincipal', roleDefinitionId: opener.id", "principalId: principals.maintenance, principalType: 'ServicePrincipal', roleDefinitionId: sealer.id"),
        new(WholeList, Access, "name: guid(container.id, names.backupIdentity, writer.id)\n  scope: container", "name: guid(container.id, names.backupIdentity, writer.id)"),
        new(WholeList, Vault, "name: guid(key.id, names.backupIdentity, opener.id)\n  scope: key", "name: guid(key.id, names.backupIdentity, opener.id)\n  scope: vault"),
        new(WholeList, Vault, "builtInRoles.keyVaultSecretsUser\n      )", "builtInRoles.keyVaultSecretsOfficer\n      )"),
        new(WholeList, Host, "name: guid(account.id, name, role)\n    scope: account", "name: guid(account.id, name, role)"),
        new(WholeList, Host, "holdsDurableState\n  ?", "true\n  ?"),
        new(WholeList, Scheduler, "name: guid(service::backupHub.id, names.backupIdentity, contributor)\n  scope: service::backupHub", "name: guid(service::backupHub.id, names.backupIdentity, contributor)\n  scope: service"),
        new(WholeList, "main.bicep", "name: names.maintenanceHostStorage\n    redundancy: hostRedundancy\n    principalId: principals.maintenance", "name: names.maintenanceHostStorage\n    redundancy: hostRedundancy\n    principalId: principals.backup"),
    ];
}
