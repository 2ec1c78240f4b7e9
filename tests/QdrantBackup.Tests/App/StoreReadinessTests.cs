using Microsoft.Extensions.Time.Testing;
using QdrantBackup.App.Stores;
using QdrantBackup.Harness;

namespace QdrantBackup.Tests.App;

public sealed class StoreReadinessTests
{
    private readonly FakeTimeProvider _time = new();
    private int _openings;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_failed_opening_is_not_repeated_for_everybody_who_asks()
    {
        using var readiness = new StoreReadiness(_ => Fail(TimeSpan.FromSeconds(10)), _time);

        for (var i = 0; i < 50; i++)
        {
            Assert.False(await readiness.OpensAsync(Cancellation));
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(1, _openings);
        _time.Advance(TimeSpan.FromSeconds(60));
        Assert.False(await readiness.OpensAsync(Cancellation));
        Assert.Equal(2, _openings);
    }

    [Fact]
    public async Task Many_who_ask_at_once_cause_one_opening()
    {
        var gate = new TaskCompletionSource();
        using var readiness = new StoreReadiness(
            async _ =>
            {
                await gate.Task.WithinAsync("the others to ask");
                await Fail(TimeSpan.Zero);
            },
            _time);
        var asking = Enumerable.Range(0, 20).Select(_ => readiness.OpensAsync(Cancellation).AsTask()).ToList();
        gate.SetResult();

        Assert.DoesNotContain(true, await Task.WhenAll(asking).WithinAsync("all answers"));
        Assert.Equal(1, _openings);
    }

    [Fact]
    public async Task A_store_that_comes_back_is_found_soon_and_an_open_one_is_asked_each_time()
    {
        var isAway = true;
        using var readiness = new StoreReadiness(
            _ =>
            {
                _openings++;
                return isAway ? throw new StoreException("away", "Wait.") : ValueTask.CompletedTask;
            },
            _time);

        Assert.False(await readiness.OpensAsync(Cancellation));
        isAway = false;
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.True(await readiness.OpensAsync(Cancellation));
        Assert.True(await readiness.OpensAsync(Cancellation));
        Assert.Equal(3, _openings);
    }

    private ValueTask Fail(TimeSpan after)
    {
        _openings++;
        _time.Advance(after);
        throw new SealException("no key opens it", "Find one.");
    }
}
