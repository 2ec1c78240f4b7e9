using System.Security.Cryptography;
using System.Text;
using QdrantBackup.Harness;

namespace QdrantBackup.Integration.Tests.EndToEnd;

/// <summary>A site whose app serves, with one good backup, shared by the tests of a class.</summary>
public sealed class ServedSite : IAsyncLifetime
{
    public const string Collection = "late-interaction";

    /// <summary>A configured key that may only read.</summary>
    public const string ReaderKey = "qb_reader-0123456789abcdefghijklmnopqrstuvwxyz";

    public Site Site { get; private set; } = null!;

    public AppProcess App { get; private set; } = null!;

    public string BackupId { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(ReaderKey)));
        Site = await Site.StartAsync([Collection, "empty"], extraYaml: $"    - {{ name: reader, sha256: {hash}, scopes: [read] }}\n");
        App = await AppProcess.StartAsync(Site.Files);
        BackupId = (await App.Api.FinishBackupAsync(await App.Api.StartBackupAsync())).GetProperty("backupId").GetString()!;
    }

    public async ValueTask DisposeAsync()
    {
        await App.DisposeAsync();
        await Site.DisposeAsync();
    }

    /// <summary>Runs a command that knows nothing but the server's address and a key.</summary>
    public Task<CommandResult> RunRemoteAsync(string apiKey, params string[] arguments) =>
        Installation.CommandAsync([.. arguments, "--server", App.Address.ToString()], new Dictionary<string, string>(StringComparer.Ordinal) { ["QDRANT_BACKUP_API_KEY"] = apiKey });
}
