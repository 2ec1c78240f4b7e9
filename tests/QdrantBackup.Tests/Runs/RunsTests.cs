using QdrantBackup.Ids;
using QdrantBackup.Parts;
using QdrantBackup.Runs;
using QdrantBackup.Sealing;
using QdrantBackup.Storage;
using QdrantBackup.Stores;
using QdrantBackup.Tests.Capture;

namespace QdrantBackup.Tests.Runs;

public sealed class RunsTests
{
    private static CancellationToken Cancellation => CaptureRig.Cancellation;

    [Theory]
    [InlineData("20260901T020000Z-0a9hjz", true)]
    [InlineData("20260901T020000Z-0a9hji", false)]
    [InlineData("20261301T020000Z-0a9hjz", false)]
    [InlineData("20260901T020000Z-0A9hjz", false)]
    [InlineData("20260901T020000Z-0a9hj", false)]
    [InlineData("", false)]
    public void An_id_is_a_time_and_six_characters(string text, bool valid) => Assert.Equal(valid, BackupId.TryParse(text, out _));

    [Fact]
    public async Task A_request_is_written_once()
    {
        using var rig = new CaptureRig();
        RunRequest request = await rig.AskAsync();
        var records = rig.Get<RunRecords>();
        await records.WriteRequestAsync(request, Cancellation);
        await Assert.ThrowsAsync<RefusedException>(() => records.WriteRequestAsync(request with { RequestedBy = "mallory" }, Cancellation));
        await Assert.ThrowsAsync<RefusedException>(() => records.ReadRequestAsync(RunId.New(rig.Time), Cancellation));
    }

    [Fact]
    public async Task Runs_are_listed_newest_first_with_their_records()
    {
        using var rig = new CaptureRig();
        RunRequest first = await rig.AskAsync();
        DateTimeOffset from = rig.Time.GetUtcNow();
        rig.Time.Advance(TimeSpan.FromDays(40));
        RunRequest second = await rig.AskAsync();
        var records = rig.Get<RunRecords>();
        await records.WriteResultAsync(new RunResult { RunId = first.RunId, State = RunState.Failed, Finished = from, Error = "no" }, Cancellation);
        RunResult counts = await records.WriteResultAsync(new RunResult { RunId = first.RunId, State = RunState.Complete, Finished = from }, Cancellation);
        await records.AddNoteAsync(second.RunId, "test", "left alone", Cancellation);
        var runs = new List<RunOverview>();
        await foreach (RunOverview run in records.ListAsync(from.AddMinutes(-1), Cancellation))
        {
            runs.Add(run);
        }

        Assert.Equal([second.RunId, first.RunId], runs.Select(r => r.Request.RunId));
        Assert.Equal(RunState.Failed, counts.State);
        Assert.Equal("no", runs[1].Result?.Error);
        Assert.Equal("left alone", Assert.Single(runs[0].Notes).Text);
    }

    [Fact]
    public async Task A_note_that_does_not_open_hides_neither_the_run_nor_its_other_notes()
    {
        using var rig = new CaptureRig();
        RunRequest request = await rig.AskAsync();
        var records = rig.Get<RunRecords>();
        await records.AddNoteAsync(request.RunId, "test", "left alone", Cancellation);
        await rig.Blobs.PutAsync(BlobNames.Run(request.RunId, "note-20260901T020000000-ffffff"), "junk"u8.ToArray(), PutCondition.Always, null, Cancellation);
        await rig.Blobs.PutAsync(BlobNames.Run(request.RunId, "progress"), default, PutCondition.Always, null, Cancellation);

        RunOverview? found = await records.FindAsync(request.RunId, Cancellation);

        Assert.Equal("left alone", Assert.Single(found!.Notes).Text);
    }

