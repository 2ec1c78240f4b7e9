using Microsoft.Extensions.Logging.Abstractions;
using QdrantBackup.Capture;
using QdrantBackup.Catalog;
using QdrantBackup.Damages;
using QdrantBackup.Ids;
using QdrantBackup.Retention;
using QdrantBackup.Runs;
using QdrantBackup.Sealing;
using QdrantBackup.Storage;
using QdrantBackup.Stores;
using QdrantBackup.Tests.Capture;

namespace QdrantBackup.Tests.Retention;

/// <summary>Records that end a backup, and records that only look like it.</summary>
public sealed class EndsTests
{
    private static readonly TimeSpan Grace = new PruneOptions().Grace;

    private static CancellationToken Cancellation => CaptureRig.Cancellation;

    public static TheoryData<string> Forgeries => ["junk", "empty", "of another backup", "copied from another name", "under another key", "a newer format"];

    [Theory]
    [MemberData(nameof(Forgeries))]
    public async Task A_name_in_the_folder_of_ends_proves_nothing_unless_the_record_opens_and_names_the_backup(string forgery)
    {
        using CaptureRig rig = await RigAsync();
        (BackupId first, BackupId second) = await TwoAsync(rig);
        await rig.Blobs.PutAsync(BlobNames.Retirement(second), Forged(rig, forgery, second, first), PutCondition.Always, null, Cancellation);
        var catalog = rig.Get<BackupCatalog>();

        CatalogEntry entry = (await catalog.ListAsync(new CatalogFilter(), Cancellation))[0];
        Assert.Equal((second, false), (entry.Id, entry.Retired));
        Assert.NotNull(entry.FalseEnd);
        Assert.Equal(second, (await catalog.LatestAsync("prod", Cancellation)).Id);
        Assert.Equal("audit", (await rig.Get<BackupHolds>().PlaceAsync(second, "audit", "alice", Cancellation)).Reason);
        Assert.Equal(0, (await catalog.OpenAsync((await rig.BackupAsync()).Id, Cancellation)).Totals.NewChunks);
        await rig.RestoreAsync(new RestoreRequest { BackupId = second, Suffix = "-back" });
        Assert.Equal(rig.Node.Collections["docs"], rig.Node.Collections["docs-back"]);
    }

    [Theory]
    [MemberData(nameof(Forgeries))]
    public async Task A_record_that_proves_no_end_stops_pruning_with_a_hint(string forgery)
    {
        using CaptureRig rig = await RigAsync();
        (BackupId first, BackupId second) = await TwoAsync(rig);
        foreach (BackupId id in new[] { first, second })
        {
            await rig.Blobs.PutAsync(BlobNames.Retirement(id), Forged(rig, forgery, id, id == first ? second : first), PutCondition.Always, null, Cancellation);
        }

        IReadOnlyList<BlobName> before = await rig.NamesAsync("chunks/");
        rig.Time.Advance(TimeSpan.FromDays(30));
        foreach (bool allow in new[] { false, true })
        {
            var refusal = await Assert.ThrowsAsync<RefusedException>(() => PruneAsync(rig, allow));
            Assert.Contains($"backup {first} was ended", refusal.Message, StringComparison.Ordinal);
            Assert.Contains($"retired/{first}", refusal.Hint, StringComparison.Ordinal);
        }

        Assert.Equal(before, await rig.NamesAsync("chunks/"));
        Assert.Equal(2, (await rig.NamesAsync(BlobNames.Manifests)).Count);

        // The way out: end one backup properly, and delete the invalid record of the other.
        await EndAsync(rig, first);
        await rig.Blobs.DeleteAsync(BlobNames.Retirement(second), null, Cancellation);
        rig.Time.Advance(Grace);
        Assert.Equal(1, (await PruneAsync(rig)).ManifestsExpired);
    }

    [Fact]
    public async Task An_unproven_record_of_a_backup_that_was_never_here_stops_nothing()
    {
        using CaptureRig rig = await RigAsync();
        await TwoAsync(rig);
        await rig.Blobs.PutAsync(BlobNames.Retirement(BackupId.New(rig.Time)), new byte[10], PutCondition.Always, null, Cancellation);
        Assert.Equal(0, (await PruneAsync(rig)).ManifestsExpired);
    }

