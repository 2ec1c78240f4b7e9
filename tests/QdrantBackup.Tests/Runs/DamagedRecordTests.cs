using QdrantBackup.Capture;
using QdrantBackup.Ids;
using QdrantBackup.Runs;
using QdrantBackup.Schedules;
using QdrantBackup.Sealing;
using QdrantBackup.Storage;
using QdrantBackup.Stores;
using QdrantBackup.Tests.Capture;
using QdrantBackup.Usage;
using QdrantBackup.Verification;

namespace QdrantBackup.Tests.Runs;

/// <summary>State that can be computed again stops nothing when it is damaged, and a newer version's is left alone.</summary>
public sealed class DamagedRecordTests : IDisposable
{
    private readonly CaptureRig _rig = new();

    private static CancellationToken Cancellation => CaptureRig.Cancellation;

    public void Dispose() => _rig.Dispose();

    [Theory]
    [MemberData(nameof(Damaging.Ways), MemberType = typeof(Damaging))]
    public async Task A_damaged_lease_is_taken_over(string way)
    {
        var lease = _rig.Get<ClusterLease>();
        RunId first = RunId.New(_rig.Time);
        RunId second = RunId.New(_rig.Time);
        await TakeAsync(lease, first);
        await Damaging.DamageAsync(_rig, BlobNames.Lease("prod"), way);

        await lease.ReleaseAsync("prod", first, Cancellation);
        Assert.True(await TakeAsync(lease, second));
        Assert.False(await TakeAsync(lease, first));
    }

    [Fact]
    public async Task A_lease_with_any_bit_flipped_is_taken_over()
    {
        var lease = _rig.Get<ClusterLease>();
        await TakeAsync(lease, RunId.New(_rig.Time));
        BlobName name = BlobNames.Lease("prod");
        byte[] sound = (await _rig.Blobs.GetAsync(name, long.MaxValue, Cancellation))!.Content.ToArray();
        for (int bit = 0; bit < sound.Length * 8; bit++)
        {
            await _rig.Blobs.PutAsync(name, Damaging.Flipped(sound, bit / 8, bit % 8), PutCondition.Always, summary: null, Cancellation);
            Assert.True(await TakeAsync(lease, RunId.New(_rig.Time)), $"bit {bit}");
        }
    }

    [Fact]
    public async Task A_lease_of_a_newer_version_is_left_alone()
    {
        BlobEntry newer = await Damaging.PutNewerAsync(_rig, BlobNames.Lease("prod"));

        SealException refused = await Assert.ThrowsAsync<SealException>(() => TakeAsync(_rig.Get<ClusterLease>(), RunId.New(_rig.Time)));

        Assert.Contains("'leases/prod' is of format 2", refused.Message, StringComparison.Ordinal);
        Assert.Equal(newer, await _rig.Blobs.FindAsync(newer.Name, Cancellation));
    }

    [Fact]
    public async Task A_lease_that_was_given_back_under_a_clock_that_was_ahead_blocks_no_run()
    {
        var lease = _rig.Get<ClusterLease>();
        RunId ahead = RunId.New(_rig.Time);
        BlobName name = BlobNames.Lease("prod");
        await TakeAsync(lease, ahead);
        await lease.ReleaseAsync("prod", ahead, Cancellation);
        using var store = new SealedStore(new DatedStore(_rig.Blobs, name, _rig.Time.GetUtcNow().AddDays(400)), _rig.Store.Sealer, ownsSealer: false);

        Assert.True(await TakeAsync(new ClusterLease(store, new RunPins(store)), RunId.New(_rig.Time)));
    }

    [Theory]
    [MemberData(nameof(Damaging.Ways), MemberType = typeof(Damaging))]
    public async Task Damaged_rolling_verification_begins_again(string way)
    {
        var rolling = new RollingVerifications(_rig.Store, _rig.Time);
        var daily = new Schedule { Name = "verification", Cron = CronExpression.Parse("0 5 * * *") };
        await rolling.DecideAsync("prod", daily, 30, Cancellation);
        await Damaging.DamageAsync(_rig, BlobNames.RollingVerification, way);

        Assert.Null(await rolling.DecideAsync("prod", daily, 30, Cancellation));
        _rig.Time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(1, (await rolling.DecideAsync("prod", daily, 30, Cancellation))?.Number);
    }

    [Fact]
    public async Task Rolling_verification_and_usage_of_a_newer_version_are_left_alone()
    {
        BlobEntry rolling = await Damaging.PutNewerAsync(_rig, BlobNames.RollingVerification);
        BlobEntry usage = await Damaging.PutNewerAsync(_rig, BlobNames.Usage);
        var daily = new Schedule { Name = "verification", Cron = CronExpression.Parse("0 5 * * *") };

        await Assert.ThrowsAsync<SealException>(() => new RollingVerifications(_rig.Store, _rig.Time).DecideAsync("prod", daily, 30, Cancellation));
        await UsageAsync();

        Assert.Equal(rolling, await _rig.Blobs.FindAsync(rolling.Name, Cancellation));
        Assert.Equal(usage, await _rig.Blobs.FindAsync(usage.Name, Cancellation));
    }

    [Theory]
    [MemberData(nameof(Damaging.Ways), MemberType = typeof(Damaging))]
    public async Task A_damaged_usage_report_is_computed_again(string way)
    {
        await UsageAsync();
        await Damaging.DamageAsync(_rig, BlobNames.Usage, way);
        await UsageAsync();
        Assert.NotNull(await _rig.Store.GetDocumentAsync(BlobNames.Usage, SealedType.Record, UsageJson.Default.UsageReport, Cancellation));
    }

