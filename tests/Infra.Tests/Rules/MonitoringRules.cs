using Infra.Tests.Compiler;

namespace Infra.Tests.Rules;

/// <summary>Of what is logged, and of who is told.</summary>
internal static class MonitoringRules
{
    private const string QueryAlert = "Microsoft.Insights/scheduledQueryRules";

    /// <summary>What can say nothing of itself, or says it elsewhere. A type in neither this list nor with a setting is a gap.</summary>
    private static readonly Dictionary<string, string> Quiet = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Microsoft.ManagedIdentity/userAssignedIdentities"] = "its use is logged by Entra ID",
        ["Microsoft.Insights/components"] = "what it gets is in the workspace already; to send it there would pay twice",
        ["Microsoft.Authorization/roleAssignments"] = "in the activity log",
        ["Microsoft.Authorization/roleDefinitions"] = "in the activity log",
        ["Microsoft.Insights/diagnosticSettings"] = "is the setting",
        ["Microsoft.Insights/actionGroups"] = "in the activity log",
        ["Microsoft.Insights/metricAlerts"] = "in the activity log",
        ["Microsoft.Insights/activityLogAlerts"] = "in the activity log",
        [QueryAlert] = "in the activity log",
        ["Microsoft.Insights/workbooks"] = "shows only",
        ["Microsoft.Consumption/budgets"] = "tells by mail",
        ["Microsoft.Network/routeTables"] = "has no logs",
        ["Microsoft.Network/privateDnsZones"] = "has no logs",
        ["Microsoft.Network/privateEndpoints"] = "its traffic is in the service's logs",
        ["Microsoft.Storage/storageAccounts"] = "its services log, each for itself",
    };

    public static IReadOnlyList<Rule> All { get; } =
    [
        new("Everything that can say something says it to the workspace", SaysSomething),
        new("Every diagnostic setting leads to the workspace and has something in it", d => d.OfType("Microsoft.Insights/diagnosticSettings")
            .Where(s => (string?)s["properties.workspaceId"] != d.The("Microsoft.OperationalInsights/workspaces").Id || !IsOn(s))
            .Select(s => $"{s.Scope}: {s["properties"]!.ToJsonString()}")),
        new("Writes and deletions in the backup account are logged one by one", d => Rule.Difference(
            "categories",
            ["StorageWrite", "StorageDelete"],
            d.OfType("Microsoft.Insights/diagnosticSettings").Single(s => s.Scope == d.BackupAccount.Id + "/blobServices/default")["properties.logs"]!.AsArray()
                .Where(l => (bool)l!["enabled"]!).Select(l => (string)l!["category"]!))),
        new("Every use of the vault is logged", d => d.OfType("Microsoft.Insights/diagnosticSettings").Single(s => s.Scope == d.The("Microsoft.KeyVault/vaults").Id)["properties.logs"]!.AsArray() is [var only]
            && (string?)only!["categoryGroup"] == "allLogs" && (bool)only["enabled"]! ? [] : ["not every log of the vault"]),
        Rule.Values("Only identities send telemetry", "Microsoft.Insights/components", ("properties.DisableLocalAuth", "true")),
        Rule.Values("Only identities read and write the workspace", "Microsoft.OperationalInsights/workspaces", ("properties.features.disableLocalAuth", "true")),
        new("There is an alert for each thing that must not pass unnoticed, and each is on", d => Rule.Difference(
            "alerts",
            ["no-success", "silent", "failed", "partial", "refused", "missed", "damaged", "suspect", "step-fails", "rehearsal-due", "foreign-deletions", "many-deletions", "capacity", "guards"],
            d.Resources.Where(IsAlert).Where(a => (bool?)a["properties.enabled"] == true).Select(a => a.Name[(d.The("Microsoft.Insights/actionGroups").Name.Length + 1)..]))),
        new("Every alert reaches the action group, and that reaches somebody", d =>
            d.Resources.Where(IsAlert).Where(a => !(a["properties.actions"]!.ToJsonString()).Contains(d.The("Microsoft.Insights/actionGroups").Id, StringComparison.Ordinal)).Select(a => a.ToString())
                .Concat(d.The("Microsoft.Insights/actionGroups") is var group && (bool?)group["properties.enabled"] == true && group["properties.emailReceivers"] is System.Text.Json.Nodes.JsonArray { Count: > 0 } ? [] : [$"{group} reaches nobody"])),
        new("Query alerts look back at least as far as they are apart, and two days at most", d => d.OfType(QueryAlert)
            .Where(a => Duration(a, "windowSize") < Duration(a, "evaluationFrequency") || Duration(a, "windowSize") > TimeSpan.FromDays(2))
            .Select(a => $"{a}: {a["properties.windowSize"]} every {a["properties.evaluationFrequency"]}")),
        new("A silent app is an alert of no rows, every other query one of too many", d => d.OfType(QueryAlert)
            .Where(a => (string)Criterion(a)["operator"]! != (a.Name.EndsWith("-silent", StringComparison.Ordinal) ? "Equals" : "GreaterThan"))
            .Select(a => a.ToString())),
        new("A key or secret that expires is told to the action group", d => d.OfType("Microsoft.EventGrid/systemTopics/eventSubscriptions").SelectMany(s => Rule.Differences(
            s,
            ("properties.destination.endpointType", "\"MonitorAlert\""),
            ("properties.destination.properties.actionGroups", $"[\"{d.The("Microsoft.Insights/actionGroups").Id}\"]"),
            ("properties.filter.includedEventTypes", """["Microsoft.KeyVault.KeyNearExpiry", "Microsoft.KeyVault.KeyExpired", "Microsoft.KeyVault.SecretNearExpiry", "Microsoft.KeyVault.SecretExpired"]""")))
            .Concat((string?)d.The("Microsoft.EventGrid/systemTopics")["properties.source"] == d.The("Microsoft.KeyVault/vaults").Id ? [] : ["the events are not the vault's"])),
        new("Deleting the account, its rules or its protection is told", d => Rule.Difference(
            "operations",
            [
                "Microsoft.Storage/storageAccounts/delete", "Microsoft.Storage/storageAccounts/write", "Microsoft.Storage/storageAccounts/blobServices/write",
                "Microsoft.Storage/storageAccounts/blobServices/containers/delete", "Microsoft.Storage/storageAccounts/managementPolicies/write",
                "Microsoft.Storage/storageAccounts/managementPolicies/delete", "Microsoft.KeyVault/vaults/delete", "Microsoft.Authorization/roleAssignments/write",
                "Microsoft.Authorization/roleAssignments/delete", "Microsoft.Insights/diagnosticSettings/delete",
            ],
            d.The("Microsoft.Insights/activityLogAlerts")["properties.condition.allOf"]!.AsArray().SelectMany(c => c!["anyOf"]?.AsArray() ?? []).Select(c => (string)c!["equals"]!))),
    ];

    private static bool IsAlert(Resource r) => r.Type is QueryAlert or "Microsoft.Insights/metricAlerts" or "Microsoft.Insights/activityLogAlerts";

    private static System.Text.Json.Nodes.JsonNode Criterion(Resource alert) => alert["properties.criteria.allOf"]![0]!;

    private static TimeSpan Duration(Resource alert, string name) => System.Xml.XmlConvert.ToTimeSpan((string)alert["properties." + name]!);

    private static bool IsOn(Resource setting) =>
        new[] { "logs", "metrics" }.Any(kind => setting["properties." + kind] is System.Text.Json.Nodes.JsonArray list && list.Any(l => (bool)l!["enabled"]!));

    // What lies below something that says something, a container below its service, is covered by it.
    private static IEnumerable<string> SaysSomething(Deployment d)
    {
        var told = d.OfType("Microsoft.Insights/diagnosticSettings").Select(s => s.Scope).ToList();
        return from resource in d.Resources
               where !told.Any(scope => resource.Id == scope || resource.Id.StartsWith(scope + "/", StringComparison.Ordinal))
               where !Quiet.Keys.Any(type => resource.Type.Equals(type, StringComparison.OrdinalIgnoreCase) || (resource.Type.StartsWith(type + "/", StringComparison.OrdinalIgnoreCase) && !IsService(resource)))
               select resource.ToString();
    }

    private static bool IsService(Resource r) => r.Type.EndsWith("Services", StringComparison.Ordinal) && r.Type.StartsWith("Microsoft.Storage/", StringComparison.Ordinal);
}
