using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using QdrantBackup.Benchmarks.Data;
using QdrantBackup.Benchmarks.Measuring;
using QdrantBackup.Catalog;
using QdrantBackup.Harness;
using QdrantBackup.Ids;
using QdrantBackup.OnAzure;
using QdrantBackup.Parts;
using QdrantBackup.Sealing;
using QdrantBackup.Stores;

namespace QdrantBackup.Benchmarks;

/// <summary>How long it takes to list the backups, where there are very many: by a listing of Azurite, and for the next page of the same listing.</summary>
internal static class CatalogBenchmark
{
    private const int Rounds = 5;
    private const int PutsInFlight = 8;
    private const int EarlierNamed = 30;

    /// <summary>Runs it with so many backups (10,000 by default).</summary>
    public static async Task<bool> RunAsync(string? count)
    {
        var backups = int.Parse(count ?? "10000", CultureInfo.InvariantCulture);
        var report = new Report();
        report.Begin($"catalog: {backups} backups of one collection in Azurite, each naming {EarlierNamed} before it");
        await using var azurite = await AzuriteProcess.StartAsync();
        var blobs = BlobStores.OpenConnectionString(await azurite.NewContainerAsync("catalog"));
        using var key = StoreKey.Generate();
        using var store = new SealedStore(blobs, new Sealer(StoreId.Generate(), key));
        await FillAsync(store, backups);
        List<double> listed = [], again = [];
        for (var round = 0; round < Rounds; round++)
        {
            var catalog = new BackupCatalog(store, NullLogger<BackupCatalog>.Instance);
            var before = Environment.CpuUsage.TotalTime;
            listed.Add(await TimeAsync(catalog.ListAsync, backups));
            report.Tell($"CPU of a listing in this process: {(Environment.CpuUsage.TotalTime - before).TotalSeconds:0.00} s");
            again.Add(await TimeAsync(catalog.ListOnAsync, backups));
        }

        report.Tell($"by a listing {string.Join(", ", listed.Select(s => $"{s:0.00}"))} s (the first while everything is compiled); the next page {string.Join(", ", again.Select(s => $"{s:0.0000}"))} s");
        report.AtMost("catalog by one listing", Report.Median(listed), 2, " s");
        report.AtMost("catalog from the listing that it keeps for the next page", Report.Median(again), 0.2, " s");
        return report.Holds;
    }

    private static async Task<double> TimeAsync(Func<CatalogFilter, CancellationToken, Task<IReadOnlyList<CatalogEntry>>> list, int expected)
    {
        var clock = Stopwatch.StartNew();
        var entries = await list(new CatalogFilter(), CancellationToken.None);
        return entries.Count == expected && entries.All(e => e.Summary is not null)
            ? clock.Elapsed.TotalSeconds
            : throw new InvalidOperationException($"the catalog has {entries.Count} backups of {expected}");
    }

    private static async Task FillAsync(SealedStore store, int backups)
    {
        var manifests = new MadeManifests(store);
        var part = new ManifestPart
        {
            PartNo = 1,
            Key = new PartKey("mixtral_vectors", "http://node:6333/"),
            Way = "collection",
            SnapshotName = "mixtral_vectors-1.snapshot",
            Length = 1 << 30,
            Sha256 = new string('0', 64),
            Proof = PartProof.Source,
            Ranges = [new ManifestRange(0, 0, 1 << 30, new string('0', 64), "lists/20250101T020000Z-000000/00001-x/00000-0", new string('0', 64))],
            Totals = new CaptureTotals { Bytes = 1 << 30, Chunks = 256 },
        };
        EarlierManifest[] earlier = [.. Enumerable.Range(0, EarlierNamed).Select(i => new EarlierManifest(MadeManifests.IdOf(i), new string('0', 64)))];
        await Parallel.ForAsync(0, backups, new ParallelOptions { MaxDegreeOfParallelism = PutsInFlight }, async (i, _) => await manifests.PutAsync(MadeManifests.IdOf(i), part, earlier));
    }
}