    [Fact]
    public async Task A_marker_is_written_although_an_invalid_record_claims_an_end()
    {
        using CaptureRig rig = await RigAsync();
        RunId dead = await rig.CaptureAsync();
        await rig.Blobs.PutAsync(BlobNames.Retirement(dead.AsBackup()), new byte[10], PutCondition.Always, null, Cancellation);
        await rig.Get<RunFences>().ReleaseAsync(dead, Cancellation);
        await Assert.ThrowsAsync<StoreConflictException>(() => rig.Get<BackupCommit>().CommitAsync(dead, Cancellation));
    }

    [Fact]
    public async Task Findings_about_a_backup_stay_although_an_invalid_record_claims_its_end()
    {
        using CaptureRig rig = await RigAsync();
        (BackupId first, _) = await TwoAsync(rig);
        await rig.Store.PutDocumentAsync(
            BlobNames.Verified(first), SealedType.Record, new QdrantBackup.Damages.VerifiedRecord { BackupId = first, ManifestHash = "" },
            DamagesJson.Default.VerifiedRecord, PutCondition.Always, null, Cancellation);
        await rig.Blobs.PutAsync(BlobNames.Retirement(first), new byte[10], PutCondition.Always, null, Cancellation);
        await rig.Blobs.DeleteAsync(BlobNames.Manifest(first), null, Cancellation);
        Assert.Equal(0, (await rig.Get<RecordCleanup>().StepAsync(rig.Time.GetUtcNow(), Cancellation)).Findings);
    }

    [Fact]
    public async Task Undelete_takes_an_end_back_until_the_grace_period_is_over()
    {
        using CaptureRig rig = await RigAsync();
        (BackupId first, _) = await TwoAsync(rig);
        await EndAsync(rig, first);
        rig.Time.Advance(Grace - TimeSpan.FromMinutes(1));

        Assert.True(await rig.Get<BackupUndeletion>().TakeBackAsync(first, "alice", Cancellation));

        Assert.False((await rig.Get<BackupCatalog>().ListAsync(new CatalogFilter(), Cancellation))[^1].Retired);
        Assert.False(await rig.Get<BackupUndeletion>().TakeBackAsync(first, "alice", Cancellation));
        rig.Time.Advance(TimeSpan.FromDays(2));
        Assert.Equal(0, (await PruneAsync(rig)).ManifestsExpired);
        await rig.RestoreAsync(new RestoreRequest { BackupId = first, Suffix = "-back" });
    }

    [Fact]
    public async Task Undelete_is_refused_when_the_grace_period_is_over_and_leaves_no_record()
    {
        using CaptureRig rig = await RigAsync();
        (BackupId first, _) = await TwoAsync(rig);
        await EndAsync(rig, first);
        rig.Time.Advance(Grace);

        var refusal = await Assert.ThrowsAsync<RefusedException>(() => rig.Get<BackupUndeletion>().TakeBackAsync(first, "alice", Cancellation));

        Assert.Contains("grace period", refusal.Message, StringComparison.Ordinal);
        Assert.Empty(await rig.NamesAsync(BlobNames.Undeletions));
        Assert.Equal(1, (await PruneAsync(rig)).ManifestsExpired);
        await Assert.ThrowsAsync<UsageException>(() => rig.Get<BackupUndeletion>().TakeBackAsync(first, "alice", Cancellation));
    }

    [Fact]
    public async Task An_end_that_was_taken_back_has_no_effect_when_it_is_written_again_and_a_new_end_has()
    {
        using CaptureRig rig = await RigAsync();
        (BackupId first, _) = await TwoAsync(rig);
        await EndAsync(rig, first);
        StoredBlob end = (await rig.Blobs.GetAsync(BlobNames.Retirement(first), 1 << 20, Cancellation))!;
        await rig.Get<BackupUndeletion>().TakeBackAsync(first, "alice", Cancellation);

        await rig.Blobs.PutAsync(BlobNames.Retirement(first), end.Content, PutCondition.Always, null, Cancellation);
        rig.Time.Advance(Grace * 2);
        Assert.Equal(0, (await PruneAsync(rig)).ManifestsExpired);
        Assert.False(await rig.Store.Ends.IsEndedAsync(first, Cancellation));

        await EndAsync(rig, first);
        Assert.True(await rig.Store.Ends.IsEndedAsync(first, Cancellation));
        await rig.Blobs.PutAsync(BlobNames.Retirement(first), end.Content, PutCondition.Always, null, Cancellation);
        Assert.False(await rig.Store.Ends.IsEndedAsync(first, Cancellation));
    }

