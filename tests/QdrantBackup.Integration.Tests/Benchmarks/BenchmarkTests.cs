using System.Security.Cryptography;
using QdrantBackup.Benchmarks;
using QdrantBackup.Benchmarks.Data;
using QdrantBackup.Benchmarks.Measuring;
using QdrantBackup.Benchmarks.Pipeline;
using QdrantBackup.Chunking;

namespace QdrantBackup.Integration.Tests.Benchmarks;

/// <summary>That benchmarks measure what they say: a slice of each that is small enough for every day.</summary>
public sealed class BenchmarkTests
{
    private const long Length = 3 << 20;
    private const long GiB = 1 << 30;

    [Fact]
    public async Task The_days_of_a_real_collection_need_no_more_new_bytes_than_their_targets()
    {
        using var output = new StringWriter();
        Assert.True(await DaysBenchmark.RunAsync(new Report(output), withPeers: false), output.ToString());
        Assert.Equal(6, output.ToString().Split('\n').Count(line => line.TrimEnd().EndsWith(": holds", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_target_that_is_missed_is_said_and_makes_the_benchmark_fail()
    {
        using var output = new StringWriter();
        var report = new Report(output);
        report.AtMost("costs", 0.5, 0.5);
        report.AtLeast("speed", 0.9, 0.9);
        Assert.True(report.Holds);
        report.AtLeast("speed", 0.89, 0.9);
        report.AtMost("costs", 0.1, 0.5);
        Assert.False(report.Holds);
        Assert.Contains("MISSED", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void What_bytes_cost_is_told_apart_from_what_a_program_takes_to_start()
    {
        var ours = new CostLine("ours");
        var other = new CostLine("other");
        ours.Add(new RunCost(3, 9, 10 << 20), GiB, new RunCost(5, 9, 20 << 20), 2 * GiB);
        other.Add(new RunCost(4, 9, 10 << 20), GiB, new RunCost(8, 9, 20 << 20), 2 * GiB);
        Assert.Equal(2, Assert.Single(ours.PerGiB), 6);
        Assert.Equal(2.5, Assert.Single(ours.WithStartPerGiB), 6);
        Assert.Equal(0.5, ours.RatioTo(other), 6);
        Assert.Equal(0.625, ours.RatioWithStartTo(other), 6);
        Assert.Equal(20, ours.PeakMiB, 6);
    }

    [Fact]
    public async Task A_process_that_is_measured_backs_up_and_restores_the_very_bytes()
    {
        using var folder = new MemoryFolder();
        var (store, data, back) = (folder.File("store"), folder.File("data"), folder.File("back"));
        await using (var stream = File.Create(data))
        {
            DataSet.Vectors.Write(stream, Length);
        }

        await RunCost.OfAsync(PassProcess.Command("init", store, folder.Path));
        var backup = await RunCost.OfAsync(PassProcess.Command("backup", store, folder.Path, "part"), input: data);
        await RunCost.OfAsync(PassProcess.Command("restore", store, folder.Path, "part"), output: back);
        Assert.Equal(SHA256.HashData(await File.ReadAllBytesAsync(data, TestContext.Current.CancellationToken)), SHA256.HashData(await File.ReadAllBytesAsync(back, TestContext.Current.CancellationToken)));
        Assert.True(backup is { CpuSeconds: > 0.01, Seconds: > 0, PeakBytes: > 20 << 20 }, backup.ToString());

        // What fails must not pass for cheap.
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => RunCost.OfAsync(PassProcess.Command("restore", store, folder.Path, "no-such-part")));
        Assert.Contains("no-such-part", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_made_snapshot_is_an_archive_as_long_as_asked_for_and_shares_nothing_with_itself()
    {
        using var stream = new MemoryStream();
        DataSet.Payload.Write(stream, 4 * Length);
        Assert.InRange(stream.Length, 4 * Length, (4 * Length) + (1 << 20));
        using var chunker = new SnapshotChunker();
        var seen = new HashSet<string>();
        var bytes = stream.ToArray().AsSpan();
        while (!bytes.IsEmpty)
        {
            bytes = bytes[chunker.Append(bytes)..];
            while (chunker.TryTake(out var piece))
            {
                Assert.True(piece.IsInline || seen.Add(Convert.ToHexString(SHA256.HashData(piece.Bytes.Span))));
            }
        }

        Assert.True(chunker.Summary is { IsTar: true, EndsWithTrailer: true } && seen.Count >= 6, chunker.Summary.ToString());
    }
}
