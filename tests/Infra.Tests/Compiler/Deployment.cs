using System.Text.Json.Nodes;

namespace Infra.Tests.Compiler;

/// <summary>One resource that a deployment would create, everything evaluated that can be.</summary>
/// <param name="Type">Its type, e.g. <c>Microsoft.KeyVault/vaults</c>.</param>
/// <param name="Name">Its name, those of its parents in front.</param>
/// <param name="Id">Its id.</param>
/// <param name="Json">All of it.</param>
internal sealed record Resource(string Type, string Name, string Id, JsonObject Json)
{
    /// <summary>What it is an extension of: the id in front of its own provider.</summary>
    public string Scope => Id[..Id.LastIndexOf("/providers/", StringComparison.Ordinal)];

    /// <summary>The value at a path such as <c>properties.networkAcls.defaultAction</c>; null where there is none.</summary>
    public JsonNode? this[string path]
    {
        get
        {
            JsonNode? node = Json;
            foreach (var name in path.Split('.'))
            {
                node = (node as JsonObject)?[name];
            }

            return node;
        }
    }

    /// <summary>The texts of a list at a path, in their order.</summary>
    public IReadOnlyList<string> Texts(string path) => [.. (this[path] as JsonArray ?? []).Select(n => (string)n!)];

    public override string ToString() => $"{Type} {Name}";
}

/// <summary>Everything that a deployment would create.</summary>
internal sealed class Deployment
{
    public const string SubscriptionId = "00000000-0000-0000-0000-000000000001";
    public const string ResourceGroup = "rg";

    private Deployment(string variant, JsonObject snapshot)
    {
        Variant = variant;
        Resources = [.. snapshot["predictedResources"]!.AsArray().Select(r => r!.AsObject()).Select(r => new Resource((string)r["type"]!, (string)r["name"]!, (string)r["id"]!, r))];
        Diagnostics = [.. snapshot["diagnostics"]!.AsArray().Select(d => d!.ToJsonString())];
        Outputs = snapshot["outputs"]!.AsObject();
        Text = snapshot.ToJsonString();
    }

    /// <summary>The name of the file of parameters.</summary>
    public string Variant { get; }

    public IReadOnlyList<Resource> Resources { get; }

    /// <summary>What the compiler could not foresee; must be nothing.</summary>
    public IReadOnlyList<string> Diagnostics { get; }

    public JsonObject Outputs { get; }

    /// <summary>All of it, to search in.</summary>
    public string Text { get; }

    /// <summary>Whether the parameters ask for a network of its own.</summary>
    public bool IsPrivate => OfType("Microsoft.Network/virtualNetworks").Any();

    /// <summary>Whether they ask for an HTTP API that is reached from outside it.</summary>
    public bool HasPublicApi => !IsPrivate || Variant == "private-azure-storage";

    /// <summary>Reads a snapshot.</summary>
    public static Deployment Read(string variant, JsonObject snapshot) => new(variant, Evaluation.Of(snapshot)!.AsObject());

    public IEnumerable<Resource> OfType(string type) => Resources.Where(r => r.Type.Equals(type, StringComparison.OrdinalIgnoreCase));

    /// <summary>The one resource of a type.</summary>
    public Resource The(string type) => OfType(type).Single();

    /// <summary>The account that the backups are in: the one with a lifecycle policy.</summary>
    public Resource BackupAccount => OfType("Microsoft.Storage/storageAccounts").Single(a => a.Id == The("Microsoft.Storage/storageAccounts/managementPolicies").Id.Split("/managementPolicies/")[0]);

    /// <summary>The container that the store is in.</summary>
    public Resource Store => OfType("Microsoft.Storage/storageAccounts/blobServices/containers").Single(c => c.Id.StartsWith(BackupAccount.Id + "/", StringComparison.Ordinal));

    /// <summary>Who is assigned what on exactly which scope.</summary>
    public IEnumerable<RoleAssignment> Roles() => OfType("Microsoft.Authorization/roleAssignments").Select(r =>
        new RoleAssignment(r.Scope, (string)r["properties.principalId"]!, ((string)r["properties.roleDefinitionId"]!).Split('/')[^1]));

    /// <summary>The settings of an app by name.</summary>
    public IReadOnlyDictionary<string, string> SettingsOf(string app) =>
        OfType("Microsoft.Web/sites/config").Single(c => c.Name == app + "/appsettings")["properties"]!.AsObject().ToDictionary(p => p.Key, p => (string)p.Value!);

    /// <summary>The backup app's identity.</summary>
    public Identity Backup => IdentityOf("backup");

    /// <summary>The maintenance app's identity.</summary>
    public Identity Maintenance => IdentityOf("maintenance");

    /// <summary>The names of the apps, the backup app first.</summary>
    public IReadOnlyList<string> Apps => [(string)Outputs["apps"]!["backup"]!, (string)Outputs["apps"]!["maintenance"]!];

    private Identity IdentityOf(string app) =>
        new(OfType("Microsoft.ManagedIdentity/userAssignedIdentities").Single(i => i.Name.Contains($"-{app}-", StringComparison.Ordinal)));
}

/// <summary>An identity; its principal and client are known to Azure only, and have names here.</summary>
internal sealed record Identity(Resource Resource)
{
    public string Id => Resource.Id;

    public string PrincipalId => $"{{userAssignedIdentities/{Resource.Name}.principalId}}";

    public string ClientId => $"{{userAssignedIdentities/{Resource.Name}.clientId}}";
}

/// <summary>A role on a scope.</summary>
internal sealed record RoleAssignment(string Scope, string Principal, string Role);