    [Fact]
    public async Task A_pin_keeps_its_begin_and_its_bases_and_ends_for_good()
    {
        using var rig = new CaptureRig();
        var pins = rig.Get<RunPins>();
        RunId runId = RunId.New(rig.Time);
        BackupId one = BackupId.New(rig.Time);
        BackupId two = BackupId.New(rig.Time);
        PinEntry first = await pins.WriteAsync(runId, RunKind.Backup, [one], Cancellation);
        rig.Time.Advance(TimeSpan.FromMinutes(5));
        await pins.WriteAsync(runId, RunKind.Backup, [two], Cancellation);
        rig.Time.Advance(TimeSpan.FromMinutes(5));
        PinEntry renewed = await pins.RenewAsync(runId, Cancellation);
        Assert.Equal(first.Began, renewed.Began);
        Assert.Equal(TimeSpan.FromMinutes(10), renewed.Renewed - renewed.Began);
        Assert.Equal([one, two], renewed.Pin!.Bases);
        await pins.ReleaseAsync(runId, Cancellation);
        await Assert.ThrowsAsync<RefusedException>(() => pins.RenewAsync(runId, Cancellation));
        await Assert.ThrowsAsync<RefusedException>(() => pins.WriteAsync(runId, RunKind.Backup, [], Cancellation));
    }

    [Fact]
    public async Task A_lease_is_held_by_one_run_and_taken_over_when_it_expires()
    {
        using var rig = new CaptureRig();
        var lease = rig.Get<ClusterLease>();
        RunId first = RunId.New(rig.Time);
        RunId second = RunId.New(rig.Time);
        TimeSpan time = TimeSpan.FromMinutes(15);
        Assert.True((await lease.TryTakeAsync("prod", first, RunKind.Backup, time, Cancellation)).IsMine);
        LeaseReceipt refused = await lease.TryTakeAsync("prod", second, RunKind.Backup, time, Cancellation);
        Assert.False(refused.IsMine);
        Assert.Equal(first, refused.Holder);
        rig.Time.Advance(time);
        Assert.True((await lease.TryTakeAsync("prod", second, RunKind.Backup, time, Cancellation)).IsMine);
        await lease.ReleaseAsync("prod", first, Cancellation);
        Assert.False((await lease.TryTakeAsync("prod", first, RunKind.Backup, time, Cancellation)).IsMine);
        await lease.ReleaseAsync("prod", second, Cancellation);
        Assert.True((await lease.TryTakeAsync("prod", first, RunKind.Backup, time, Cancellation)).IsMine);
    }

    [Theory]
    [InlineData("*", "docs", true)]
    [InlineData("d?cs", "docs", true)]
    [InlineData("d*s*", "docs", true)]
    [InlineData("docs", "docs2", false)]
    [InlineData("*s", "docs2", false)]
    [InlineData("a*b*c", "aXbYbZc", true)]
    public void Patterns_match_whole_names(string pattern, string name, bool expected) => Assert.Equal(expected, NamePattern.Matches(pattern, name));

    [Theory]
    [InlineData(double.MaxValue)]
    [InlineData(-double.MaxValue)]
    public async Task A_lease_of_absurd_length_is_held_for_a_day_at_most(double seconds)
    {
        using var rig = new CaptureRig();
        var record = new LeaseRecord(1, RunId.New(rig.Time), seconds);
        await rig.Store.PutDocumentAsync(
            BlobNames.Lease("prod"), SealedType.Record, record, RunsJson.Default.LeaseRecord, PutCondition.Always, null, Cancellation);
        rig.Time.Advance(TimeSpan.FromDays(1));
        Assert.True((await rig.Get<ClusterLease>().TryTakeAsync("prod", RunId.New(rig.Time), RunKind.Backup, TimeSpan.FromMinutes(1), Cancellation)).IsMine);
    }

    [Fact]
    public async Task All_runs_since_the_beginning_of_time_can_be_asked_for()
    {
        using var rig = new CaptureRig();
        RunRequest request = await rig.AskAsync();
        var runs = new List<RunId>();
        await foreach (RunOverview run in rig.Get<RunRecords>().ListAsync(DateTimeOffset.MinValue, Cancellation))
        {
            runs.Add(run.Request.RunId);
        }

        Assert.Equal([request.RunId], runs);
    }
}
