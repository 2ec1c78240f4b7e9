using System.Text.Json;
using QdrantBackup.Manifests;
using QdrantBackup.OnAzure;
using QdrantBackup.Sealing;

namespace QdrantBackup.Benchmarks.Pipeline;

/// <summary>
/// The pass as a process of its own, so that what it costs is its own: <c>child VERB STORE FOLDER [PART [EARLIER]]</c>. STORE is a directory, a container, or <c>discard</c>;
/// FOLDER keeps the key file and what is known of the parts. The snapshot comes by standard input and goes to standard output.
/// </summary>
internal static class PassProcess
{
    private const string Discard = "discard";

    /// <summary>Its arguments, for whoever starts it.</summary>
    public static IReadOnlyList<string> Command(params string[] arguments) =>
        ["dotnet", Path.Combine(AppContext.BaseDirectory, "QdrantBackup.Benchmarks.dll"), "child", .. arguments];

    public static async Task<int> RunAsync(string[] arguments)
    {
        var (verb, location, folder) = (arguments[0], arguments[1], arguments[2]);
        var keyFile = Path.Combine(folder, "store.key");
        if (verb == "init")
        {
            using var recipient = KeyFileRecipient.Create(keyFile);
            await SealedStore.InitializeAsync(Stores.Open(location, TimeProvider.System), [recipient], TimeProvider.System, CancellationToken.None);
            return 0;
        }

        using var store = await OpenAsync(location, keyFile);
        switch (verb)
        {
            case "idle":
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

    private static async Task BackUpAsync(SealedStore store, string folder, string part, string? earlier)
    {
        await using var input = Console.OpenStandardInput();
        var known = earlier is null ? null : Load(folder, earlier);
        var recorded = await BackupPass.BackUpAsync(store, input, known, part);
        await File.WriteAllBytesAsync(PathOf(folder, part), JsonSerializer.SerializeToUtf8Bytes(recorded, JsonSerializerOptions.Web));
    }

    private static async Task<SealedStore> OpenAsync(string location, string keyFile)
    {
        if (location == Discard)
        {
            using var key = StoreKey.Generate();
            return new SealedStore(new DiscardStore(), new Sealer(StoreId.Generate(), key));
        }

        using var recipient = KeyFileRecipient.Load(keyFile);
        return await SealedStore.OpenAsync(Stores.Open(location, TimeProvider.System), [recipient], pins: null, CancellationToken.None);
    }

    private static string PathOf(string folder, string part) => Path.Combine(folder, $"{part}.json");
}
