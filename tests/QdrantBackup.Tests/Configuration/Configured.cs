using Microsoft.Extensions.Configuration;
using QdrantBackup.Configuration;

namespace QdrantBackup.Tests.Configuration;

/// <summary>Builds configurations the way a host does.</summary>
internal static class Configured
{
    public static readonly (string Key, string? Value)[] Minimal = [("Cluster:Name", "demo"), ("Storage:Local", "/srv/backups")];

    public static IConfigurationRoot From(params (string Key, string? Value)[] values) =>
        new ConfigurationBuilder().AddBackupCommandLine(values.Select(pair => KeyValuePair.Create(pair.Key, pair.Value))).Build();

    public static BackupOptions Read(params (string Key, string? Value)[] values) => BackupOptionsReader.Read(From([.. Minimal, .. values]));

    public static IReadOnlyList<ConfigurationProblem> ProblemsOf(params (string Key, string? Value)[] values) =>
        Assert.Throws<ConfigurationException>(() => Read(values)).Problems;

    public static IConfigurationRoot FromFile(string text, string extension = ".yaml")
    {
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + extension);
        File.WriteAllText(path, text);
        try
        {
            return new ConfigurationBuilder().AddBackupFile(path).Build();
        }
        finally
        {
            File.Delete(path);
        }
    }
}
