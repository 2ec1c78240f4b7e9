using System.Collections.Concurrent;
using QdrantBackup.Ids;
using QdrantBackup.Runs;
using QdrantBackup.Sealing;
using QdrantBackup.Storage;
using QdrantBackup.Stores;
using QdrantBackup.Tests.Capture;

namespace QdrantBackup.Tests.Runs;

/// <summary>Of several starts of the same work at one moment exactly one wins.</summary>
public sealed class StartClaimsTests : IDisposable
{
    private readonly CaptureRig _rig = new();
    private readonly StartClaims _claims;

    public StartClaimsTests() => _claims = new StartClaims(_rig.Store);

    private static CancellationToken Cancellation => CaptureRig.Cancellation;

    public void Dispose() => _rig.Dispose();

    [Fact]
    public async Task Of_twenty_starts_at_one_moment_exactly_one_wins_and_the_others_name_it()
    {
        var won = new ConcurrentBag<RunId>();
        var named = new ConcurrentBag<RunId>();
        await Parallel.ForAsync(0, 20, Cancellation, async (_, _) =>
        {
            var run = RunId.New(_rig.Time);
            if (await TakeAsync("backup", run, goesOn: true) is { } other)
            {
                named.Add(other);
            }
            else
            {
                won.Add(run);
            }
        });

        var winner = Assert.Single(won);
        Assert.Equal(19, named.Count);
        Assert.All(named, other => Assert.Equal(winner, other));
    }

    [Fact]
    public async Task A_run_that_is_over_claims_nothing()
    {
        Assert.Null(await TakeAsync("backup", RunId.New(_rig.Time), goesOn: true));
        Assert.Null(await TakeAsync("backup", RunId.New(_rig.Time), goesOn: false));
    }

    [Fact]
    public async Task Different_works_are_claimed_beside_each_other()
    {
        var backup = RunId.New(_rig.Time);
        Assert.Null(await TakeAsync("backup", backup, goesOn: true));
        Assert.Null(await TakeAsync("verify all", RunId.New(_rig.Time), goesOn: true));
        Assert.Equal(backup, await TakeAsync("backup", RunId.New(_rig.Time), goesOn: true));
    }

    [Fact]
    public async Task A_run_that_could_not_be_started_gives_its_claim_back_and_no_other()
    {
        var (failed, other) = (RunId.New(_rig.Time), RunId.New(_rig.Time));
        Assert.Null(await TakeAsync("backup", failed, goesOn: true));
        await _claims.ReleaseAsync("prod", "backup", other, Cancellation);
        Assert.Equal(failed, await TakeAsync("backup", other, goesOn: true));

        await _claims.ReleaseAsync("prod", "backup", failed, Cancellation);
        Assert.Null(await TakeAsync("backup", other, goesOn: true));
    }

    [Fact]
    public async Task A_run_may_claim_its_work_again()
    {
        var run = RunId.New(_rig.Time);
        Assert.Null(await TakeAsync("backup", run, goesOn: true));
        Assert.Null(await TakeAsync("backup", run, goesOn: true));
    }

    [Theory]
    [MemberData(nameof(Damaging.Ways), MemberType = typeof(Damaging))]
    public async Task Claims_that_are_damaged_stop_no_start(string way)
    {
        Assert.Null(await TakeAsync("backup", RunId.New(_rig.Time), goesOn: true));
        await Damaging.DamageAsync(_rig, BlobNames.Starts("prod"), way);
        Assert.Null(await TakeAsync("backup", RunId.New(_rig.Time), goesOn: true));
    }

    private Task<RunId?> TakeAsync(string work, RunId run, bool goesOn) =>
        _claims.TryTakeAsync("prod", work, run, _ => Task.FromResult(goesOn), Cancellation);
}