    [Theory]
    [MemberData(nameof(Damaging.Ways), MemberType = typeof(Damaging))]
    public async Task A_run_whose_notes_or_result_are_damaged_is_listed_all_the_same(string way)
    {
        var records = _rig.Get<RunRecords>();
        RunRequest first = await _rig.AskAsync();
        RunRequest second = await _rig.AskAsync();
        await records.AddNoteAsync(first.RunId, "test", "one", Cancellation);
        await records.WriteResultAsync(new RunResult { RunId = first.RunId, State = RunState.Complete, Finished = _rig.Time.GetUtcNow() }, Cancellation);
        foreach (BlobName name in (await _rig.NamesAsync(BlobNames.RunFolder(first.RunId))).Where(n => !n.Value.EndsWith("/request", StringComparison.Ordinal)))
        {
            await Damaging.DamageAsync(_rig, name, way);
        }

        IReadOnlyList<RunOverview> runs = await ListAsync(records);

        Assert.Equal([second.RunId, first.RunId], runs.Select(r => r.Request.RunId));
        Assert.Contains($"{BlobNames.RunFolder(first.RunId)}result", runs[1].Result?.Error, StringComparison.Ordinal);
        Assert.Empty(runs[1].Notes);
        Assert.NotNull(await records.FindAsync(first.RunId, Cancellation));
    }

    [Fact]
    public async Task A_backup_whose_result_is_damaged_is_shown_from_its_manifest()
    {
        _rig.Node.Collections["docs"] = CaptureRig.Fixture("snapshots/hermes_vectors.snapshot");
        var records = _rig.Get<RunRecords>();
        CommitReceipt commit = await _rig.BackupAsync();
        var run = new RunId(commit.Id.Value);
        await records.WriteResultAsync(new RunResult { RunId = run, State = RunState.Complete, Finished = _rig.Time.GetUtcNow() }, Cancellation);
        await Damaging.DamageAsync(_rig, BlobNames.Run(run, "result"), "emptied");

        RunResult? told = (await records.FindAsync(run, Cancellation))?.Result;

        Assert.Equal(RunState.Complete, told?.State);
        Assert.Equal(commit.Id, told?.BackupId);
        Assert.Contains("cannot be read", Assert.Single(told!.Remarks), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_whose_request_is_damaged_hides_no_other_and_can_be_asked_for_again()
    {
        var records = _rig.Get<RunRecords>();
        RunRequest first = await _rig.AskAsync();
        RunRequest second = await _rig.AskAsync();
        await Damaging.DamageAsync(_rig, BlobNames.Run(first.RunId, "request"), "emptied");
        Assert.Equal([second.RunId], (await ListAsync(records)).Select(r => r.Request.RunId));

        await records.WriteRequestAsync(first, Cancellation);
        Assert.Equal([second.RunId, first.RunId], (await ListAsync(records)).Select(r => r.Request.RunId));
    }

    [Fact]
    public async Task The_index_of_open_runs_is_rebuilt_from_the_records_of_all_runs()
    {
        RunRequest old = await _rig.AskAsync();
        _rig.Time.Advance(TimeSpan.FromDays(300));
        RunRequest done = await _rig.AskAsync();
        await _rig.Get<RunRecords>().WriteResultAsync(new RunResult { RunId = done.RunId, State = RunState.Complete, Finished = _rig.Time.GetUtcNow() }, Cancellation);
        _rig.Time.Advance(TimeSpan.FromDays(400));
        RunRequest ahead = await _rig.AskAsync();
        await Damaging.DamageAsync(_rig, BlobNames.OpenRuns("prod"), "cut");
        var records = _rig.Get<RunRecords>();
        var search = new OpenRunSearch(_rig.Store, records, new MadeSnapshots(_rig.Store, _rig.Get<NodeSnapshots>()), _rig.Time);

        Assert.True(await search.StepAsync("prod", Cancellation));

        Assert.Equal([old.RunId, ahead.RunId], (await records.Open.ListAsync("prod", Cancellation)).Select(r => r.RunId));
    }

    private Task UsageAsync() => new StoreUsage(_rig.Store, _rig.Get<QdrantBackup.Catalog.BackupCatalog>(), _rig.Time).ReportAsync(fresh: false, Cancellation);

    private static async Task<bool> TakeAsync(ClusterLease lease, RunId run) =>
        (await lease.TryTakeAsync("prod", run, RunKind.Backup, TimeSpan.FromMinutes(15), Cancellation)).IsMine;

    private static async Task<IReadOnlyList<RunOverview>> ListAsync(RunRecords records)
    {
        var runs = new List<RunOverview>();
        await foreach (RunOverview run in records.ListAsync(DateTimeOffset.MinValue, Cancellation))
        {
            runs.Add(run);
        }

        return runs;
    }

    /// <summary>A store in which one blob was put under a wrong clock.</summary>
    private sealed class DatedStore(IBackupStore inner, BlobName name, DateTimeOffset modified) : QdrantBackup.Soak.World.RelayingStore(inner)
    {
        public override async Task<StoredBlob?> GetAsync(BlobName wanted, long maxLength, CancellationToken cancellationToken) =>
            await base.GetAsync(wanted, maxLength, cancellationToken) is { } blob && wanted == name ? blob with { Entry = blob.Entry with { Modified = modified } } : await base.GetAsync(wanted, maxLength, cancellationToken);
    }
}
