using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using QdrantBackup.Capture;
using QdrantBackup.Clusters;
using QdrantBackup.Harness;
using QdrantBackup.Tests.Capture;
using QdrantStandIn;

namespace QdrantBackup.Integration.Tests.Clusters;

/// <summary>A restart of Qdrant takes minutes. The retries that the app has, on a clock that the test moves, and connections that are refused for real.</summary>
public sealed class LongOutageTests : IAsyncLifetime
{
    private const string Collection = "big";
    private const long Length = 9 << 20;
    private const long NearlyThrough = Length - (1 << 20);

    // Each second of the clock leaves the retries the time to see it.
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 9, 1, 2, 0, 0, TimeSpan.Zero));
    private readonly QdrantNodes _nodes;
    private StandInServer _qdrant = null!;
    private CaptureRig _rig = null!;
    private TransferStep _step = null!;

    public LongOutageTests() => _nodes = new QdrantNodes(_time);

    private static CancellationToken Cancellation => CaptureRig.Cancellation;

    private int Downloads => _qdrant.Requests.Count(r => r.Method == "GET" && r.Path.EndsWith(".snapshot", StringComparison.Ordinal));

    public async ValueTask InitializeAsync()
    {
        _qdrant = await StandInServer.StartAsync(new StandInOptions { SnapshotTime = TimeSpan.Zero }, Cancellation);
        _qdrant.AddSynthetic(Collection, Length, seed: 13);
        IQdrantNode node = _nodes.Open(new QdrantNodeOptions { Url = _qdrant.Address });
        _rig = new CaptureRig(new FakeNode(), null, null, more: services => services.AddSingleton(new ClusterNodes([node])), time: _time);
    }

    public async ValueTask DisposeAsync()
    {
        _nodes.Dispose();
        _rig.Dispose();
        await _qdrant.DisposeAsync();
    }

    [Fact]
    public async Task A_part_that_is_nearly_through_outlives_eight_minutes_without_Qdrant()
    {
        Task<RangeReceipt> transfer = await BreakOffAsync();

        await PassAsync(TimeSpan.FromMinutes(8), transfer);
        Assert.False(transfer.IsCompleted, "the transfer did not wait for Qdrant");
        int before = Downloads;
        await _qdrant.ComeBackAsync(Cancellation);
        await Waiting.UntilAsync("the download to go on", () =>
        {
            if (Downloads == before)
            {
                _time.Advance(Tick);
            }

            return Downloads > before;
        });
        RangeReceipt first = await transfer.WithinAsync("the end of the transfer");

        // A transfer that took so long ends its range at the next chunk. What it had is kept, and the next range goes on behind it.
        Assert.Equal(0, first.Offset);
        Assert.True(first.Length >= NearlyThrough, $"only {first.Length} of {NearlyThrough} bytes were kept");
        var ranges = new List<RangeReceipt> { first };
        while (!ranges[^1].IsLast)
        {
            _step = _step.After(ranges[^1]);
            ranges.Add(await _rig.Get<PartTransfer>().TransferAsync(_step, Cancellation).WithinAsync("the next range"));
        }

        Assert.Equal(Length, ranges.Sum(r => r.Length));
        await _rig.Get<PartResults>().RecordDoneAsync(new PartDone { RunId = _step.RunId, PartNo = _step.PartNo, Snapshot = _step.Snapshot, Ranges = ranges }, Cancellation);
    }

    [Fact]
    public async Task The_patience_with_Qdrant_has_an_end_and_is_not_begun_anew_around_it()
    {
        Task<RangeReceipt> transfer = await BreakOffAsync();

        // A lease outlives its run's silence by eleven minutes.
        await PassAsync(TimeSpan.FromMinutes(11), transfer);
        SourceException failure = await Assert.ThrowsAsync<SourceException>(() => transfer.WithinAsync("the end of the patience"));

        Assert.True(failure.IsTransient);
        Assert.True(failure.IsSpent);
    }

    /// <summary>A transfer whose download is cut shortly before its end; the node says once that it is going down, and is gone.</summary>
    private async Task<Task<RangeReceipt>> BreakOffAsync()
    {
        BackupPlanOverview plan = await _rig.Get<BackupPlanner>().PlanAsync(await _rig.AskAsync(), Cancellation);
        LanePart part = Assert.Single(plan.Lanes.SelectMany(l => l.Parts));
        SnapshotDescription snapshot = (await _rig.Get<NodeSnapshots>().CreateAsync(part.Key, Cancellation)).Made!;
        _qdrant.Faults.CutDownloads(NearlyThrough);
        _qdrant.Faults.FailRequests("GET .*[.]snapshot$", 503, "shutting down", skip: 1);

        _step = new TransferStep { RunId = plan.RunId, PartNo = part.PartNo, Snapshot = snapshot };
        Task<RangeReceipt> transfer = _rig.Get<PartTransfer>().TransferAsync(_step, Cancellation);
        await Waiting.UntilAsync("the download to break and be asked for again", () => Downloads == 2);
        await _qdrant.GoAwayAsync();
        return transfer;
    }

    private async Task PassAsync(TimeSpan time, Task transfer)
    {
        DateTimeOffset end = _time.GetUtcNow() + time;
        await Waiting.UntilAsync($"{time.TotalMinutes} minutes to pass", () =>
        {
            _time.Advance(Tick);
            return transfer.IsCompleted || _time.GetUtcNow() >= end;
        });
    }
}