    [Fact]
    public async Task An_undeletion_that_broke_off_keeps_the_backup_and_does_not_offer_it()
    {
        using CaptureRig rig = await RigAsync();
        (BackupId first, _) = await TwoAsync(rig);
        await EndAsync(rig, first);
        BackupEnd end = (await rig.Store.Ends.FindAsync(first, Cancellation))!;
        await rig.Store.PutDocumentAsync(
            BlobNames.Undeletion(first, end.Record.EndId), SealedType.Record, new Undeletion { Id = first, By = "alice", At = rig.Time.GetUtcNow() },
            StoreJson.Default.Undeletion, PutCondition.Always, null, Cancellation);
        rig.Time.Advance(Grace * 2);
        Assert.Equal(0, (await PruneAsync(rig)).ManifestsExpired);
        Assert.True(await rig.Store.Ends.IsEndedAsync(first, Cancellation));
    }

    [Fact]
    public async Task Grace_counts_from_the_later_of_the_files_time_and_the_records_time()
    {
        using CaptureRig rig = await RigAsync();
        (BackupId first, _) = await TwoAsync(rig);
        var record = new Retirement { Id = first, Reason = "test", By = "test", At = rig.Time.GetUtcNow() + TimeSpan.FromHours(10) };
        await rig.Store.PutDocumentAsync(BlobNames.Retirement(first), SealedType.Record, record, StoreJson.Default.Retirement, PutCondition.Always, null, Cancellation);
        rig.Time.Advance(Grace + TimeSpan.FromHours(9));
        Assert.Equal(0, (await PruneAsync(rig)).ManifestsExpired);
        rig.Time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(1, (await PruneAsync(rig)).ManifestsExpired);
    }

    internal static async Task EndAsync(CaptureRig rig, BackupId id, Func<Retirement, Retirement>? change = null)
    {
        var template = new Retirement { Id = id, Reason = "", By = "test", At = rig.Time.GetUtcNow() };
        RetirementReceipt ended = Assert.Single(await rig.Get<BackupRetirement>().EndAsync(
            "prod", [new RetentionVerdict(id, Keep: false, ["test"])], rig.Time.GetUtcNow(), change?.Invoke(template) ?? template, Cancellation));
        Assert.True(ended.Ended, ended.Why);
    }

    internal static async Task<PruneTotals> PruneAsync(CaptureRig rig, bool allowUnusual = false, PruneOptions? options = null)
    {
        RunId run = RunId.New(rig.Time);
        var pruner = options is null
            ? rig.Get<Pruner>()
            : new Pruner(rig.Get<RetentionRecords>(), rig.Get<RunFences>(), rig.Get<QdrantBackup.Damages.DamageRecords>(), options, rig.Time, NullLogger<Pruner>.Instance);
        PruneReceipt receipt = await pruner.StepAsync(new PruneRequest(run, allowUnusual, "test"), Cancellation);
        Assert.True(receipt.Done);
        await rig.Get<RunFences>().ReleaseAsync(run, Cancellation);
        return receipt.Totals;
    }

    internal static async Task<(BackupId First, BackupId Second)> TwoAsync(CaptureRig rig) => ((await rig.BackupAsync()).Id, (await rig.BackupAsync()).Id);

    internal static Task<CaptureRig> RigAsync()
    {
        var rig = new CaptureRig();
        rig.Node.Collections["docs"] = CaptureRig.Fixture("snapshots/hermes_vectors.snapshot");
        return Task.FromResult(rig);
    }

    private static byte[] Forged(CaptureRig rig, string forgery, BackupId id, BackupId other)
    {
        string name = BlobNames.Retirement(id).Value;
        switch (forgery)
        {
            case "junk":
                return [.. Enumerable.Repeat((byte)'x', 200)];
            case "empty":
                return [];
            case "of another backup":
                return rig.Store.Sealer.Seal(SealedType.Record, name, rig.Store.Sealer.Open(SealedType.Record, BlobNames.Retirement(other).Value, rig.SealedEnd(other)));
            case "copied from another name":
                return rig.SealedEnd(other);
            case "a newer format":
                return rig.Store.Sealer.Seal(SealedType.Record, name, "{\"format\":2}"u8);
            default:
                using (StoreKey key = StoreKey.Generate())
                using (var sealer = new Sealer(rig.Store.StoreId, key))
                {
                    return sealer.Seal(SealedType.Record, name, rig.Store.Sealer.Open(SealedType.Record, name, rig.SealedEnd(id)));
                }
        }
    }
}
