using Microsoft.Extensions.Logging;
using QdrantBackup.Capture;
using QdrantBackup.Catalog;
using QdrantBackup.Damages;
using QdrantBackup.Ids;
using QdrantBackup.Parts;
using QdrantBackup.Runs;
using QdrantBackup.Schedules;
using QdrantBackup.Stores;
using QdrantBackup.Tests.Capture;
using QdrantBackup.Tests.Runs;

namespace QdrantBackup.Tests.Schedules;

/// <summary>The events that alerts watch (infra-bicep/shared/events.bicep): ids and values are promised.</summary>
public sealed class SignsOfLifeTests : IDisposable
{
    private const int BackupAge = 2601;
    private const int NoBackup = 2602;
    private const int RestoreAge = 2603;
    private const int NothingScheduled = 2604;
    private const int Suspect = 2605;
    private const int Ahead = 2606;
    private const int Damaged = 2607;

    private static readonly Schedule Daily = new() { Name = "daily", Cron = CronExpression.Parse("0 2 * * *") };

    private readonly CaptureRig _rig = new();
    private readonly RecordedLog<SignsOfLife> _log = new();
    private readonly SignsOfLife _signs;

    public SignsOfLifeTests()
    {
        _rig.Node.Collections["docs"] = CaptureRig.Fixture("snapshots/empty.snapshot");
        _signs = new SignsOfLife(_rig.Store, _rig.Get<BackupCatalog>(), _rig.Get<RunRecords>(), _rig.Time, _log);
    }

    [Fact]
    public async Task The_age_of_the_newest_complete_backup_is_logged_with_the_interval_it_is_judged_by()
    {
        var newest = (await _rig.BackupAsync()).Id;
        _rig.Time.Advance(TimeSpan.FromHours(30));
        await TellAsync(Daily);
        var told = Assert.Single(_log.Events);
        Assert.Equal((BackupAge, LogLevel.Information), (told.Id, told.Level));
        Assert.Equal(newest.Value, told.Values["Id"]);
        Assert.Equal("prod", told.Values["Cluster"]);
        Assert.Equal(30d, told.Values["AgeHours"]);
        Assert.Equal(24d, told.Values["IntervalHours"]);
    }

    [Fact]
    public async Task An_ended_backup_does_not_count_as_newest()
    {
        var id = (await _rig.BackupAsync()).Id;
        await _rig.RetireAsync(id);
        await TellAsync(Daily);
        Assert.Equal((NoBackup, LogLevel.Warning), (Assert.Single(_log.Events).Id, _log.Events[0].Level));
    }

    [Fact]
    public async Task A_selection_does_not_count_as_newest()
    {
        var whole = (await _rig.BackupAsync()).Id;
        _rig.Time.Advance(TimeSpan.FromHours(30));
        await _rig.BackupAsync(new BackupRequest { Collections = ["docs"] });
        await TellAsync(Daily);
        Assert.Equal(whole.Value, Assert.Single(_log.Events).Values["Id"]);
    }

    [Fact]
    public async Task A_suspect_backup_is_an_error_every_hour_until_it_is_confirmed_and_does_not_count_as_newest()
    {
        var good = (await _rig.BackupAsync()).Id;
        _rig.Node.Collections.Clear();
        _rig.Node.Collections["other"] = CaptureRig.Fixture("snapshots/empty.snapshot");
        _rig.Time.Advance(TimeSpan.FromHours(30));
        var suspect = (await _rig.BackupAsync()).Id;
        foreach (var hour in (int[])[1, 2])
        {
            await TellAsync(Daily);
            Assert.Equal(2 * hour, _log.Events.Count);
            Assert.Equal(good.Value, _log.Events[^2].Values["Id"]);
            Assert.Equal((Suspect, LogLevel.Error, suspect.Value), (_log.Events[^1].Id, _log.Events[^1].Level, _log.Events[^1].Values["Id"]));
            _rig.Time.Advance(TimeSpan.FromHours(1));
        }

        await new Confirmations(_rig.Store, _rig.Get<BackupCatalog>(), _rig.Time).ConfirmAsync(suspect, "alice", CaptureRig.Cancellation);
        await TellAsync(Daily);
        Assert.Equal(5, _log.Events.Count);
        Assert.Equal((BackupAge, suspect.Value), (_log.Events[^1].Id, _log.Events[^1].Values["Id"]));
    }

