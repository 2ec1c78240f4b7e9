using Microsoft.Extensions.Time.Testing;
using QdrantBackup.Ids;
using QdrantBackup.Runs;
using QdrantBackup.Schedules;
using QdrantBackup.Tests.Capture;
using QdrantBackup.Verification;

namespace QdrantBackup.Tests.Verification;

public sealed class RollingVerificationTests
{
    private const int Shares = 5;

    private static readonly Schedule Daily = new() { Name = "verification", Cron = CronOf("30 4 * * *") };

    private static CancellationToken Cancellation => CaptureRig.Cancellation;

    [Fact]
    public async Task Every_share_has_its_turn_and_a_missed_day_leaves_none_out()
    {
        using var rig = new CaptureRig();
        var rolling = new RollingVerifications(rig.Store, rig.Time);
        var turns = new List<int>();
        for (int day = 0; day < 20; day++)
        {
            if (day % 4 != 3 && await NextAsync(rig.Time, rolling) is { } share)
            {
                turns.Add(share.Number);
                await rolling.DoneAsync(VerifySubset.Share(share.Number, Shares), share.RunId, Cancellation);
            }

            rig.Time.Advance(TimeSpan.FromDays(1));
        }

        Assert.Equal(14, turns.Count);
        Assert.All(turns.Chunk(Shares).Where(round => round.Length == Shares), round => Assert.Equal(Shares, round.Distinct().Count()));
        Assert.NotNull((await rolling.FindAsync(Cancellation))!.CoveredSince());
    }

    [Fact]
    public async Task A_share_whose_run_failed_is_taken_up_again_before_those_that_were_read()
    {
        using var rig = new CaptureRig();
        var rolling = new RollingVerifications(rig.Store, rig.Time);
        var turns = new List<int>();
        for (int day = 0; day <= Shares + 1; day++)
        {
            if (await NextAsync(rig.Time, rolling) is { } share)
            {
                turns.Add(share.Number);
                if (share.Number != 1 || turns.Count > 1)
                {
                    await rolling.DoneAsync(VerifySubset.Share(share.Number, Shares), share.RunId, Cancellation);
                }
            }

            rig.Time.Advance(TimeSpan.FromDays(1));
        }

        Assert.Equal([1, 2, 1, 3, 4, 5], turns);
    }

    [Fact]
    public async Task A_decided_share_is_started_under_the_same_id_until_it_runs_and_by_its_own_app_only()
    {
        using var rig = new CaptureRig();
        var rolling = new RollingVerifications(rig.Store, rig.Time);
        Assert.Null(await rolling.DecideAsync("prod", Daily, Shares, Cancellation));
        rig.Time.Advance(TimeSpan.FromDays(1));
        DecidedShare first = (await rolling.DecideAsync("prod", Daily, Shares, Cancellation))!;
        Assert.Equal(first, await rolling.DecideAsync("prod", Daily, Shares, Cancellation));
        Assert.Null(await rolling.DecideAsync("other", Daily, Shares, Cancellation));
        await rolling.StartedAsync(first, Cancellation);
        Assert.Null(await rolling.DecideAsync("prod", Daily, Shares, Cancellation));
        Assert.Null(await rolling.DecideAsync("other", Daily, Shares, Cancellation));

        rig.Time.Advance(TimeSpan.FromDays(1));
        DecidedShare second = (await rolling.DecideAsync("other", Daily, Shares, Cancellation))!;
        Assert.NotEqual(first.Number, second.Number);

        // That app stopped before it started its share: after a day another one continues.
        rig.Time.Advance(TimeSpan.FromDays(1));
        Assert.NotNull(await rolling.DecideAsync("prod", Daily, Shares, Cancellation));
    }

    [Fact]
    public async Task Another_number_of_shares_begins_a_new_round()
    {
        using var rig = new CaptureRig();
        var rolling = new RollingVerifications(rig.Store, rig.Time);
        await NextAsync(rig.Time, rolling);
        rig.Time.Advance(TimeSpan.FromDays(1));
        DecidedShare share = (await NextAsync(rig.Time, rolling))!;
        await rolling.DoneAsync(VerifySubset.Share(share.Number, Shares), share.RunId, Cancellation);
        Assert.Null(await rolling.DecideAsync("prod", Daily, Shares + 1, Cancellation));
        Assert.Empty((await rolling.FindAsync(Cancellation))!.Done);
        await rolling.DoneAsync(VerifySubset.Share(1, Shares), RunId.New(rig.Time), Cancellation);
        Assert.Empty((await rolling.FindAsync(Cancellation))!.Done);
    }

    private static async Task<DecidedShare?> NextAsync(FakeTimeProvider time, RollingVerifications rolling)
    {
        DecidedShare? share = await rolling.DecideAsync("prod", Daily, Shares, Cancellation);
        if (share is not null)
        {
            await rolling.StartedAsync(share, Cancellation);
            Assert.InRange(time.GetUtcNow() - share.DecidedAt, TimeSpan.Zero, TimeSpan.Zero);
        }

        return share;
    }

    private static CronExpression CronOf(string text) =>
        CronExpression.TryParse(text, out CronExpression? cron, out string? problem) ? cron : throw new InvalidOperationException(problem);
}
