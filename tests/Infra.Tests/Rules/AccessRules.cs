using Infra.Tests.Compiler;

namespace Infra.Tests.Rules;

/// <summary>Who may do what: the whole list, so that a role too many is as wrong as one too few.</summary>
internal static class AccessRules
{
    private const string BlobActions = "Microsoft.Storage/storageAccounts/blobServices/containers/";

    private static readonly string[] Read = [BlobActions + "blobs/read"];
    private static readonly string[] ReadAndWrite = [.. Read, BlobActions + "blobs/write"];

    // Built-in roles, by the ids that they have in every tenant.
    private const string StorageBlobDataOwner = "b7e6dc6d-f1e8-4753-8033-0f276bb0955b";
    private const string StorageQueueDataContributor = "974c5e8b-45b9-4653-ba55-5f855dd0fb88";
    private const string StorageTableDataContributor = "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3";
    private const string KeyVaultSecretsUser = "4633458b-17de-408a-b874-0445c86b69e6";
    private const string KeyVaultSecretsOfficer = "b86a8fe4-44ce-4948-aee5-eccb2c155cd7";
    private const string DurableTaskDataContributor = "0ad04412-c4d5-4796-b79c-f76d14c8d402";
    private const string MonitoringMetricsPublisher = "3913510d-42f4-4e42-8a64-420c390055eb";

    public static IReadOnlyList<Rule> All { get; } =
    [
        new("The backup app reads, creates and overwrites blobs, and neither deletes nor tags", d => MayDoExactly(d, d.Backup.PrincipalId, ReadAndWrite)),
        new("The maintenance app deletes and tags too", d => MayDoExactly(d, d.Maintenance.PrincipalId,
            [.. ReadAndWrite, BlobActions + "blobs/delete", BlobActions + "blobs/tags/read", BlobActions + "blobs/tags/write"])),
        new("Operators may do with the store what the backup app may", d => OperatorsOf(d) is { } group ? MayDoExactly(d, group, ReadAndWrite) : []),
        new("No role of ours touches versions, purges, changes immutability, or holds for more than it names", d =>
            from role in d.OfType("Microsoft.Authorization/roleDefinitions")
            from permission in role["properties.permissions"]!.AsArray()
            from action in Texts(permission!["actions"]).Concat(Texts(permission["dataActions"]))
            where action.Contains('*', StringComparison.Ordinal) || action.Contains("ersion", StringComparison.Ordinal) || action.Contains("permanentDelete", StringComparison.Ordinal)
                || action.Contains("immutableStorage", StringComparison.Ordinal) || action.EndsWith("containers/delete", StringComparison.Ordinal)
                || action.EndsWith("containers/write", StringComparison.Ordinal) || action.EndsWith("roleAssignments/write", StringComparison.Ordinal)
            select $"{role["properties.roleName"]}: {action}"),
        new("Roles of ours can be assigned in this resource group only", d => d.OfType("Microsoft.Authorization/roleDefinitions")
            .Where(role => role.Texts("properties.assignableScopes") is not [var scope] || scope != GroupId)
            .Select(role => $"{role["properties.roleName"]}: {role["properties.assignableScopes"]!.ToJsonString()}")),
        new("The apps unwrap the store's key; only operators wrap it", d =>
            from role in new[] { (Who: d.Backup.PrincipalId, Wraps: false), (Who: d.Maintenance.PrincipalId, Wraps: false), (Who: OperatorsOf(d), Wraps: true) }
            where role.Who is not null
            from difference in Rule.Difference(
                $"{role.Who} on the key",
                ["Microsoft.KeyVault/vaults/keys/read", "Microsoft.KeyVault/vaults/keys/unwrap/action", .. role.Wraps ? ["Microsoft.KeyVault/vaults/keys/wrap/action"] : Array.Empty<string>()],
                DataActionsOf(d, role.Who, d.The("Microsoft.KeyVault/vaults/keys").Id))
            select difference),
        new("Everybody has the roles that are documented on what is documented, and no other one", d => Rule.Difference("roles", Documented(d), d.Roles())),
    ];

    private static string GroupId { get; } = $"/subscriptions/{Deployment.SubscriptionId}/resourceGroups/{Deployment.ResourceGroup}";

    /// <summary>The data actions that somebody has by roles of ours on exactly this scope.</summary>
    private static IEnumerable<string> DataActionsOf(Deployment d, string who, string scope) =>
        from assignment in d.Roles()
        where assignment.Principal == who && assignment.Scope == scope
        from role in d.OfType("Microsoft.Authorization/roleDefinitions")
        where role.Name == assignment.Role
        from permission in role["properties.permissions"]!.AsArray()
        from action in Texts(permission!["dataActions"])
        select action;

    /// <summary>The group that runs this, where the parameters name one.</summary>
    private static string? OperatorsOf(Deployment d) =>
        (string?)d.OfType("Microsoft.Authorization/roleAssignments").FirstOrDefault(r => (string?)r["properties.principalType"] == "Group")?["properties.principalId"];

    private static IEnumerable<string> MayDoExactly(Deployment d, string who, string[] dataActions) =>
        Rule.Difference($"{who} on the store", dataActions, DataActionsOf(d, who, d.Store.Id));

    private static IEnumerable<RoleAssignment> Documented(Deployment d)
    {
        var store = d.Store.Id;
        var vault = d.The("Microsoft.KeyVault/vaults").Id;
        var key = d.The("Microsoft.KeyVault/vaults/keys").Id;
        var insights = d.The("Microsoft.Insights/components").Id;
        var hosts = d.OfType("Microsoft.Storage/storageAccounts").Where(a => a.Id != d.BackupAccount.Id).Select(a => a.Id).ToList();
        var hubs = d.OfType("Microsoft.DurableTask/schedulers/taskHubs").ToDictionary(h => h.Id.Split('/')[^1], h => h.Id);
        foreach (var (who, host, name, storeRole) in new[] { (d.Backup.PrincipalId, hosts[0], "backup", "store writer"), (d.Maintenance.PrincipalId, hosts[1], "maintenance", "store maintainer") })
        {
            yield return new(store, who, OwnRole(d, storeRole));
            yield return new(key, who, OwnRole(d, "store key opener"));
            yield return new(vault, who, KeyVaultSecretsUser);
            yield return new(insights, who, MonitoringMetricsPublisher);
            yield return new(host, who, StorageBlobDataOwner);
            if (hubs.TryGetValue(name, out var hub))
            {
                yield return new(hub, who, DurableTaskDataContributor);
            }
            else
            {
                yield return new(host, who, StorageQueueDataContributor);
                yield return new(host, who, StorageTableDataContributor);
            }
        }

        if (OperatorsOf(d) is { } operators)
        {
            yield return new(store, operators, OwnRole(d, "store writer"));
            yield return new(key, operators, OwnRole(d, "store key sealer"));
            yield return new(vault, operators, KeyVaultSecretsOfficer);
            if (hubs.Count > 0)
            {
                yield return new(d.The("Microsoft.DurableTask/schedulers").Id, operators, DurableTaskDataContributor);
            }
        }
    }

    private static string OwnRole(Deployment d, string name) =>
        d.OfType("Microsoft.Authorization/roleDefinitions").Single(r => (string)r["properties.roleName"]! == $"Qdrant backup {name} ({Deployment.ResourceGroup})").Name;

    private static IEnumerable<string> Texts(System.Text.Json.Nodes.JsonNode? list) => (list?.AsArray() ?? []).Select(n => (string)n!);
}
