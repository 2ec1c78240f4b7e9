using System.Diagnostics;
using System.Security.Cryptography;
using QdrantBackup.Chunking;
using QdrantBackup.Harness;
using QdrantBackup.Ids;
using QdrantBackup.Sealing;

namespace QdrantBackup.Benchmarks;

/// <summary>
/// What cutting, naming, compressing and sealing cost, as ratios to one SHA-256 over the same bytes in the same run; and how many bytes of a day's snapshot are new against the day before:
/// plaintext in chunks, plaintext inline, and sealed chunks. Without an argument it takes the days of a real collection; with a folder, every <c>*.snapshot</c> there in name order.
/// </summary>
internal static class ChunkingBenchmark
{
    private const int ReadBytes = 1 << 20;

    public static Task<bool> RunAsync(string? folder)
    {
        using var key = StoreKey.Generate();
        using var sealer = new Sealer(new StoreId(new Guid(RandomNumberGenerator.GetBytes(16))), key);
        var known = new Dictionary<string, HashSet<ChunkId>>(StringComparer.Ordinal);
        Console.WriteLine("chunking: the whole pass as a ratio to SHA-256 alone; new bytes in % of the snapshot");
        foreach (var (name, before, bytes) in folder is null ? Days() : Folder(folder))
        {
            if (known.Count == 0)
            {
                // Once for nothing, so that what follows is not measured while it is compiled.
                Pass(bytes, sealer, [], []);
            }

            var hash = Time(() => SHA256.HashData(bytes.Span));
            var ids = new HashSet<ChunkId>();
            long fresh = 0, inline = 0, stored = 0;
            var pass = Time(() => (fresh, inline, stored) = Pass(bytes, sealer, before is null ? [] : known[before], ids));
            known[name] = ids;
            double Percent(long count) => 100.0 * count / bytes.Length;
            Console.WriteLine(
                $"  {name,-45} {bytes.Length / 1048576.0,7:0.0} MiB   x{pass / hash,4:0.0} of SHA-256   in chunks {Percent(fresh),6:0.00} %   inline {Percent(inline),5:0.00} %   chunks sealed {Percent(stored),6:0.00} %");
        }

        return Task.FromResult(true);
    }

    private static IEnumerable<(string Name, string? Before, ReadOnlyMemory<byte> Bytes)> Days()
    {
        var days = ShardDays.Load(Path.Combine(Fixtures.Root, "days"));
        return days.Days.Select(day => (day.File, day.Before, days[day.File]));
    }

    private static IEnumerable<(string Name, string? Before, ReadOnlyMemory<byte> Bytes)> Folder(string folder)
    {
        string? before = null;
        foreach (var file in Directory.EnumerateFiles(folder, "*.snapshot").Order(StringComparer.Ordinal))
        {
            yield return (Path.GetFileName(file), before, File.ReadAllBytes(file));
            before = Path.GetFileName(file);
        }
    }

    private static (long Fresh, long Inline, long Stored) Pass(ReadOnlyMemory<byte> bytes, Sealer sealer, HashSet<ChunkId> before, HashSet<ChunkId> ids)
    {
        long fresh = 0, inline = 0, stored = 0;
        using var chunker = new SnapshotChunker();
        for (var offset = 0; offset < bytes.Length;)
        {
            offset += chunker.Append(bytes.Span.Slice(offset, Math.Min(ReadBytes, bytes.Length - offset)));
            Drain();
        }

        chunker.Complete();
        Drain();
        return (fresh, inline, stored);

        void Drain()
        {
            while (chunker.TryTake(out var piece))
            {
                if (piece.IsInline)
                {
                    inline += piece.Bytes.Length;
                }
                else if (sealer.ChunkIdOf(piece.Bytes.Span) is var id && ids.Add(id) && !before.Contains(id))
                {
                    fresh += piece.Bytes.Length;
                    stored += sealer.Seal(SealedType.Chunk, $"chunks/{id.ToString()[..2]}/{id}", piece.Bytes.Span).Length;
                }
            }
        }
    }

    private static double Time(Action work)
    {
        var clock = Stopwatch.StartNew();
        work();
        return clock.Elapsed.TotalSeconds;
    }
}
