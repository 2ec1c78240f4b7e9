using System.Diagnostics;
using System.Globalization;
using QdrantBackup.Harness;
using QdrantStandIn;

namespace QdrantBackup.Benchmarks;

/// <summary>
/// How much memory the app takes to back up and to restore one large snapshot: the kernel's high-water mark of its process, a fresh one for each. Qdrant's stand-in
/// runs in this process, and makes the snapshot's bytes as they are read.
/// </summary>
internal static class MemoryBenchmark
{
    private const long LimitBytes = 256L << 20;
    private const string Collection = "large";

    /// <summary>Runs it with a snapshot of so many MiB (2048 by default), split into ranges of a size where one is given (512MiB, say); false when the limit does not hold.</summary>
    public static async Task<bool> RunAsync(string? mebibytes, string? rangeBytes)
    {
        var length = long.Parse(mebibytes ?? "2048", CultureInfo.InvariantCulture) << 20;
        Console.WriteLine($"memory: one snapshot of {length >> 20} MiB; limit {LimitBytes >> 20} MiB");
        await using var qdrant = await StandInServer.StartAsync();
        qdrant.AddSynthetic(Collection, length, seed: 1);
        using var files = new AppFiles(qdrant.Address, extraYaml: rangeBytes is null ? "" : $"  rangeBytes: {rangeBytes}\n");
        await Installation.InitialiseKeyAsync(files);

        var idle = await MeasureAsync(files, "idle", length, _ => Task.CompletedTask);
        var backup = await MeasureAsync(files, "backup", length, BackUpAsync);
        var restore = await MeasureAsync(files, "restore", length, RestoreAsync);
        var holds = backup < LimitBytes && restore < LimitBytes;
        Console.WriteLine($"memory: backup {(double)backup / idle:0.00} and restore {(double)restore / idle:0.00} times the idle process; {(holds ? "holds" : "DOES NOT HOLD")}");
        return holds && qdrant.CollectionSha256(Collection) == qdrant.CollectionSha256(Collection + "-restored");
    }

    private static async Task<long> MeasureAsync(AppFiles files, string what, long length, Func<ApiCalls, Task> work)
    {
        await using var app = await AppProcess.StartAsync(files);
        var clock = Stopwatch.StartNew();
        await work(app.Api);
        var peak = app.PeakMemoryBytes;
        Console.WriteLine($"  {what,-8} peak {peak >> 20,5} MiB   {clock.Elapsed.TotalSeconds,6:0.0} s   {length / 1048576.0 / clock.Elapsed.TotalSeconds,7:0} MiB/s");
        return peak;
    }

    private static async Task BackUpAsync(ApiCalls api) => Require(await api.FinishBackupAsync(await api.StartBackupAsync()));

    private static async Task RestoreAsync(ApiCalls api) =>
        Require(await api.FinishRestoreAsync(await api.StartRestoreAsync(new { backupId = "latest", collections = new[] { Collection }, suffix = "-restored" })));

    private static void Require(System.Text.Json.JsonElement end)
    {
        if (!Installation.IsDone(end))
        {
            throw new InvalidOperationException($"the run ended {end}");
        }
    }
}
