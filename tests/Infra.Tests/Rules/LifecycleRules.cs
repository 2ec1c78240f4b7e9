using System.Text.Json.Nodes;
using Infra.Tests.Compiler;
using QdrantBackup.OnAzure;
using QdrantBackup.Stores;

namespace Infra.Tests.Rules;

/// <summary>What the account deletes or moves by itself, compared with the names that the application writes (docs/format.md).</summary>
internal static class LifecycleRules
{
    public static IReadOnlyList<Rule> All { get; } =
    [
        new("Lifecycle rules are the ones that are sound, and enabled", d => Rule.Difference(
            "lifecycle rules",
            ["expired-manifests", "run-records", "previous-versions", .. d.Variant == "hardened" ? ["chunk-tiers"] : Array.Empty<string>()],
            RulesOf(d).Where(r => (bool?)r["enabled"] == true).Select(r => (string)r["name"]!))),
        new("Of manifests, only those are deleted that the application has tagged as expired", d => Is(d, "expired-manifests",
            $$"""
            {
              "filters": {
                "blobTypes": ["blockBlob"], "prefixMatch": ["{{Container(d)}}/{{BlobNames.Manifests}}"],
                "blobIndexMatch": [{ "name": "{{BlobStores.ExpiredTag.Key}}", "op": "==", "value": "{{BlobStores.ExpiredTag.Value}}" }]
              },
              "actions": { "baseBlob": { "delete": { "daysAfterModificationGreaterThan": 1 } } }
            }
            """)),
        new("Run records go by age, after a quarter of a year at the earliest", d => Is(d, "run-records",
            $$"""
            {
              "filters": { "blobTypes": ["blockBlob"], "prefixMatch": ["{{Container(d)}}/{{BlobNames.Runs}}"] },
              "actions": { "baseBlob": { "delete": { "daysAfterModificationGreaterThan": {{AtLeast(90, Days(d, "run-records", "baseBlob", "daysAfterModificationGreaterThan"))}} } } }
            }
            """)),
        new("Previous versions go by age, after two weeks at the earliest", d => Is(d, "previous-versions",
            $$"""
            {
              "filters": { "blobTypes": ["blockBlob"], "prefixMatch": ["{{Container(d)}}/"] },
              "actions": { "version": { "delete": { "daysAfterCreationGreaterThan": {{AtLeast(StorageRules.LeastRecoveryDays, Days(d, "previous-versions", "version", "daysAfterCreationGreaterThan"))}} } } }
            }
            """)),
        new("No rule deletes a chunk, a list, a key or anything else that is still in use", d =>
            from rule in RulesOf(d)
            where rule["definition"]!["actions"]!["baseBlob"]?["delete"] is not null
            from prefix in rule["definition"]!["filters"]?["prefixMatch"]?.AsArray().Select(p => (string)p!) ?? [""]
            where prefix != $"{Container(d)}/{BlobNames.Manifests}" && prefix != $"{Container(d)}/{BlobNames.Runs}"
            select $"{rule["name"]} deletes below '{prefix}'"),
        new("Chunks are tiered only where that is asked for, and never archived", d =>
            from rule in RulesOf(d)
            where rule["definition"]!["actions"]!["baseBlob"] is JsonObject actions && actions.Any(a => a.Key != "delete")
            where d.Variant != "hardened" || !JsonNode.DeepEquals(rule["definition"], JsonNode.Parse(
                $$"""
                {
                  "filters": { "blobTypes": ["blockBlob"], "prefixMatch": ["{{Container(d)}}/{{BlobNames.Chunks(0)[..^3]}}"] },
                  "actions": { "baseBlob": { "tierToCool": { "daysAfterModificationGreaterThan": 30 }, "tierToCold": { "daysAfterModificationGreaterThan": 120 } } }
                }
                """))
            select $"{rule["name"]}: {rule["definition"]!.ToJsonString()}"),
    ];

    private static string Container(Deployment d) => d.Store.Id.Split('/')[^1];

    private static IEnumerable<JsonObject> RulesOf(Deployment d) =>
        d.The("Microsoft.Storage/storageAccounts/managementPolicies")["properties.policy.rules"]!.AsArray().Select(r => r!.AsObject());

    private static IEnumerable<string> Is(Deployment d, string name, string definition)
    {
        var actual = RulesOf(d).SingleOrDefault(r => (string)r["name"]! == name)?["definition"];
        return JsonNode.DeepEquals(actual, JsonNode.Parse(definition)) ? [] : [$"{name} is {actual?.ToJsonString() ?? "missing"}"];
    }

    private static int? Days(Deployment d, string name, string of, string after) =>
        (int?)RulesOf(d).SingleOrDefault(r => (string)r["name"]! == name)?["definition"]?["actions"]?[of]?["delete"]?[after];

    private static int AtLeast(int least, int? days) => Math.Max(least, days ?? 0);
}
