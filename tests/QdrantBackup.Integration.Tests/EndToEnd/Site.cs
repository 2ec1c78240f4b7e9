using System.Text.Json;
using QdrantBackup.App.Stores;
using QdrantBackup.Harness;
using QdrantBackup.Keys;
using QdrantBackup.OnAzure;
using QdrantBackup.Storage;
using QdrantStandIn;
using Fixtures = QdrantBackup.Harness.Fixtures;

namespace QdrantBackup.Integration.Tests.EndToEnd;

/// <summary>A stand-in of Qdrant and an installation of the app beside it, used through real processes.</summary>
public sealed class Site : IAsyncDisposable
{
    /// <summary>No backup but those that a test starts.</summary>
    public const string NoSchedules = "  schedule: { daily: \"off\", weekly: \"off\" }\n";

    private Site(StandInServer qdrant, AppFiles files)
    {
        Qdrant = qdrant;
        Files = files;
    }

    public StandInServer Qdrant { get; }

    public AppFiles Files { get; }

    public StorePins Pins { get; private set; } = null!;

    /// <summary>Starts a stand-in, writes the configuration and makes the store with its key.</summary>
    /// <param name="collections">Which of the fixtures' collections it has.</param>
    /// <param name="container">The blob container to keep the store in, as a connection string that names it; without it, a directory.</param>
    /// <param name="qdrantApiKey">The key that Qdrant asks for.</param>
    /// <param name="extraYaml">More of the configuration's section.</param>
    /// <param name="hasSecond">Whether a second copy of every backup is kept, in a directory whose disk is not there yet.</param>
    /// <param name="hasApiKey">Whether an API key is configured.</param>
    public static async Task<Site> StartAsync(
        IEnumerable<string> collections, string? container = null, string? qdrantApiKey = null, string extraYaml = "", bool hasSecond = false, bool hasApiKey = true)
    {
        var qdrant = await StandInServer.StartAsync(new StandInOptions { ApiKey = qdrantApiKey, SnapshotTime = TimeSpan.FromMilliseconds(20) });
        foreach (var name in collections)
        {
            qdrant.SetCollection(name, Path.Combine(Fixtures.Snapshots, $"{name}.snapshot"));
        }

        var connection = container?[..container.IndexOf(";Container=", StringComparison.Ordinal)];
        var site = new Site(qdrant, new AppFiles(qdrant.Address, AddressOf(container), qdrantApiKey, extraYaml + NoSchedules, connection, hasSecond, hasApiKey));
        using var recipient = KeyFileRecipient.Create(site.Files.KeyFile);
        var blobs = StoreAddress.Open(container ?? site.Files.StoreDirectory, TimeProvider.System);
        site.Pins = await StoreCreation.InitializeAsync(blobs, [recipient], TimeProvider.System, TestContext.Current.CancellationToken);
        return site;
    }

    /// <summary>The hash of every collection that the server has now.</summary>
    public Dictionary<string, string> Hashes() => Qdrant.Collections.ToDictionary(name => name, Qdrant.CollectionSha256);

    /// <summary>Everything that lies in the snapshots directories of some collections: what backups made, and the copies that uploads leave.</summary>
    public IReadOnlyList<string> SnapshotsOf(IEnumerable<string> collections) => [.. collections.SelectMany(Qdrant.SnapshotFiles)];

    public Task<CommandResult> RunAsync(params string[] arguments) => Installation.CommandAsync([.. arguments, .. Files.Options]);

    /// <summary>Runs a command with <c>--output json</c> that has to end with 0, and reads what it printed.</summary>
    public async Task<JsonElement> JsonAsync(params string[] arguments)
    {
        var result = await RunAsync([.. arguments, "--output", "json"]);
        Assert.True(result.ExitCode == 0, $"{result.Errors}{result.Results}");
        return JsonElement.Parse(result.Results);
    }

    /// <summary>Takes a backup by the command line and returns its id.</summary>
    public async Task<string> BackUpAsync(params string[] arguments)
    {
        var end = await JsonAsync(["backup", .. arguments]);
        return end.GetProperty("backupId").GetString()!;
    }

    /// <summary>The address that the configuration gives for a container, beside the connection string.</summary>
    private static string? AddressOf(string? container)
    {
        var parts = container?.Split(';').Select(part => part.Split('=', 2)).ToDictionary(part => part[0], part => part[1], StringComparer.Ordinal);
        return parts is null ? null : $"{parts["BlobEndpoint"]}/{parts["Container"]}";
    }

    public async ValueTask DisposeAsync()
    {
        await Qdrant.DisposeAsync();
        Files.Dispose();
    }
}
