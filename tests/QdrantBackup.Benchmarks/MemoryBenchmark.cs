using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using QdrantBackup.Benchmarks.Measuring;
using QdrantBackup.Harness;
using QdrantStandIn;

namespace QdrantBackup.Benchmarks;

/// <summary>
/// How much memory and processor time the whole app takes to back up, to back up again, to verify and to restore one large snapshot, over HTTP and with its histories: a fresh
/// process for each, as the kernel counts it. Qdrant's stand-in runs in this process, and makes the snapshot's bytes, which nothing compresses, as they are read. The store is a directory.
/// </summary>
internal sealed class MemoryBenchmark
{
    private const int SmallShare = 4;
    private const int LimitMiB = 256;
    private const string Collection = "large";

    private static readonly (string What, Func<ApiCalls, Task> Work)[] Steps =
        [("backup", BackUpAsync), ("second backup", BackUpAsync), ("verification", VerifyAsync), ("restore", RestoreAsync)];

    private readonly Report _report = new();

    /// <summary>
    /// Runs it with a snapshot of so many MiB (2048 by default) and a quarter of it, split into ranges of a given size (for example 512MiB); false when the limit does not hold.
    /// </summary>
    public static async Task<bool> RunAsync(string? mebibytes, string? rangeBytes)
    {
        var size = long.Parse(mebibytes ?? "2048", CultureInfo.InvariantCulture) << 20;
        var benchmark = new MemoryBenchmark();
        benchmark._report.Begin($"memory: the whole app with one snapshot of {size / SmallShare >> 20} and of {size >> 20} MiB, a process for each step; CPU seconds from when it is ready");
        var small = await benchmark.MeasureAsync(size / SmallShare, rangeBytes);
        var large = await benchmark.MeasureAsync(size, rangeBytes);
        foreach (var (what, _) in Steps)
        {
            var line = new CostLine(what);
            line.Add(small[what], size / SmallShare, large[what], size);
            benchmark._report.Tell(line.ToString());
        }

        benchmark._report.AtMost("peak memory of the app", small.Values.Concat(large.Values).Max(c => c.PeakBytes) / 1048576.0, LimitMiB, " MiB");
        return benchmark._report.Holds;
    }

    private async Task<Dictionary<string, RunCost>> MeasureAsync(long length, string? rangeBytes)
    {
        await using var qdrant = await StandInServer.StartAsync();
        qdrant.AddSynthetic(Collection, length, seed: 1);

        // Follow-ups of a backup would be measured with the next one.
        using var files = new AppFiles(qdrant.Address, extraYaml: "  verification: false\n" + (rangeBytes is null ? "" : $"  rangeBytes: {rangeBytes}\n"));
        await Installation.InitialiseKeyAsync(files);
        var costs = new Dictionary<string, RunCost>(StringComparer.Ordinal);
        foreach (var (what, work) in Steps)
        {
            costs.Add(what, await MeasureAsync(files, work));
        }

        return qdrant.CollectionSha256(Collection) == qdrant.CollectionSha256(Collection + "-restored")
            ? costs
            : throw new InvalidOperationException("what was restored is not what was backed up");
    }

    private static async Task<RunCost> MeasureAsync(AppFiles files, Func<ApiCalls, Task> work)
    {
        await using var app = await AppProcess.StartAsync(files);
        var before = app.ProcessorTime;
        var clock = Stopwatch.StartNew();
        await work(app.Api);
        return new RunCost((app.ProcessorTime - before).TotalSeconds, clock.Elapsed.TotalSeconds, app.PeakMemoryBytes);
    }

    private static async Task BackUpAsync(ApiCalls api) => Require(await api.FinishBackupAsync(await api.StartBackupAsync()));

    private static async Task VerifyAsync(ApiCalls api)
    {
        var started = await api.PostAsync("/api/v1/backups/latest/verify", new { level = "readable" });
        Require(await api.FinishAsync(started.GetProperty("statusUrl").GetString()!));
    }

    private static async Task RestoreAsync(ApiCalls api) =>
        Require(await api.FinishRestoreAsync(await api.StartRestoreAsync(new { backupId = "latest", collections = new[] { Collection }, suffix = "-restored" })));

    private static void Require(JsonElement end)
    {
        if (!Installation.IsDone(end))
        {
            throw new InvalidOperationException($"the run ended {end}");
        }
    }
}
