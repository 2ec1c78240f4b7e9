using QdrantBackup.Capture;
using QdrantBackup.Catalog;
using QdrantBackup.Ids;
using QdrantBackup.Runs;
using QdrantBackup.Schedules;
using QdrantBackup.Storage;
using QdrantBackup.Stores;
using QdrantBackup.Tests.Capture;
using QdrantBackup.Tests.Runs;

namespace QdrantBackup.Tests.Schedules;

/// <summary>The schedules when their state is damaged: backups continue, and no due time that was served is made up again.</summary>
public sealed class DamagedStateTests : IDisposable
{
    private static readonly BlobName State = BlobNames.Schedules("prod");

    private readonly CaptureRig _rig = new();
    private readonly RecordedLog<ScheduleStates> _log = new();

    private readonly Schedule[] _schedules =
    [
        new() { Name = "daily", Cron = CronExpression.Parse("0 2 * * *"), Class = RetentionClass.Daily },
        new() { Name = "weekly", Cron = CronExpression.Parse("0 1 * * 0"), Class = RetentionClass.Weekly },
        new() { Name = "yearly", Cron = CronExpression.Parse("0 3 1 1 *"), Class = RetentionClass.Monthly, MergeWindow = TimeSpan.Zero },
    ];

    private static CancellationToken Cancellation => CaptureRig.Cancellation;

    public void Dispose() => _rig.Dispose();

    [Theory]
    [MemberData(nameof(Damaging.Ways), MemberType = typeof(Damaging))]
    public async Task Backups_continue_when_the_state_is_damaged_and_no_due_time_is_made_up_twice(string way)
    {
        await TickAsync(At(1, 12));
        Assert.Equal("daily", (await TickAsync(At(2, 2)))?.Schedule);
        await Damaging.DamageAsync(_rig, State, way);

        Assert.Null(await TickAsync(At(2, 3)));
        Assert.Null(await TickAsync(At(2, 4)));
        Assert.Equal(At(3, 2), (await TickAsync(At(3, 2)))?.Due);
        LoggedEvent warning = Assert.Single(_log.Events);
        Assert.Equal(2204, warning.Id);
        Assert.Contains("'schedules/prod'", warning.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_due_time_that_another_schedules_run_served_early_is_not_made_up()
    {
        await TickAsync(At(5, 12));

        // Sunday: one run serves the weekly time of 01:00 and, early, the daily one of 02:00.
        Assert.Equal("weekly", (await TickAsync(At(6, 1)))?.Schedule);
        await Damaging.DamageAsync(_rig, State, "emptied");

        Assert.Null(await TickAsync(At(6, 3)));
        Assert.NotNull(await TickAsync(At(7, 2)));
    }

    [Fact]
    public async Task Due_times_that_passed_while_the_state_was_damaged_are_made_up_by_one_run()
    {
        await TickAsync(At(1, 12));
        await TickAsync(At(2, 2));
        await Damaging.DamageAsync(_rig, State, "emptied");

        ScheduledRun? made = await TickAsync(At(5, 12));

        Assert.Equal([At(3, 2), At(4, 2), At(5, 2)], made!.Served.Select(d => d.Due));
        Assert.Null(await TickAsync(At(5, 13)));
    }

    [Fact]
    public async Task A_backup_shows_when_its_schedule_was_served_if_the_records_of_runs_are_missing()
    {
        _rig.Node.Collections["docs"] = CaptureRig.Fixture("snapshots/hermes_vectors.snapshot");
        await TickAsync(At(1, 12));
        _rig.Time.SetUtcNow(At(2, 2));
        CommitReceipt backup = await _rig.BackupAsync(new BackupRequest { Schedule = "daily", Classes = ["daily"] });
        foreach (BlobName record in await _rig.NamesAsync(BlobNames.Runs))
        {
            await _rig.Blobs.DeleteAsync(record, ifMatch: null, Cancellation);
        }

        await Damaging.DamageAsync(_rig, State, "emptied");

        Assert.Null(await TickAsync(backup.Id.Began.AddHours(1)));
        Assert.Equal(At(3, 2), (await TickAsync(At(3, 2)))?.Due);
    }

    [Fact]
    public async Task A_state_of_a_newer_version_is_left_alone_and_named()
    {
        BlobEntry newer = await Damaging.PutNewerAsync(_rig, State);

        SealException refused = await Assert.ThrowsAsync<SealException>(() => TickAsync(At(2, 2)));

        Assert.Contains("'schedules/prod' is of format 2", refused.Message, StringComparison.Ordinal);
        Assert.Equal(newer, await _rig.Blobs.FindAsync(State, Cancellation));
    }

    [Fact]
    public async Task A_state_that_another_ticker_computed_again_is_not_overwritten()
    {
        await TickAsync(At(1, 12));
        await TickAsync(At(2, 2));
        await Damaging.DamageAsync(_rig, State, "emptied");
        (ScheduleState? mine, string? etag) = await States().LoadAsync(Cancellation);
        (ScheduleState? other, string? same) = await States().LoadAsync(Cancellation);

        Assert.Equal(mine!.Marks.OrderBy(m => m.Key), other!.Marks.OrderBy(m => m.Key));
        Assert.Equal(etag, same);
    }

    private static DateTimeOffset At(int day, int hour) => new(2026, 9, day, hour, 0, 0, TimeSpan.Zero);

    private async Task<ScheduledRun?> TickAsync(DateTimeOffset at)
    {
        _rig.Time.SetUtcNow(at);
        return (await new ScheduleTick("prod", States(), new Starter(_rig), _rig.Time).RunAsync(_schedules, Cancellation)).Started;
    }

    private ScheduleStates States() =>
        new(_rig.Store, new SettledMarks(_rig.Get<RunRecords>(), _rig.Get<BackupCatalog>(), _rig.Time), "prod", _schedules, _log);

    /// <summary>Writes the request, as the app does before it starts an orchestration.</summary>
    private sealed class Starter(CaptureRig rig) : IRunStarter
    {
        public Task StartAsync(ScheduledRun run, CancellationToken cancellationToken) => rig.Get<RunRecords>().WriteRequestAsync(
            new RunRequest
            {
                RunId = new RunId(run.BackupId),
                Kind = RunKind.Backup,
                Cluster = run.Cluster,
                RequestedBy = $"schedule {run.Schedule}",
                RequestedAt = run.DecidedAt,
                InstanceId = run.InstanceId,
                Backup = new BackupRequest { Schedule = run.Schedule, Settles = run.Settles() },
            },
            cancellationToken);
    }
}
