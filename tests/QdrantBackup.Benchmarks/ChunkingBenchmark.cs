using System.Diagnostics;
using System.Security.Cryptography;
using QdrantBackup.Chunking;
using QdrantBackup.Harness;
using QdrantBackup.Sealing;

namespace QdrantBackup.Benchmarks;

/// <summary>
/// What cutting, naming, compressing and sealing cost in CPU time, as ratios to one SHA-256 over the same bytes in the same run; and how many bytes of a second day are new.
/// With a folder as argument, every <c>*.snapshot</c> there is measured in name order, each against the one before it.
/// </summary>
internal static class ChunkingBenchmark
{
    private const int ReadBytes = 1 << 20;

    public static Task<bool> RunAsync(string? folder)
    {
        string[] files = [.. Directory.EnumerateFiles(folder ?? Path.Combine(Fixtures.Root, "days"), "*.snapshot").Order(StringComparer.Ordinal)];
        using var key = StoreKey.Generate();
        using var sealer = new Sealer(new StoreId(new Guid(RandomNumberGenerator.GetBytes(16))), key);
        var known = new HashSet<ChunkId>();
        Console.WriteLine($"chunking: {files.Length} snapshots; CPU time of the whole pass as a ratio to SHA-256 alone");
        foreach (var file in files)
        {
            var bytes = File.ReadAllBytes(file);
            var hash = Time(() => SHA256.HashData(bytes));
            long fresh = 0, stored = 0;
            var pass = Time(() => (fresh, stored) = Pass(bytes, sealer, known));
            Console.WriteLine($"  {Path.GetFileName(file),-42} {bytes.Length / 1048576.0,7:0.0} MiB   x{pass / hash,5:0.0} of SHA-256   new {100.0 * fresh / bytes.Length,6:0.00} %   stored {100.0 * stored / bytes.Length,6:0.00} %");
        }

        return Task.FromResult(true);
    }

    private static (long Fresh, long Stored) Pass(byte[] bytes, Sealer sealer, HashSet<ChunkId> known)
    {
        long fresh = 0, stored = 0;
        using var chunker = new SnapshotChunker();
        for (var offset = 0; offset < bytes.Length;)
        {
            offset += chunker.Append(bytes.AsSpan(offset, Math.Min(ReadBytes, bytes.Length - offset)));
            Drain();
        }

        chunker.Complete();
        Drain();
        return (fresh, stored);

        void Drain()
        {
            while (chunker.TryTake(out var piece))
            {
                if (piece.IsInline)
                {
                    fresh += piece.Bytes.Length;
                }
                else if (sealer.ChunkIdOf(piece.Bytes.Span) is var id && known.Add(id))
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
