using System.Globalization;
using QdrantBackup.Benchmarks.Data;
using QdrantBackup.Benchmarks.Measuring;
using QdrantBackup.Benchmarks.Pipeline;
using QdrantBackup.Ids;
using QdrantBackup.Parts;
using QdrantBackup.Sealing;
using QdrantBackup.Storage;
using QdrantBackup.Storage.Directories;
using QdrantBackup.Stores;

namespace QdrantBackup.Benchmarks;

/// <summary>
/// A prune of a store with very many chunks, in a process of its own: the lists of every backup are read, all chunks listed, and unneeded ones deleted. Lists and manifests
/// are files in memory (tmpfs); chunks exist as a listing alone.
/// </summary>
internal sealed class PruneBenchmark(SealedStore store, int chunks)
{
    private const int Rounds = 3;
    private const int Backups = 20;
    private const int ListLength = 1024;
    private const int ChunkLength = 4 << 20;
    private const int MaxMiB = 512;
    private const int MaxSeconds = 60;
    private static readonly string NoHash = new('0', 64);

    // Each backup needs this share of all chunks, each the next ones in order, and the last is far enough from the end to leave some that nothing needs.
    private readonly int _needed = (int)(chunks * 0.45);
    private readonly int _step = (int)(chunks * 0.0275);

    /// <summary>Runs it over so many chunks (1,000,000 by default).</summary>
    public static async Task<bool> RunAsync(string? count)
    {
        var chunks = int.Parse(count ?? "1000000", CultureInfo.InvariantCulture);
        var report = new Report();
        using var folder = new MemoryFolder();
        await RunCost.OfAsync(PassProcess.Command("init", folder.File("store"), folder.Path));
        using var store = await PassProcess.OpenAsync(new DirectoryStore(folder.File("store"), TimeProvider.System), folder.Path);
        var benchmark = new PruneBenchmark(store, chunks);
        await benchmark.FillAsync();
        report.Begin($"prune: {chunks} chunks and {Backups} backups of {benchmark._needed}, in lists of {ListLength}; the whole process, its start counted in");
        var costs = new List<RunCost>();
        for (var round = 0; round < Rounds; round++)
        {
            costs.Add(await RunCost.OfAsync(PassProcess.Command("prune", folder.File("store"), folder.Path, count ?? chunks.ToString(CultureInfo.InvariantCulture)), output: folder.File("totals")));
            report.Tell($"{costs[^1].CpuSeconds:0.0} CPU s, {costs[^1].Seconds:0.0} s, peak {costs[^1].PeakBytes >> 20} MiB: {(await File.ReadAllTextAsync(folder.File("totals"))).Trim()}");
        }

        report.AtMost("prune: time", Report.Median(costs.Select(c => c.Seconds)), MaxSeconds, " s");
        report.AtMost("prune: peak memory", costs.Max(c => c.PeakBytes) / 1048576.0, MaxMiB, " MiB");
        return report.Holds;
    }

    private async Task FillAsync()
    {
        var manifests = new MadeManifests(store);
        var earlier = new List<EarlierManifest>();
        for (var backup = 0; backup < Backups; backup++)
        {
            var id = MadeManifests.IdOf(backup);
            var ranges = new List<ManifestRange>();
            for (int from = backup * _step, end = from + _needed; from < end; from += ListLength)
            {
                ranges.Add(await PutListAsync(id, ranges, from, Math.Min(ListLength, end - from)));
            }

            var part = new ManifestPart
            {
                PartNo = 1,
                Key = new PartKey("large", "http://node:6333/"),
                Way = "collection",
                SnapshotName = "large.snapshot",
                Length = (long)_needed * ChunkLength,
                Sha256 = NoHash,
                Proof = PartProof.Owed,
                Ranges = ranges,
                Totals = CaptureTotals.None,
            };
            earlier.Add(await manifests.PutAsync(id, part, earlier));
        }
    }

    private async Task<ManifestRange> PutListAsync(BackupId id, List<ManifestRange> before, int from, int count)
    {
        var offset = before.Count == 0 ? 0 : before[^1].Offset + before[^1].Length;
        var list = new ChunkListWriter(1, before.Count, offset);
        for (var i = from; i < from + count; i++)
        {
            list.SetChunk(list.AddChunk(ChunkLength), ListedChunks.IdOf(i, chunks), ListedChunks.SealedLength);
        }

        var plaintext = list.Complete(new byte[32]);
        var hash = Convert.ToHexStringLower(store.Sealer.KeyedHash(KeyedHashUse.ListHash, plaintext.Span));
        var name = BlobNames.List(id, 1, "large", before.Count, hash);
        await store.PutPlainAsync(name, SealedType.List, plaintext, PutCondition.Always, summary: null, CancellationToken.None);
        return new ManifestRange(before.Count, offset, list.Length, NoHash, name.Value, hash);
    }
}
