using System.Globalization;
using System.Text.Json;
using QdrantBackup.App.Stores;
using QdrantBackup.Ids;
using QdrantBackup.Keys;
using QdrantBackup.OnAzure;
using QdrantBackup.Parts;
using QdrantBackup.Runs;
using QdrantBackup.Sealing;
using QdrantBackup.Storage;
using QdrantBackup.Stores;

namespace QdrantBackup.Benchmarks.Pipeline;

/// <summary>
/// The pass as a process of its own, so that what it costs is its own: <c>child VERB STORE FOLDER [PART [EARLIER]]</c>. STORE is a directory, a container, or <c>discard</c>;
/// FOLDER keeps the key file and what is known of the parts. The snapshot comes by standard input and goes to standard output.
/// </summary>
internal static class PassProcess
{
    private const string Discard = "discard";
    private const string KeyFileName = "store.key";

    /// <summary>The arguments of the process.</summary>
    public static IReadOnlyList<string> Command(params string[] arguments) =>
        ["dotnet", Path.Combine(AppContext.BaseDirectory, "QdrantBackup.Benchmarks.dll"), "child", .. arguments];

    public static async Task<int> RunAsync(string[] arguments)
    {
        var (verb, location, folder) = (arguments[0], arguments[1], arguments[2]);
        if (verb == "init")
        {
            using var recipient = KeyFileRecipient.Create(Path.Combine(folder, KeyFileName));
            await StoreCreation.InitializeAsync(StoreAddress.Open(location, TimeProvider.System), [recipient], TimeProvider.System, CancellationToken.None);
            return 0;
        }

        using var store = await OpenAsync(location, folder, verb == "prune" ? int.Parse(arguments[3], CultureInfo.InvariantCulture) : 0);
        switch (verb)
        {
            case "prune":
                var totals = await PrunePass.RunAsync(store);
                Console.WriteLine($"{totals.ChunksListed} chunks listed, {totals.ChunksDeleted} would go");
                break;
            case "backup":
                await BackUpAsync(store, folder, arguments[3], arguments.ElementAtOrDefault(4));
                break;
            case "restore":
                await using (var output = Console.OpenStandardOutput())
                {
                    await BackupPass.RestoreAsync(store, Load(folder, arguments[3]), output);
                }

                break;
            default:
                throw new ArgumentException($"there is no '{verb}'", nameof(arguments));
        }

        return 0;
    }

    /// <summary>What a backup that ran in a process of its own recorded.</summary>
    public static ManifestPart Load(string folder, string part) =>
        JsonSerializer.Deserialize<ManifestPart>(File.ReadAllBytes(PathOf(folder, part)), JsonSerializerOptions.Web)
        ?? throw new InvalidDataException($"nothing is known of part {part}");

    /// <summary>Opens a store that <c>init</c> made with the key file that lies in the folder.</summary>
    public static async Task<SealedStore> OpenAsync(IBackupStore blobs, string folder)
    {
        using var recipient = KeyFileRecipient.Load(Path.Combine(folder, KeyFileName));
        return await StoreOpening.OpenAsync(blobs, [recipient], pins: null, CancellationToken.None);
    }

    private static async Task BackUpAsync(SealedStore store, string folder, string part, string? earlier)
    {
        await using var input = Console.OpenStandardInput();
        var known = earlier is null ? null : Load(folder, earlier);
        var recorded = await BackupPass.BackUpAsync(store, input, known, part);
        await File.WriteAllBytesAsync(PathOf(folder, part), JsonSerializer.SerializeToUtf8Bytes(recorded, JsonSerializerOptions.Web));
    }

    private static async Task<SealedStore> OpenAsync(string location, string folder, int listedChunks)
    {
        if (location == Discard)
        {
            using var key = StoreKey.Generate();
            return new SealedStore(new DiscardStore(), new Sealer(StoreId.Generate(), key));
        }

        var blobs = StoreAddress.Open(location, TimeProvider.System);
        return await OpenAsync(listedChunks > 0 ? new ListedChunks(blobs, listedChunks) : blobs, folder);
    }

    private static string PathOf(string folder, string part) => Path.Combine(folder, $"{part}.json");
}
