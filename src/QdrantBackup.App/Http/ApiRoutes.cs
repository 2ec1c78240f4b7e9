using QdrantBackup.Configuration.Access;

namespace QdrantBackup.App.Http;

/// <summary>What each HTTP function demands of a key. A function that does not stand here is refused to everybody.</summary>
internal static class ApiRoutes
{
    private static readonly Dictionary<string, ApiScopes> Scopes = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Health"] = ApiScopes.None,
        ["Ready"] = ApiScopes.None,
        ["CreateBackup"] = ApiScopes.Backup,
        ["CheckConnections"] = ApiScopes.Backup,
        ["BackupStatus"] = ApiScopes.Read,
        ["BackupRunStatus"] = ApiScopes.Read,
        ["CancelBackup"] = ApiScopes.Backup,
        ["ListBackups"] = ApiScopes.Read,
        ["ShowBackup"] = ApiScopes.Read,
        ["VerifyBackup"] = ApiScopes.Backup,
        ["DeleteBackup"] = ApiScopes.Admin,
        ["UndeleteBackup"] = ApiScopes.Admin,
        ["HoldBackup"] = ApiScopes.Admin,
        ["ReleaseBackup"] = ApiScopes.Admin,
        ["ConfirmBackup"] = ApiScopes.Admin,
        ["ShowRetention"] = ApiScopes.Read,
        ["ApplyRetention"] = ApiScopes.Admin,
        ["RepairBackup"] = ApiScopes.Backup,
        ["CopyBackup"] = ApiScopes.Backup,
        ["ShowUsage"] = ApiScopes.Read,
        ["CreateRestore"] = ApiScopes.Restore,
        ["RestoreStatus"] = ApiScopes.Read,
        ["ApproveRestore"] = ApiScopes.Restore,
        ["CancelRestore"] = ApiScopes.Restore,
        ["ListRuns"] = ApiScopes.Read,
        ["ShowRun"] = ApiScopes.Read,
        ["CancelRun"] = ApiScopes.Backup,
        ["ResumeRun"] = ApiScopes.Restore,
        ["ListSchedules"] = ApiScopes.Read,
    };

    // The key of a Functions host may stand in the query too.
    private const string HostKey = "code";

    private static readonly Dictionary<string, string[]> Parameters = new(StringComparer.OrdinalIgnoreCase)
    {
        ["ListBackups"] = ["cluster", "collection", "state", "from", "to", "top", "continuation", "label"],
        ["DeleteBackup"] = ["confirm", "last"],
        ["ShowUsage"] = ["fresh"],
        ["ListRuns"] = ["kind", "state", "from", "to", "top"],
    };

    /// <summary>The query parameters that a function reads.</summary>
    public static IReadOnlyList<string> ParametersOf(string function) => Parameters.GetValueOrDefault(function, []);

    /// <summary>The parameters of a query that a function does not read.</summary>
    public static IEnumerable<string> UnknownParameters(string function, IEnumerable<string> given) =>
        given.Where(name => name != HostKey && !ParametersOf(function).Contains(name, StringComparer.OrdinalIgnoreCase));

    /// <summary>The names of all HTTP functions.</summary>
    public static IReadOnlyCollection<string> Functions => Scopes.Keys;

    /// <summary>The scope that a function demands; null when it is not known.</summary>
    public static ApiScopes? ScopeOf(string function) => Scopes.TryGetValue(function, out var scope) ? scope : null;
}
