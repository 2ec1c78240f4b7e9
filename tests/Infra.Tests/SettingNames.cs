using QdrantBackup.Configuration;

namespace Infra.Tests;

/// <summary>How app settings and the application's keys are called.</summary>
internal static class SettingNames
{
    private const string Prefix = BackupOptions.SectionName + "__";

    /// <summary>The application's key for an app setting; null for a setting that is none of its.</summary>
    public static string? KeyOf(string name) =>
        name.StartsWith(Prefix, StringComparison.Ordinal) ? name[Prefix.Length..].Replace("__", ":", StringComparison.Ordinal) : null;
}
