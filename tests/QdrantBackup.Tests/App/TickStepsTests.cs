using Microsoft.Extensions.Diagnostics.HealthChecks;
using QdrantBackup.App.Runs;
using QdrantBackup.App.Schedules;
using QdrantBackup.Runs;
using QdrantBackup.Tests.Runs;

namespace QdrantBackup.Tests.App;

/// <summary>Each step of the tick runs and reports by itself.</summary>
public sealed class TickStepsTests : IDisposable
{
    private readonly AppRig _app = new();
    private readonly RecordedLog<TickSteps> _log = new();
    private readonly TickSteps _steps;

    public TickStepsTests() => _steps = new TickSteps(_app.Options, _app.Rig.Time, _log);

    private static CancellationToken Cancellation => AppRig.Cancellation;

    public void Dispose() => _app.Dispose();

    [Fact]
    public async Task A_step_that_fails_keeps_no_other_from_running_and_is_named_with_the_time_since_when()
    {
        DateTimeOffset began = _app.Rig.Time.GetUtcNow();
        var ran = new List<string>();
        await TickAsync();
        _app.Rig.Time.Advance(TimeSpan.FromMinutes(5));
        await TickAsync();

        Assert.Equal(["after", "after"], ran);
        TickStep failing = Assert.Single(_steps.Latest!.Failing());
        Assert.Equal(("before", (DateTimeOffset?)began, "'schedules/prod' is damaged", "Delete it."), (failing.Name, failing.FailingSince, failing.Problem, failing.Hint));
        LoggedEvent logged = Assert.Single(_log.Events);
        Assert.Equal(2221, logged.Id);
        Assert.Contains("'before'", logged.Text, StringComparison.Ordinal);
        HealthCheckResult health = await new TickHealthCheck(_steps).CheckHealthAsync(new HealthCheckContext(), Cancellation);
        Assert.Equal(HealthStatus.Degraded, health.Status);
        Assert.Contains("'before' has failed since 2026-09-01", health.Description, StringComparison.Ordinal);

        async Task TickAsync()
        {
            await _steps.RunAsync("before", _ => throw new StoreException("'schedules/prod' is damaged", "Delete it."), Cancellation);
            await _steps.RunAsync("after", _ => Note(ran, "after"), Cancellation);
        }
    }

    [Fact]
    public async Task An_error_that_nobody_expected_is_told_of_without_its_text()
    {
        await _steps.RunAsync("odd", _ => throw new InvalidOperationException("secret=hunter2"), Cancellation);
        Assert.DoesNotContain("hunter2", Assert.Single(_steps.Latest!.Failing()).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_step_that_hangs_is_cut_short_and_the_next_one_runs()
    {
        Task<bool> hanging = _steps.RunAsync("hangs", stop => Task.Delay(Timeout.InfiniteTimeSpan, _app.Rig.Time, stop), Cancellation);
        _app.Rig.Time.Advance(TimeSpan.FromMinutes(10));
        Assert.False(await hanging.WaitAsync(TimeSpan.FromSeconds(30), Cancellation));
        Assert.Contains("did not end within 10 minutes", Assert.Single(_steps.Latest!.Failing()).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stopping_the_app_is_no_failure_of_a_step()
    {
        using var stopping = new CancellationTokenSource();
        await stopping.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _steps.RunAsync("stops", stop => Task.Delay(TimeSpan.FromHours(1), _app.Rig.Time, stop), stopping.Token));
        Assert.Null(_steps.Latest);
    }

    [Fact]
    public async Task Another_process_sees_which_step_fails_and_goes_on_with_the_time_since_when()
    {
        DateTimeOffset began = _app.Rig.Time.GetUtcNow();
        await FailAsync(_steps);
        await _steps.SaveAsync(new TickRecords(_app.Opened.Store), Cancellation);
        TickState? seen = await new TickRecords(_app.Opened.Store).FindAsync(_app.Options.Role, "prod", Cancellation);
        Assert.Equal("before", Assert.Single(seen!.Failing()).Name);

        _app.Rig.Time.Advance(TimeSpan.FromHours(3));
        var restarted = new TickSteps(_app.Options, _app.Rig.Time, _log);
        await FailAsync(restarted);
        await restarted.SaveAsync(new TickRecords(_app.Opened.Store), Cancellation);
        Assert.Equal(began, Assert.Single(restarted.Latest!.Failing()).FailingSince);

        await restarted.RunAsync("before", _ => Task.CompletedTask, Cancellation);
        await restarted.SaveAsync(new TickRecords(_app.Opened.Store), Cancellation);
        Assert.Empty((await new TickRecords(_app.Opened.Store).FindAsync(_app.Options.Role, "prod", Cancellation))!.Failing());
        Assert.Equal(2222, _log.Events[^1].Id);
    }

    [Fact]
    public async Task A_failure_that_goes_on_is_logged_once_an_hour_and_not_at_every_tick()
    {
        for (int minute = 0; minute < 125; minute++)
        {
            await FailAsync(_steps);
            _app.Rig.Time.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.Equal(3, _log.Events.Count);
    }

    private static Task FailAsync(TickSteps steps) => steps.RunAsync("before", _ => throw new StoreException("no", "Do something."), Cancellation);

    private static Task Note(List<string> ran, string what)
    {
        ran.Add(what);
        return Task.CompletedTask;
    }
}
