using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Azure.Storage.Blobs;
using QdrantBackup.Benchmarks.Measuring;
using QdrantBackup.Benchmarks.Pipeline;
using QdrantBackup.Harness;
using QdrantBackup.Ids;
using QdrantBackup.OnAzure;
using QdrantBackup.Sealing;
using QdrantBackup.Stores;

namespace QdrantBackup.Benchmarks;

/// <summary>
/// How fast new random bytes come into Azurite: backed up, and uploaded as they are by the Azure SDK with its default options. The two take turns with the same bytes, each into a
/// fresh Azurite, which keeps what was deleted for a while; the ratio is that of a round, and the middle one counts.
/// </summary>
internal sealed class AzuriteBenchmark(byte[] bytes)
{
    private const int WarmUpBytes = 32 << 20;
    private const int Rounds = 7;
    private const double Target = 0.9;
    private const string Container = "benchmark";

    /// <summary>Runs it with so many MiB (512 by default): more than the SDK sends in one request.</summary>
    public static async Task<bool> RunAsync(string? mebibytes)
    {
        var report = new Report();
        var bytes = new byte[int.Parse(mebibytes ?? "512", CultureInfo.InvariantCulture) << 20];
        report.Begin($"azurite: {Rounds} rounds of {bytes.Length >> 20} MiB of random bytes; beside BlobClient.UploadAsync with default options");
        var benchmark = new AzuriteBenchmark(bytes);
        var rounds = new List<(Pass Backup, Pass Plain)>();
        for (var round = -1; round < Rounds; round++)
        {
            RandomNumberGenerator.Fill(bytes);

            // The second one may find the machine warmer or busier: the order changes.
            var first = round % 2 == 0 ? await benchmark.BackUpAsync() : null;
            var plain = await benchmark.UploadAsync();
            var backup = first ?? await benchmark.BackUpAsync();
            if (round >= 0)
            {
                // The one before is for compiling.
                rounds.Add((backup, plain));
                report.Tell($"backup {backup}   plain upload {plain}   {backup.Speed / plain.Speed:0.00}");
            }
        }

        report.AtLeast("throughput of backup / plain upload", Report.Median(rounds.Select(r => r.Backup.Speed / r.Plain.Speed)), Target);
        report.Tell($"CPU s/GiB of the client and of Azurite: backup {Costs(rounds.Select(r => r.Backup))}, plain upload {Costs(rounds.Select(r => r.Plain))}");
        return report.Holds;
    }

    private Task<Pass> BackUpAsync() => MeasureAsync(async (azurite, source) =>
    {
        using var key = StoreKey.Generate();
        using var store = new SealedStore(BlobStores.OpenConnectionString(azurite.Location(Container)), new Sealer(StoreId.Generate(), key));
        await BackupPass.BackUpAsync(store, source);
    });

    private Task<Pass> UploadAsync() => MeasureAsync((azurite, source) => new BlobClient(azurite.ConnectionString, Container, "snapshot").UploadAsync(source, overwrite: true));

    private async Task<Pass> MeasureAsync(Func<AzuriteProcess, Stream, Task> work)
    {
        await using var azurite = await AzuriteProcess.StartAsync();
        await new BlobContainerClient(azurite.ConnectionString, Container).CreateAsync();
        await work(azurite, new MemoryStream(bytes, 0, Math.Min(WarmUpBytes, bytes.Length), writable: false));
        var (client, server) = (Environment.CpuUsage.TotalTime, azurite.ProcessorTime);
        var clock = Stopwatch.StartNew();
        await work(azurite, new MemoryStream(bytes, writable: false));
        var gib = bytes.Length / 1073741824.0;
        return new Pass(
            gib * 1024 / clock.Elapsed.TotalSeconds, (Environment.CpuUsage.TotalTime - client).TotalSeconds / gib, (azurite.ProcessorTime - server).TotalSeconds / gib);
    }

    private static string Costs(IEnumerable<Pass> passes) =>
        $"{Report.Median(passes.Select(p => p.ClientPerGiB)):0.0} and {Report.Median(passes.Select(p => p.ServerPerGiB)):0.0}";

    /// <summary>How one of the two went.</summary>
    /// <param name="Speed">MiB in a second.</param>
    /// <param name="ClientPerGiB">Processor seconds in this process for every GiB.</param>
    /// <param name="ServerPerGiB">Those of Azurite.</param>
    private sealed record Pass(double Speed, double ClientPerGiB, double ServerPerGiB)
    {
        public override string ToString() => $"{Speed,5:0} MiB/s";
    }
}
