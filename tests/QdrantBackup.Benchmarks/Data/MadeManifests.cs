using System.Globalization;
using System.Text.Json;
using QdrantBackup.Harness;
using QdrantBackup.Ids;
using QdrantBackup.Parts;
using QdrantBackup.Sealing;
using QdrantBackup.Storage;
using QdrantBackup.Stores;

namespace QdrantBackup.Benchmarks.Data;

/// <summary>Manifests as a commit writes them, of one real collection of a standalone server, with their summaries.</summary>
internal sealed class MadeManifests(SealedStore store)
{
    public const string Cluster = "benchmark";

    private static readonly DateTimeOffset First = new(2025, 1, 1, 2, 0, 0, TimeSpan.Zero);

    private readonly ManifestDocuments _documents = new(store);
    private readonly JsonElement _collection = JsonElement.Parse(File.ReadAllBytes(Path.Combine(Fixtures.Snapshots, "mixtral_vectors.snapshot.json"))).GetProperty("info");

    /// <summary>The id of the backup of that number, an hour after the one before.</summary>
    public static BackupId IdOf(int number) =>
        new(First.AddHours(number).UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture) + "-000000");

    /// <summary>Puts the manifest of a backup that holds one part, and which names those before it.</summary>
    public async Task<EarlierManifest> PutAsync(BackupId id, ManifestPart part, IReadOnlyList<EarlierManifest> earlier)
    {
        var manifest = Of(id, part, earlier);
        var plaintext = JsonSerializer.SerializeToUtf8Bytes(manifest, PartsJson.Default.Manifest);
        var hash = _documents.HashOf(plaintext);
        var summary = _documents.SealSummary(ManifestDocuments.Summarize(manifest, hash));
        await store.PutPlainAsync(BlobNames.Manifest(id), SealedType.Manifest, plaintext, PutCondition.OnlyIfAbsent, summary, CancellationToken.None);
        return new EarlierManifest(id, hash);
    }

    private Manifest Of(BackupId id, ManifestPart part, IReadOnlyList<EarlierManifest> earlier) => new()
    {
        Format = Manifest.CurrentFormat,
        Id = id,
        AppVersion = "0.1.0",
        Cluster = new ManifestCluster(Cluster, [new ManifestNode("http://node:6333/", "1.18.3", "0")]),
        Started = id.Began,
        Finished = id.Began.AddMinutes(3),
        FirstSnapshot = id.Began.AddMinutes(1),
        LastSnapshot = id.Began.AddMinutes(1),
        Schedule = "daily",
        Classes = ["daily"],
        State = BackupState.Complete,
        Collections =
        [
            new ManifestCollection
            {
                Name = part.Key.Collection,
                Covered = true,
                Status = "green",
                ShardNumber = 1,
                PointCount = 10_000,
                CountIsExact = true,
                Description = _collection,
                Replicas = [new ManifestReplica(0, "0", "Active")],
            },
        ],
        Parts = [part],
        Earlier = earlier,
        Totals = part.Totals,
    };
}
