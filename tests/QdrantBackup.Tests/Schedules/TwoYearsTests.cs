using Microsoft.Extensions.Time.Testing;
using QdrantBackup.Schedules;

namespace QdrantBackup.Tests.Schedules;

/// <summary>
/// Two years of virtual time: two tickers on one store, interleaved at every port call, processes that die at every point of a
/// tick, stalled ticks that continue hours later, and absences over due times.
/// </summary>
public sealed class TwoYearsTests
{
    private static readonly DateTimeOffset Begin = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset End = Begin.AddYears(2);
    private static readonly TimeSpan Tick = TimeSpan.FromMinutes(5);

    [Theory]
    [InlineData("Europe/Berlin", 11)]
    [InlineData("America/New_York", 12)]
    [InlineData("Australia/Lord_Howe", 13)]
    public async Task Every_due_time_is_served_by_exactly_one_run(string zoneId, int seed)
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById(zoneId);
        var schedules = new[] { Make("daily", "0 2 * * *", zone, RetentionClass.Daily), Make("weekly", "0 1 * * 0", zone, RetentionClass.Weekly) };
        var simulation = new Simulation(schedules, seed);
        await simulation.RunAsync();

        var expected = LocalTimes(zone, TimeSpan.FromHours(2), _ => true).Select(due => ("daily", due))
            .Concat(LocalTimes(zone, TimeSpan.FromHours(1), day => day == DayOfWeek.Sunday).Select(due => ("weekly", due)))
            .Order()
            .ToList();
        var served = simulation.Runs.SelectMany(run => run.Served).Select(due => (due.Schedule, due.Due)).Order().ToList();
        Assert.True(expected.Count > 800);
        Assert.Equal(expected, served.Where(due => due.Due <= End));
        Assert.Equal(served.Count, served.Distinct().Count());
        Assert.Equal(simulation.Runs.Count, simulation.Runs.Select(run => run.BackupId).Distinct().Count());
        Assert.All(simulation.Runs, run => Assert.True(run.Served[0].Due <= run.DecidedAt && run.Served[^1].Due - run.Due <= TimeSpan.FromHours(26)));
        Assert.All(
            simulation.Runs.SelectMany(run => run.Served, (run, due) => (run, due)),
            pair => Assert.Equal(pair.run.DecidedAt - pair.due.Due > TimeSpan.FromMinutes(10), pair.due.Missed));

        // The simulation must have covered its subject.
        Assert.True(simulation.Crashes > 500 && simulation.Absences > 20 && simulation.RepeatedStarts > 5, simulation.ToString());
        Assert.Contains(simulation.Runs, run => run.MissedRuns().Count > 0);
        Assert.Contains(simulation.Runs, run => run.Classes().Count == 2 && run.MissedRuns().Count == 0);
    }

    /// <summary>The due times by another definition, minute by minute: the first minute at which the local clock shows the time or more.</summary>
    private static IEnumerable<DateTimeOffset> LocalTimes(TimeZoneInfo zone, TimeSpan timeOfDay, Func<DayOfWeek, bool> onDay)
    {
        var day = TimeZoneInfo.ConvertTime(Begin, zone).Date;
        for (var minute = Begin.AddDays(-2); minute <= End; minute = minute.AddMinutes(1))
        {
            if (TimeZoneInfo.ConvertTime(minute, zone).DateTime >= day + timeOfDay)
            {
                if (minute > Begin && onDay(day.DayOfWeek))
                {
                    yield return minute;
                }

                day = day.AddDays(1);
            }
        }
    }

    private static Schedule Make(string name, string cron, TimeZoneInfo zone, RetentionClass retention) =>
        new() { Name = name, Cron = CronExpression.Parse(cron), TimeZone = zone, Class = retention };

    private sealed class Simulation(IReadOnlyList<Schedule> schedules, int seed)
    {
        private readonly InMemoryScheduleStore store = new();
        private readonly RecordingStarter starter = new();
        private readonly Turnstile turnstile = new();
        private readonly List<Task<TickOutcome>> ticks = [];
        private uint state = (uint)seed;

        public IReadOnlyCollection<ScheduledRun> Runs => starter.Runs.Values;

        public int Crashes { get; private set; }

        public int Absences { get; private set; }

        public int RepeatedStarts => starter.Calls - starter.Runs.Count;

        public override string ToString() => $"{Runs.Count} runs, {Crashes} crashes, {Absences} absences, {RepeatedStarts} repeated starts";

        public async Task RunAsync()
        {
            await TickCleanlyAsync(Begin);
            for (var now = Begin + Tick; now <= End; now += Tick)
            {
                if (Chance(2000))
                {
                    Absences++;
                    now += TimeSpan.FromMinutes(5 * Next(300));
                    continue;
                }

                Begin2Ticks(now);
                Drive();
            }

            while (turnstile.Waiting > 0)
            {
                turnstile.Release(0, crash: false);
            }

            Forget();
            await Task.WhenAll(ticks);
            await TickCleanlyAsync(End);
            await TickCleanlyAsync(End);
        }

        private Task TickCleanlyAsync(DateTimeOffset now) => NewTick(store, starter, now).RunAsync(schedules, CancellationToken.None);

        private void Begin2Ticks(DateTimeOffset now)
        {
            for (var ticker = 0; ticker < 2; ticker++)
            {
                var ports = new TurnedPorts(store, starter, turnstile);
                ticks.Add(NewTick(ports, ports, now).RunAsync(schedules, CancellationToken.None));
            }
        }

        /// <summary>Lets waiting tickers continue in any order; some die, some stay waiting during the next ticks.</summary>
        private void Drive()
        {
            while (turnstile.Waiting > 0 && !(turnstile.Waiting <= 2 && Chance(50)))
            {
                var crash = Chance(40);
                Crashes += crash ? 1 : 0;
                turnstile.Release(Next(turnstile.Waiting), crash);
            }

            Forget();
        }

        // Any other failure of a tick is kept, and fails the test at the end.
        private void Forget() => ticks.RemoveAll(tick => tick.IsCompletedSuccessfully || tick.Exception?.InnerException is CrashException);

        private static ScheduleTick NewTick(IScheduleStateStore store, IRunStarter starter, DateTimeOffset now) =>
            new("demo", store, starter, new FakeTimeProvider(now));

        private bool Chance(int oneIn) => Next(oneIn) == 0;

        // A linear congruential sequence: the same seed, the same two years.
        private int Next(int below)
        {
            state = (state * 1664525) + 1013904223;
            return (int)((state >> 8) % (uint)below);
        }
    }
}
