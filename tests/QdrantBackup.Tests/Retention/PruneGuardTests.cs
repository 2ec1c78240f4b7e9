using QdrantBackup.Ids;
using QdrantBackup.Retention;
using QdrantBackup.Runs;
using QdrantBackup.Sealing;
using QdrantBackup.Storage;
using QdrantBackup.Stores;
using QdrantBackup.Tests.Capture;

namespace QdrantBackup.Tests.Retention;

/// <summary>Blobs that the pruner keeps against any record (W4), and times at which it does not believe the clock.</summary>
public sealed class PruneGuardTests
{
    private static readonly TimeSpan Grace = new PruneOptions().Grace;

    private static CancellationToken Cancellation => CaptureRig.Cancellation;

    [Fact]
    public async Task The_newest_whole_backup_is_never_expired_though_a_sealed_record_ends_it()
    {
        using CaptureRig rig = await EndsTests.RigAsync();
        (BackupId first, BackupId second) = await EndsTests.TwoAsync(rig);
        await rig.RetireAsync(first);
        await rig.RetireAsync(second);
        rig.Time.Advance(Grace * 2);

        Assert.Equal(1, (await EndsTests.PruneAsync(rig)).ManifestsExpired);

        Assert.Equal([BlobNames.Manifest(second)], await rig.NamesAsync(BlobNames.Manifests));
    }

    [Fact]
    public async Task Only_an_end_after_a_warning_deletes_the_newest_whole_backup()
    {
        using CaptureRig rig = await EndsTests.RigAsync();
        (BackupId first, BackupId second) = await EndsTests.TwoAsync(rig);
        await EndsTests.EndAsync(rig, first);
        await EndsTests.EndAsync(rig, second, end => end with { EndsLast = true, Confirmed = true });
        rig.Time.Advance(Grace);

        Assert.Equal(2, (await EndsTests.PruneAsync(rig)).ManifestsExpired);
    }

    [Fact]
    public async Task A_hold_that_vanished_still_stops_the_pruner_until_it_is_released()
    {
        using CaptureRig rig = await EndsTests.RigAsync();
        (BackupId first, _) = await EndsTests.TwoAsync(rig);
        await EndsTests.EndAsync(rig, first);
        await rig.Store.PutDocumentAsync(
            BlobNames.Hold(first), SealedType.Record, new Hold { Id = first, Reason = "audit", By = "alice", At = rig.Time.GetUtcNow() }, RetentionJson.Default.Hold, PutCondition.Always, null, Cancellation);
        await rig.Get<RetentionRecords>().Known.RememberAsync("prod", [first], Cancellation);
        await rig.Blobs.DeleteAsync(BlobNames.Hold(first), null, Cancellation);
        rig.Time.Advance(Grace * 2);

        Assert.Equal(0, (await EndsTests.PruneAsync(rig)).ManifestsExpired);
        await rig.Get<BackupHolds>().ReleaseAsync(first, "alice", Cancellation);
        Assert.Equal(1, (await EndsTests.PruneAsync(rig)).ManifestsExpired);
    }

    [Fact]
    public async Task A_pin_that_another_run_released_protects_its_backups_for_the_grace_period()
    {
        using CaptureRig rig = await EndsTests.RigAsync();
        (BackupId first, _) = await EndsTests.TwoAsync(rig);
        await EndsTests.EndAsync(rig, first);
        RunId reader = RunId.New(rig.Time);
        await rig.Get<RunPins>().WriteAsync(reader, RunKind.Restore, [first], Cancellation);
        rig.Time.Advance(Grace);
        await rig.Get<RunPins>().ReleaseAsync(reader, Cancellation);

        Assert.Equal(0, (await EndsTests.PruneAsync(rig)).ManifestsExpired);
        rig.Time.Advance(Grace + TimeSpan.FromSeconds(1));
        Assert.Equal(1, (await EndsTests.PruneAsync(rig)).ManifestsExpired);
    }

    [Fact]
    public async Task A_clock_that_jumped_ahead_deletes_nothing_and_ends_no_run_until_a_person_confirms_it()
    {
        using CaptureRig rig = await EndsTests.RigAsync();
        (BackupId first, _) = await EndsTests.TwoAsync(rig);
        RunId living = await rig.CaptureAsync();
        await EndsTests.EndAsync(rig, first);
        var memory = rig.Get<MaintenanceMemory>();
        await memory.NoteRetentionAsync(rig.Time.GetUtcNow(), Cancellation);
        rig.Time.Advance(TimeSpan.FromDays(400));

        // A pin or a manifest by the same clock does not vouch for it.
        await rig.BackupAsync();
        var clock = new StoreClock(rig.Get<RunPins>(), memory, new PruneOptions());
        RunId run = RunId.New(rig.Time);
        Assert.Contains("--clock-is-right", (await Assert.ThrowsAsync<RefusedException>(() => EndsTests.PruneAsync(rig))).Hint, StringComparison.Ordinal);
        await Assert.ThrowsAsync<RefusedException>(() => clock.TrustedNowAsync(run, isConfirmed: false, Cancellation));
        Assert.False((await rig.Get<RunPins>().FindAsync(living, Cancellation))!.Pin.Released);
        Assert.Equal(2, (await rig.NamesAsync(BlobNames.Manifests)).Count(m => m != BlobNames.Manifest(living.AsBackup())) - 1);

        Assert.Equal(rig.Time.GetUtcNow(), await clock.TrustedNowAsync(run, isConfirmed: true, Cancellation));
        PruneReceipt pruned = await rig.Get<Pruner>().StepAsync(new PruneRequest(run, false, "test", ConfirmClock: true), Cancellation);
        Assert.Equal(1, pruned.Totals.ManifestsExpired);
    }

    [Fact]
    public async Task A_retention_that_is_late_by_less_than_two_days_and_its_interval_needs_no_confirmation()
    {
        using CaptureRig rig = await EndsTests.RigAsync();
        var memory = rig.Get<MaintenanceMemory>();
        await memory.NoteRetentionAsync(rig.Time.GetUtcNow(), Cancellation);
        rig.Time.Advance(new PruneOptions().MaxSilence);
        var clock = new StoreClock(rig.Get<RunPins>(), memory, new PruneOptions());
        await clock.TrustedNowAsync(RunId.New(rig.Time), isConfirmed: false, Cancellation);
        rig.Time.Advance(TimeSpan.FromSeconds(1));
        await Assert.ThrowsAsync<RefusedException>(() => clock.TrustedNowAsync(RunId.New(rig.Time), isConfirmed: false, Cancellation));
    }
}
