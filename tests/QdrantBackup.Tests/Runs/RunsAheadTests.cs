using QdrantBackup.Ids;
using QdrantBackup.Runs;
using QdrantBackup.Stores;
using QdrantBackup.Tests.Capture;

namespace QdrantBackup.Tests.Runs;

/// <summary>Runs that a clock which was ahead has dated into the future.</summary>
public sealed class RunsAheadTests : IDisposable
{
    private readonly CaptureRig _rig = new();

    private static CancellationToken Cancellation => CaptureRig.Cancellation;

    [Theory]
    [InlineData(1)]
    [InlineData(40)]
    [InlineData(400)]
    [InlineData(30_000)]
    public async Task A_run_that_is_dated_ahead_is_listed_and_marked(int days)
    {
        RunId future = await AskAheadAsync(days);
        RunId present = (await _rig.AskAsync()).RunId;

        List<RunOverview> runs = await ListAsync(_rig.Get<RunRecords>());

        Assert.Equal([(future, true), (present, false)], runs.Select(r => (r.Request.RunId, r.IsAhead)));
        Assert.True(runs[0].Asked < runs[1].Asked, "the store knows when it was asked for");
    }

    [Fact]
    public async Task A_run_whose_clock_is_minutes_ahead_is_not_dated_ahead()
    {
        RunId soon = await AskAheadAsync(0);
        RunOverview run = Assert.Single(await ListAsync(_rig.Get<RunRecords>()));
        Assert.Equal((soon, false), (run.Request.RunId, run.IsAhead));
    }

    [Fact]
    public async Task A_run_that_was_not_ahead_before_is_found_when_the_clock_goes_back_or_after_a_while()
    {
        var records = _rig.Get<RunRecords>();
        Assert.Empty(await ListAsync(records));
        await AskAheadAsync(400);
        Assert.Empty(await ListAsync(records));
        _rig.Time.Advance(TimeSpan.FromMinutes(10));
        Assert.Single(await ListAsync(records));
    }

    [Fact]
    public void Every_month_that_is_later_begins_with_one_prefix_and_no_other_month_does()
    {
        foreach (DateTimeOffset now in (DateTimeOffset[])[new(2026, 9, 1, 0, 0, 0, default), new(2029, 12, 1, 0, 0, 0, default), new(2099, 1, 1, 0, 0, 0, default), new(2999, 12, 1, 0, 0, 0, default)])
        {
            string[] prefixes = [.. LaterRuns.Prefixes(now)];
            Assert.InRange(prefixes.Length, 1, 45);
            for (var month = new DateTimeOffset(2024, 1, 1, 0, 0, 0, default); month.Year < 9950; month = month.AddMonths(month.Year < 3010 ? 1 : 12 * 37))
            {
                Assert.Equal(month > now ? 1 : 0, prefixes.Count(p => BlobNames.RunMonth(month).StartsWith(p, StringComparison.Ordinal)));
            }
        }
    }

    public void Dispose() => _rig.Dispose();

    private async Task<RunId> AskAheadAsync(int days)
    {
        using var ahead = new CaptureRig(_rig.Node, _rig.Blobs, new SealedStore(_rig.Blobs, _rig.Store.Sealer, ownsSealer: false));
        ahead.Time.Advance(TimeSpan.FromDays(days));
        return (await ahead.AskAsync()).RunId;
    }

    private async Task<List<RunOverview>> ListAsync(RunRecords records)
    {
        var runs = new List<RunOverview>();
        await foreach (RunOverview run in records.ListAsync(_rig.Time.GetUtcNow().AddDays(-2), Cancellation))
        {
            runs.Add(run);
        }

        return runs;
    }
}
