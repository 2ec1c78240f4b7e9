namespace Infra.Tests.Mutations;

internal static class MonitoringMutations
{
    private const string Alerts = "modules/alerts.bicep";
    private const string Monitoring = "modules/monitoring.bicep";
    private const string Store = "modules/backup-storage.bicep";
    private const string EveryAlert = "There is an alert for each thing that must not pass unnoticed, and each is on";

    public static IReadOnlyList<Mutation> All { get; } =
    [
        new("Everything that can say something says it to the workspace", "modules/function-app.bicep", Setting("diagnostics"), Nothing("diagnostics")),
        new("Everything that can say something says it to the workspace", "modules/network.bicep", Setting("appsRulesDiagnostics"), Nothing("appsRulesDiagnostics")),
        new("Everything that can say something says it to the workspace", "modules/host-storage.bicep", Setting("queueDiagnostics"), Nothing("queueDiagnostics")),
        new("Every diagnostic setting leads to the workspace and has something in it", "modules/durable-scheduler.bicep", "metrics: [{ category: 'AllMetrics', enabled: true }]", "metrics: [{ category: 'AllMetrics', enabled: false }]"),
        new("Writes and deletions in the backup account are logged one by one", Store, "{ category: 'StorageDelete', enabled: true }", "{ category: 'StorageDelete', enabled: false }"),
        new("Writes and deletions in the backup account are logged one by one", Store, "{ category: 'StorageWrite', enabled: true }\n", ""),
        new("Every use of the vault is logged", "modules/key-vault.bicep", "logs: [{ categoryGroup: 'allLogs', enabled: true }]", "logs: [{ category: 'AzurePolicyEvaluationDetails', enabled: true }]"),
        new("Only identities send telemetry", Monitoring, "DisableLocalAuth: true", "DisableLocalAuth: false"),
        new("Only identities read and write the workspace", Monitoring, "disableLocalAuth: true", ""),
        new(EveryAlert, Alerts, "name: 'foreign-deletions'", "name: 'other'"),
        new(EveryAlert, "modules/query-alert.bicep", "enabled: true", "enabled: rule.severity > 0"),
        new(EveryAlert, Alerts, "severity: 3\n    enabled: true\n    scopes: [backupStorageId]", "severity: 3\n    enabled: false\n    scopes: [backupStorageId]"),
        new("Every alert reaches the action group, and that reaches somebody", "modules/query-alert.bicep", "actions: { actionGroups: [actionGroupId] }", "actions: { actionGroups: [] }"),
        new("Every alert reaches the action group, and that reaches somebody", Alerts, "groupShortName: 'qdrantbackup'\n    enabled: true", "groupShortName: 'qdrantbackup'\n    enabled: false"),
        new("Query alerts look back at least as far as they are apart, and two days at most", Alerts, "window: 'P2D'", "window: 'P7D'"),
        new("Query alerts look back at least as far as they are apart, and two days at most", Alerts, "window: 'PT2H'", "window: 'PT15M'"),
        new("A silent app is an alert of no rows, every other query one of too many", Alerts, "operator: 'Equals'", "operator: 'GreaterThan'"),
        new("A key or secret that expires is told to the action group", Alerts, "          'Microsoft.KeyVault.KeyNearExpiry'\n", ""),
        new("A key or secret that expires is told to the action group", Alerts, "source: vaultId", "source: backupStorageId"),
        new("Deleting the account, its rules or its protection is told", Alerts, "  'Microsoft.Storage/storageAccounts/managementPolicies/write'\n", ""),
    ];

    private static string Setting(string name) => $"resource {name} 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {{";

    private static string Nothing(string name) => $"resource {name} 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (false) {{";
}
