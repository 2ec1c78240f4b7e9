using System.Globalization;
using System.Security.Cryptography;
using QdrantBackup.Benchmarks.Pipeline;
using QdrantBackup.Ids;
using QdrantBackup.Parts;
using QdrantBackup.Sealing;
using QdrantBackup.Storage;
using QdrantBackup.Storage.Directories;
using QdrantBackup.Stores;

namespace QdrantBackup.Benchmarks;

/// <summary>
/// What one pass over new random bytes costs in CPU time, without a server: cut, hash, name, seal, put; and back. Random bytes are the worst case: nothing compresses,
/// nothing is shared. Its parts stand beside it, each measured alone in the same run.
/// </summary>
internal static class PassBenchmark
{
    private const int Rounds = 3;

    /// <summary>Runs it over so many MiB (512 by default).</summary>
    public static async Task<bool> RunAsync(string? mebibytes)
    {
        var bytes = new byte[int.Parse(mebibytes ?? "512", CultureInfo.InvariantCulture) << 20];
        RandomNumberGenerator.Fill(bytes);
        Console.WriteLine($"pass: {bytes.Length >> 20} MiB of random bytes; CPU seconds per GiB, best of {Rounds}");
        await ShowAsync("SHA-256 alone", bytes, () => { SHA256.HashData(bytes); return Task.CompletedTask; });
        using var store = NewStore(new DiscardStore());
        await ShowAsync("chunk ids alone", bytes, () => ForEachChunk(bytes, chunk => store.Sealer.ChunkIdOf(chunk)));
        var destination = new byte[Sealer.MaxSealedLength(4 << 20)];
        await ShowAsync("compressing (not) and sealing alone", bytes, () => ForEachChunk(bytes, chunk => store.Sealer.Seal(SealedType.Chunk, "chunks/00/00", chunk, destination)));
        await ShowAsync("backup, store that discards", bytes, () => BackupPass.BackUpAsync(store, new MemoryStream(bytes)));

        var folder = Directory.CreateDirectory(Path.Combine(Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath(), $"qdrant-backup-pass-{Environment.ProcessId}"));
        try
        {
            using var directory = NewStore(new DirectoryStore(folder.FullName, TimeProvider.System));
            ManifestPart? part = null;
            await ShowAsync("backup, directory in memory", bytes, async () => part = await BackupPass.BackUpAsync(directory, new MemoryStream(bytes)));
            await ShowAsync("restore, directory in memory", bytes, () => BackupPass.RestoreAsync(directory, part!, Stream.Null));
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        return true;
    }

    private static Task ForEachChunk(byte[] bytes, Action<ReadOnlySpan<byte>> work)
    {
        for (var at = 0; at < bytes.Length; at += 4 << 20)
        {
            work(bytes.AsSpan(at, Math.Min(4 << 20, bytes.Length - at)));
        }

        return Task.CompletedTask;
    }

    private static async Task ShowAsync(string what, byte[] bytes, Func<Task> work)
    {
        await work();
        var best = TimeSpan.MaxValue;
        for (var i = 0; i < Rounds; i++)
        {
            var before = Environment.CpuUsage.TotalTime;
            await work();
            var used = Environment.CpuUsage.TotalTime - before;
            best = used < best ? used : best;
        }

        Console.WriteLine($"  {what,-38} {best.TotalSeconds / (bytes.Length / 1073741824.0),6:0.00}");
    }

    private static SealedStore NewStore(IBackupStore blobs)
    {
        using var key = StoreKey.Generate();
        return new SealedStore(blobs, new Sealer(StoreId.Generate(), key));
    }
}