    [Fact]
    public async Task A_backup_that_is_dated_ahead_is_not_the_newest_and_is_logged()
    {
        using var ahead = new CaptureRig(_rig.Node, _rig.Blobs, new SealedStore(_rig.Blobs, _rig.Store.Sealer, ownsSealer: false));
        ahead.Time.Advance(TimeSpan.FromDays(400));
        var future = (await ahead.BackupAsync()).Id;
        await TellAsync(Daily);
        Assert.Equal([NoBackup, Ahead], _log.Events.Select(e => e.Id));
        Assert.Equal(future.Value, _log.Events[1].Values["Id"]);
    }

    [Fact]
    public async Task A_backup_that_is_known_to_be_damaged_does_not_count_as_newest_and_is_logged()
    {
        var good = (await _rig.BackupAsync()).Id;
        _rig.Time.Advance(TimeSpan.FromHours(30));
        var damaged = await _rig.BackupAsync();
        await new VerifiedRecords(_rig.Store, _rig.Time).MarkDamagedAsync(damaged.Id, damaged.ManifestHash, 2, VerifyLevel.Exists, damaged.Id.AsRun(), CaptureRig.Cancellation);
        await TellAsync(Daily);
        Assert.Equal([BackupAge, Damaged], _log.Events.Select(e => e.Id));
        Assert.Equal([good.Value, damaged.Id.Value], _log.Events.Select(e => e.Values["Id"]));
    }

    [Fact]
    public async Task The_age_is_logged_once_an_hour_with_any_number_of_ticks()
    {
        for (var minute = 0; minute < 120; minute++)
        {
            await TellAsync(Daily);
            _rig.Time.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.Equal(2, _log.Events.Count);
    }

    [Fact]
    public async Task The_last_complete_restore_is_logged_once_a_day()
    {
        var restore = await _rig.AskAsync(restore: new RestoreRequest());
        await _rig.Get<RunRecords>().WriteResultAsync(
            new RunResult { RunId = restore.RunId, State = RunState.Complete, Finished = _rig.Time.GetUtcNow() }, CaptureRig.Cancellation);
        var failed = await _rig.AskAsync(restore: new RestoreRequest());
        await _rig.Get<RunRecords>().WriteResultAsync(
            new RunResult { RunId = failed.RunId, State = RunState.Failed, Finished = _rig.Time.GetUtcNow() }, CaptureRig.Cancellation);
        for (var hour = 0; hour < 72; hour++)
        {
            await TellAsync(Daily);
            _rig.Time.Advance(TimeSpan.FromHours(1));
        }

        Assert.Equal([0.1, 1.1, 2.1], _log.Events.Where(e => e.Id == RestoreAge).Select(e => (double)e.Values["AgeDays"]!));
    }

    [Fact]
    public async Task If_nothing_was_ever_restored_the_age_is_the_length_of_the_search()
    {
        _rig.Time.Advance(TimeSpan.FromHours(3));
        await TellAsync(Daily);
        Assert.Equal(SignsOfLife.RestoreLookBack.TotalDays, _log.Events.Single(e => e.Id == RestoreAge).Values["AgeDays"]);
    }

    [Fact]
    public async Task Without_a_schedule_no_age_is_too_old_and_that_is_logged()
    {
        await TellAsync(Daily with { Paused = true });
        Assert.Equal(NothingScheduled, Assert.Single(_log.Events).Id);
    }

    [Theory]
    [InlineData(RunState.Complete, LogLevel.Information)]
    [InlineData(RunState.Partial, LogLevel.Warning)]
    [InlineData(RunState.Cancelled, LogLevel.Warning)]
    [InlineData(RunState.Failed, LogLevel.Error)]
    public async Task The_end_of_every_run_is_logged_with_the_bytes_it_moved(RunState state, LogLevel level)
    {
        var log = new RecordedLog<RunRecords>();
        var records = new RunRecords(_rig.Store, _rig.Time, log);
        var run = await _rig.AskAsync();
        var result = new RunResult
        {
            RunId = run.RunId,
            State = state,
            Finished = _rig.Time.GetUtcNow(),
            Totals = new CaptureTotals { Bytes = 70, StoredBytes = 7 },
        };
        await records.WriteResultAsync(result, CaptureRig.Cancellation);
        var told = Assert.Single(log.Events);
        Assert.Equal((3102, level), (told.Id, told.Level));
        Assert.Equal(RunKind.Backup, told.Values["Kind"]);
        Assert.Equal(state, told.Values["State"]);
        Assert.Equal("prod", told.Values["Cluster"]);
        Assert.Equal(70L, told.Values["Bytes"]);
        Assert.Equal(7L, told.Values["StoredBytes"]);
    }

    public void Dispose() => _rig.Dispose();

    private Task TellAsync(params Schedule[] schedules) => _signs.TellAsync("prod", schedules, CaptureRig.Cancellation);
}
