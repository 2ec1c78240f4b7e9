using QdrantBackup.Capture;
using QdrantBackup.Manifests;
using QdrantBackup.Restores;
using QdrantBackup.Retention;
using QdrantBackup.Runs;
using QdrantBackup.Sealing;
using QdrantBackup.Storage;
using QdrantBackup.Tests.Capture;
using QdrantBackup.Tests.Verification;
using QdrantBackup.Verification;

namespace QdrantBackup.Tests.Retention;

/// <summary>Who may delete, what stays all the same, and what is removed by age only.</summary>
public sealed class RightsTests
{
    private static CancellationToken Cancellation => CaptureRig.Cancellation;

    [Fact]
    public async Task Backups_restores_verifications_holds_and_endings_need_no_right_to_delete()
    {
        using CaptureRig rig = Rig(s => new RestrictedStore(s, _ => false, mayDelete: false));
        CommitReceipt first = await rig.BackupAsync();
        CommitReceipt second = await rig.BackupAsync();
        RunId failed = await rig.CaptureAsync();
        await rig.Get<RunFences>().ReleaseAsync(failed, Cancellation);
        await rig.RestoreAsync(new RestoreRequest { BackupId = second.Id, Suffix = "-back" });
        Assert.Equal(0, (await new Checking(rig).VerifyAsync(second.Id, VerifyLevel.Readable)).Count);
        await rig.Get<BackupHolds>().PlaceAsync(first.Id, "audit", "alice", Cancellation);
        await rig.Get<BackupHolds>().ReleaseAsync(first.Id, "alice", Cancellation);
        var record = new Retirement { Id = first.Id, Reason = "", By = "test", At = rig.Time.GetUtcNow() };
        Assert.True(Assert.Single(await rig.Get<BackupRetirement>().EndAsync(
            "prod", [new RetentionVerdict(first.Id, Keep: false, ["test"])], rig.Time.GetUtcNow(), record, Cancellation)).Ended);
    }

    [Fact]
    public async Task Blobs_that_a_policy_keeps_are_skipped_and_reported()
    {
        using CaptureRig rig = Rig(s => new RestrictedStore(s, n => n.Value.StartsWith("chunks/", StringComparison.Ordinal), mayDelete: true));
        CommitReceipt old = await rig.BackupAsync();
        rig.Node.Collections["docs"] = CaptureRig.Fixture("snapshots/late-interaction.snapshot");
        await rig.BackupAsync();
        await rig.Store.PutDocumentAsync(
            BlobNames.Retirement(old.Id), SealedType.Record, new Retirement { Id = old.Id, Reason = "", By = "test", At = rig.Time.GetUtcNow() },
            StoreJson.Default.Retirement, PutCondition.Always, null, Cancellation);
        rig.Time.Advance(TimeSpan.FromDays(3));

        PruneTotals totals = (await rig.Get<Pruner>().StepAsync(new PruneRequest(RunId.New(rig.Time), false, "test"), Cancellation)).Totals;

        Assert.True(totals is { ChunksDeleted: 0, Immutable: > 20, ListsDeleted: 1 }, totals.ToString());
        Assert.Equal(10, totals.ImmutableBlobs.Count);
    }

    [Fact]
    public async Task An_unusual_share_of_chunks_stops_the_pruner_unless_it_is_allowed_or_follows_from_what_somebody_confirmed()
    {
        foreach ((bool allowed, bool confirmed) in new[] { (false, false), (true, false), (false, true) })
        {
            using CaptureRig rig = Rig();
            CommitReceipt old = await rig.BackupAsync();
            for (int i = 0; i < UnusualDeletion.MostUsualChunks + 1; i++)
            {
                byte[] id = new byte[ChunkId.Length];
                BitConverter.TryWriteBytes(id, i + 1);
                await rig.Blobs.PutAsync(BlobNames.Chunk(new ChunkId(id)), new byte[100], PutCondition.Always, null, Cancellation);
            }

            await rig.BackupAsync();
            await rig.Store.PutDocumentAsync(
                BlobNames.Retirement(old.Id), SealedType.Record, new Retirement { Id = old.Id, Reason = "", By = "test", At = rig.Time.GetUtcNow(), Confirmed = confirmed },
                StoreJson.Default.Retirement, PutCondition.Always, null, Cancellation);
            rig.Time.Advance(TimeSpan.FromDays(3));
            Task<PruneReceipt> prune = rig.Get<Pruner>().StepAsync(new PruneRequest(RunId.New(rig.Time), allowed, "test"), Cancellation);
            if (allowed || confirmed)
            {
                Assert.Equal(UnusualDeletion.MostUsualChunks + 1, (await prune).Totals.ChunksDeleted);
            }
            else
            {
                Assert.Contains("more than 30 %", (await Assert.ThrowsAsync<RefusedException>(() => prune)).Message, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public async Task Old_records_and_pins_go_by_age_and_a_run_without_a_pin_can_never_commit()
    {
        using CaptureRig rig = Rig();
        RunId failed = await rig.CaptureAsync();
        await rig.Get<RunPins>().ReleaseAsync(failed, Cancellation);
        rig.Time.Advance(new PruneOptions().KeepRecords - TimeSpan.FromDays(1));
        CommitReceipt good = await rig.BackupAsync();
        Assert.Equal(new CleanupReceipt(true, 0, 0, 0, 0), await CleanAsync(rig));

        rig.Time.Advance(TimeSpan.FromDays(40));
        CleanupReceipt receipt = await CleanAsync(rig);

        Assert.True(receipt is { Done: true, Records: > 2, Pins: 1 }, receipt.ToString());
        Assert.Empty(await rig.NamesAsync(BlobNames.RunFolder(failed)));
        Assert.NotEmpty(await rig.NamesAsync(BlobNames.RunFolder(good.Id.AsRun())));
        Assert.Equal([BlobNames.Manifest(failed.AsBackup()), BlobNames.Manifest(good.Id)], await rig.NamesAsync(BlobNames.Manifests));
        await rig.Get<RunPins>().WriteAsync(failed, RunKind.Backup, [], Cancellation);
        await Assert.ThrowsAnyAsync<BackupException>(() => rig.Get<BackupCommit>().CommitAsync(failed, Cancellation));
    }

    private static Task<CleanupReceipt> CleanAsync(CaptureRig rig) => rig.Get<RecordCleanup>().StepAsync(rig.Time.GetUtcNow(), Cancellation);

    private static CaptureRig Rig(Func<IBackupStore, IBackupStore>? wrap = null)
    {
        var rig = new CaptureRig(wrap: wrap);
        rig.Node.Collections["docs"] = CaptureRig.Fixture("snapshots/hermes_vectors.snapshot");
        return rig;
    }
}
