namespace QdrantBackup.Harness;

/// <summary>What one installation of the app has on disk: configuration, key file, state and (unless it is elsewhere) the store.</summary>
public sealed class AppFiles : IDisposable
{
    /// <summary>The API key that is configured, with every scope.</summary>
    public const string ApiKey = "qb_harness-0123456789abcdefghijklmnopqrstuvwxyz";

    private readonly TempFolder _folder = new("app");

    public AppFiles(Uri qdrant, string? remoteStore = null, string? qdrantApiKey = null, string extraYaml = "", string? connectionString = null, bool hasSecond = false, bool hasApiKey = true)
    {
        var sha256 = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(ApiKey)));
        var storage = remoteStore is null ? $"local: \"{StoreDirectory}\"" : $"remote: \"{remoteStore}\"";
        storage += connectionString is null ? "" : $", connectionString: \"{connectionString}\"";
        storage += hasSecond ? $", second: \"{SecondDirectory}\"" : "";
        var apiKey = qdrantApiKey is null ? "" : $", apiKey: \"{qdrantApiKey}\"";
        var apiKeys = hasApiKey ? $"  apiKeys:\n    - {{ name: harness, sha256: {sha256}, scopes: [admin] }}" : "";
        File.WriteAllText(Config, $$"""
            backup:
              cluster: { name: harness }
              qdrant: { url: "{{qdrant}}"{{apiKey}} }
              storage: { {{storage}} }
              encryption: { keyFile: "{{KeyFile}}" }
            {{apiKeys}}
            {{extraYaml}}
            """);

        // As the installer makes it: a file with secrets that every user can read is refused.
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(Config, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    public string Folder => _folder.Path;

    public string Config => _folder.File("backup.yaml");

    public string KeyFile => _folder.File("backup.key");

    public string StoreDirectory => _folder.File("store");

    /// <summary>Where the second copy of every backup is kept, if it is configured: as on a disk of its own, which may not be there.</summary>
    public string SecondDirectory => _folder.File("mount", "second");

    public string StateDirectory => _folder.File("state");

    /// <summary>The command line's options that name this installation.</summary>
    public string[] Options => ["--config", Config, "--state-dir", StateDirectory];

    public void Dispose() => _folder.Dispose();
}
