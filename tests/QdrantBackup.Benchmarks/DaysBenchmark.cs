using QdrantBackup.Benchmarks.Data;
using QdrantBackup.Benchmarks.Measuring;
using QdrantBackup.Benchmarks.Peers;
using QdrantBackup.Benchmarks.Pipeline;
using QdrantBackup.Harness;
using QdrantBackup.Ids;
using QdrantBackup.Parts;
using QdrantBackup.Sealing;
using QdrantBackup.Storage.Directories;
using QdrantBackup.Stores;

namespace QdrantBackup.Benchmarks;

/// <summary>
/// The snapshots of a real collection on seven days, backed up one after the other: what is new in each, as plaintext of chunks and inline, what is stored for it, lists and manifests
/// included, and what restic and borg store for the same files in the same run: the middle of several repositories of theirs. Everything in % of the day's snapshot.
/// </summary>
internal sealed class DaysBenchmark
{
    // docs/format.md §4 cuts along members; the targets are what that must come to.
    private static readonly Dictionary<string, double> Targets = new(StringComparer.Ordinal)
    {
        ["day2-idle.shard.snapshot"] = 0.1,
        ["day3-overwritten-0.1.shard.snapshot"] = 3.0,
        ["day4-overwritten-1.shard.snapshot"] = 3.9,
        ["day5-appended-1.shard.snapshot"] = 2.1,
        ["day6-overwritten-5.shard.snapshot"] = 9.0,
        ["day7-payload-1.shard.snapshot"] = 6.5,
    };

    private const int PeerRuns = 7;

    private readonly Report _report;
    private readonly List<EarlierManifest> _earlier = [];

    private DaysBenchmark(Report report) => _report = report;

    /// <summary>Runs it, with or without the other tools.</summary>
    public static async Task<bool> RunAsync(Report report, bool withPeers)
    {
        var days = ShardDays.Load(Path.Combine(Fixtures.Root, "days"));
        report.Begin("days: new bytes of each day in % of its snapshot; stored: files that came, lists and manifests included");
        report.Tell($"{"",-46} {"in chunks",10} {"inline",8} {"stored",8} {"restic",8} {"borg",8}");
        List<(string File, string? Before, ReadOnlyMemory<byte> Bytes)> all = [.. days.Days.Select(d => (d.File, d.Before, days[d.File]))];
        string[] collections = ["day1.collection.snapshot", "day2-idle.collection.snapshot"];
        all.AddRange(collections.Select((file, i) => (file, i == 0 ? null : collections[0], (ReadOnlyMemory<byte>)File.ReadAllBytes(Fixtures.Day(file)))));
        foreach (var series in Series(all))
        {
            await new DaysBenchmark(report).MeasureAsync(series, withPeers);
        }

        return report.Holds;
    }

    /// <summary>A snapshot without one before it begins a series, with stores of its own.</summary>
    private static IEnumerable<List<(string File, ReadOnlyMemory<byte> Bytes)>> Series(IEnumerable<(string File, string? Before, ReadOnlyMemory<byte> Bytes)> all)
    {
        List<(string, ReadOnlyMemory<byte>)> series = [];
        foreach (var (file, before, bytes) in all)
        {
            if (before is null && series.Count > 0)
            {
                yield return series;
                series = [];
            }

            series.Add((file, bytes));
        }

        yield return series;
    }

    private async Task MeasureAsync(List<(string File, ReadOnlyMemory<byte> Bytes)> series, bool withPeers)
    {
        using var folder = new MemoryFolder();
        using var key = StoreKey.Generate();
        using var store = new SealedStore(new DirectoryStore(folder.File("store"), TimeProvider.System), new Sealer(StoreId.Generate(), key));
        var others = withPeers ? await StoredByPeersAsync(series) : [];
        ManifestPart? before = null;
        foreach (var (file, bytes) in series)
        {
            var stored = Stored(folder);
            before = await BackUpAsync(store, file, bytes, before);
            var inline = await InlineAsync(store, before);
            var fresh = before.Totals.NewBytes - inline;
            var line = $"{file,-46} {Percent(fresh),8:0.00} % {Percent(inline),6:0.00} % {Percent(Stored(folder) - stored),6:0.00} %";
            foreach (var stores in others)
            {
                line += $" {Percent(stores[file]),6:0.00} %";
            }

            _report.Tell(line);
            if (Targets.TryGetValue(file, out var target))
            {
                _report.AtMost($"{file}: new in chunks", Percent(fresh), target, " %");
            }

            double Percent(double count) => 100.0 * count / bytes.Length;
        }
    }

    private async Task<ManifestPart> BackUpAsync(SealedStore store, string file, ReadOnlyMemory<byte> bytes, ManifestPart? before)
    {
        var id = MadeManifests.IdOf(_earlier.Count);
        using var source = new MemoryStream(bytes.ToArray(), writable: false);
        var part = await BackupPass.BackUpAsync(store, source, before, id.Value);
        _earlier.Add(await new MadeManifests(store).PutAsync(id, part, _earlier));
        return part.Length == bytes.Length ? part : throw new InvalidOperationException($"{file} did not come whole");
    }

    private static async Task<long> InlineAsync(SealedStore store, ManifestPart part) =>
        (await new PartReader(store, BackupPass.ChunksInFlight).OpenListAsync(part, part.Ranges[0], CancellationToken.None)).Entries.Where(e => e.IsInline).Sum(e => (long)e.Length);

    /// <summary>What restic and then borg store for each snapshot, in bytes: the middle of several repositories, because each cuts at places of its own.</summary>
    private static async Task<Dictionary<string, double>[]> StoredByPeersAsync(List<(string File, ReadOnlyMemory<byte> Bytes)> series)
    {
        var stored = series.ToDictionary(s => s.File, _ => new List<double>[] { [], [] }, StringComparer.Ordinal);
        for (var run = 0; run < PeerRuns; run++)
        {
            using var folder = new MemoryFolder();
            Peer[] peers = [new Restic(folder.Path), new Borg(folder.Path)];
            for (var i = 0; i < peers.Length; i++)
            {
                await peers[i].InitialiseAsync();
                foreach (var (file, bytes) in series)
                {
                    stored[file][i].Add(await StoredByAsync(peers[i], folder, file, bytes));
                }
            }
        }

        return [.. Enumerable.Range(0, 2).Select(i => stored.ToDictionary(s => s.Key, s => Report.Median(s.Value[i]), StringComparer.Ordinal))];
    }

    private static async Task<long> StoredByAsync(Peer peer, MemoryFolder folder, string file, ReadOnlyMemory<byte> bytes)
    {
        await using (var stream = File.Create(folder.File("day")))
        {
            await stream.WriteAsync(bytes);
        }

        var before = peer.StoredBytes;
        await peer.BackUpAsync(folder.File("day"), file);
        return peer.StoredBytes - before;
    }

    /// <summary>Chunks, lists, manifests and their summaries: not the locks, which are empty.</summary>
    private static long Stored(MemoryFolder folder) => Directory.Exists(folder.File("store")) ? FolderSize.Of(folder.File("store")) : 0;
}
