using Microsoft.Extensions.DependencyInjection;
using QdrantBackup.Capture;
using QdrantBackup.Damages;
using QdrantBackup.Parts;
using QdrantBackup.Restores;
using QdrantBackup.Runs;
using QdrantBackup.Storage;
using QdrantBackup.Stores;
using QdrantBackup.Tests.Capture;
using QdrantBackup.Tests.Verification;

namespace QdrantBackup.Tests.Replication;

/// <summary>Blobs that the first store has lost are read from the second, and copied back into the first.</summary>
public sealed class FallbackTests
{
    private static CancellationToken Cancellation => CaptureRig.Cancellation;

    [Theory]
    [InlineData("chunks/")]
    [InlineData("lists/")]
    [InlineData("manifests/")]
    public async Task A_restore_reads_missing_and_damaged_blobs_from_the_second_store_and_reports_it(string folder)
    {
        await using Pair pair = await Pair.StartAsync();
        CaptureRig rig = pair.Rig;
        byte[] before = rig.Node.Collections["docs"];
        BlobName[] blobs = [.. await rig.NamesAsync(folder)];
        await VerificationTests.FlipAsync(rig.Blobs, blobs[0].Value);
        await rig.Blobs.DeleteAsync(blobs[^1], null, Cancellation);
        RestorePlanOverview plan = await rig.Get<RestorePlanner>().PlanAsync(
            await rig.AskAsync(restore: new RestoreRequest { BackupId = pair.Backup.Id, Suffix = "-back" }), Cancellation);
        UploadReceipt receipt = await rig.Get<PartRestore>().UploadAsync(new RestoreStep(plan.RunId, 1), Cancellation);
        Assert.Equal(before, rig.Node.Collections["docs-back"]);
        Assert.Equal((blobs.Length == 1 ? 1 : 2, "memory:second"), (receipt.FromSecond, receipt.SecondLocation));

        // Noted from now on, so that the next backup uploads them again.
        int noted = (await new Checking(rig).Damage.LoadAsync(Cancellation)).Count;
        Assert.Equal(folder == "chunks/" ? 2 : 0, noted);
    }

    [Fact]
    public async Task A_restore_from_an_undamaged_store_does_not_read_the_second()
    {
        await using Pair pair = await Pair.StartAsync();
        pair.Second.IsAway = true;
        await pair.Rig.RestoreAsync(new RestoreRequest { BackupId = pair.Backup.Id, Suffix = "-back" });
        Assert.Equal(pair.Rig.Node.Collections["docs"], pair.Rig.Node.Collections["docs-back"]);
    }

    [Fact]
    public async Task A_chunk_that_is_damaged_in_both_stores_fails_the_restore_and_is_named()
    {
        await using Pair pair = await Pair.StartAsync();
        string chunk = (await pair.Rig.NamesAsync("chunks/"))[0].Value;
        await VerificationTests.FlipAsync(pair.Rig.Blobs, chunk);
        await VerificationTests.FlipAsync(pair.Copying.Second.Blobs, chunk);
        var failure = await Assert.ThrowsAsync<SealException>(() => pair.Rig.RestoreAsync(new RestoreRequest { BackupId = pair.Backup.Id, Suffix = "-back" }));
        Assert.Contains(chunk, failure.Message, StringComparison.Ordinal);
        Assert.Contains("second store", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("docs-back", pair.Rig.Node.Collections.Keys);
    }

    [Fact]
    public async Task A_damaged_chunk_while_the_second_store_is_away_fails_as_damage()
    {
        await using Pair pair = await Pair.StartAsync();
        await VerificationTests.FlipAsync(pair.Rig.Blobs, (await pair.Rig.NamesAsync("chunks/"))[0].Value);
        pair.Second.IsAway = true;
        var failure = await Assert.ThrowsAsync<SealException>(() => pair.Rig.RestoreAsync(new RestoreRequest { BackupId = pair.Backup.Id, Suffix = "-back" }));
        Assert.Contains("does not answer", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_first_store_that_stops_answering_during_an_upload_is_not_asked_again()
    {
        FaultyStore? first = null;
        await using Pair pair = await Pair.StartAsync(b => first = new FaultyStore(b));
        RestorePlanOverview plan = await pair.Rig.Get<RestorePlanner>().PlanAsync(
            await pair.Rig.AskAsync(restore: new RestoreRequest { BackupId = pair.Backup.Id, Suffix = "-back" }), Cancellation);
        RestorePlan stored = await pair.Rig.Get<RestorePlans>().ReadAsync(plan.RunId, Cancellation);
        Assert.NotNull(stored);
        var reads = new OtherCopy("second", _ => Task.FromResult(pair.Copying.Second)).NewReads();
        first!.IsAway = true;
        var reader = new PartReader(pair.Rig.Store, 2, reads);
        Manifest manifest = (await new ManifestDocuments(pair.Copying.Second).FindAsync(pair.Backup.Id, Cancellation))!.Value.Manifest;
        await reader.CheckListsAsync(manifest.Parts[0], Cancellation);
        Assert.True(reads.IsFirstAway);
    }

    [Theory]
    [InlineData("chunks/")]
    [InlineData("lists/")]
    [InlineData("manifests/")]
    public async Task A_verification_reports_whether_the_other_store_can_repair_and_a_repair_does(string folder)
    {
        await using Pair pair = await Pair.StartAsync();
        string blob = (await pair.Rig.NamesAsync(folder))[0].Value;
        byte[] good = (await pair.Rig.Blobs.GetAsync(new BlobName(blob), long.MaxValue, Cancellation))!.Content.ToArray();
        await VerificationTests.FlipAsync(pair.Rig.Blobs, blob);
        Checking checking = pair.Checking();
        Damage found = Assert.Single((await checking.VerifyAsync(pair.Backup.Id, VerifyLevel.Readable)).Damages);
        Assert.Equal((blob, true, false), (found.Blob, found.CanMend, found.IsMended));
        Assert.Equal([pair.Backup.Id], found.Backups);

        Damage mended = Assert.Single((await checking.VerifyAsync(pair.Backup.Id, VerifyLevel.Exists, repair: true)).Damages);
        Assert.True(mended.IsMended);
        Assert.Equal(good, (await pair.Rig.Blobs.GetAsync(new BlobName(blob), long.MaxValue, Cancellation))!.Content.ToArray());
        Assert.Null((await checking.Verified.FindAsync(pair.Backup.Id, Cancellation))!.Damage);
        Assert.Equal(0, (await checking.Damage.LoadAsync(Cancellation)).Count);
        Assert.Empty((await checking.VerifyAsync(pair.Backup.Id, VerifyLevel.Restorable)).Damages);
    }

    [Fact]
    public async Task A_blob_that_neither_store_has_whole_stays_damaged_and_is_reported()
    {
        await using Pair pair = await Pair.StartAsync();
        string chunk = (await pair.Rig.NamesAsync("chunks/"))[0].Value;
        await VerificationTests.FlipAsync(pair.Rig.Blobs, chunk);
        await VerificationTests.FlipAsync(pair.Copying.Second.Blobs, chunk);
        Damage found = Assert.Single((await pair.Checking().VerifyAsync(pair.Backup.Id, VerifyLevel.Readable, repair: true)).Damages);
        Assert.Equal((false, false), (found.IsMended, found.CanMend));
    }

    [Fact]
    public async Task A_missing_manifest_is_not_put_back_alone_but_with_all_blobs_it_needs()
    {
        await using Pair pair = await Pair.StartAsync();
        await pair.Rig.Blobs.DeleteAsync(BlobNames.Manifest(pair.Backup.Id), null, Cancellation);
        await Assert.ThrowsAsync<UsageException>(() => pair.Checking().VerifyAsync(pair.Backup.Id, VerifyLevel.Exists, repair: true));
        await pair.Copying.CopyAsync(new CopyRequest { BackupId = pair.Backup.Id, Back = true });
        Assert.Empty((await pair.Checking().VerifyAsync(pair.Backup.Id, VerifyLevel.Restorable)).Damages);
    }

    [Fact]
    public async Task The_second_store_is_verified_and_repaired_like_the_first()
    {
        await using Pair pair = await Pair.StartAsync();
        string chunk = (await pair.Rig.NamesAsync("chunks/"))[0].Value;
        await pair.Copying.Second.Blobs.DeleteAsync(new BlobName(chunk), null, Cancellation);
        var checking = new Checking(pair.Rig, pair.Copying.Second, pair.Rig.Store);
        Assert.True(Assert.Single((await checking.VerifyAsync(pair.Backup.Id, VerifyLevel.Exists)).Damages).CanMend);
        Assert.True(Assert.Single((await checking.VerifyAsync(pair.Backup.Id, VerifyLevel.Exists, repair: true)).Damages).IsMended);
        Assert.Empty((await checking.VerifyAsync(pair.Backup.Id, VerifyLevel.Readable)).Damages);
    }

    /// <summary>A rig with one backup and its copy.</summary>
    private sealed class Pair(CaptureRig rig, Copying copying, FaultyStore second, CommitReceipt backup) : IAsyncDisposable
    {
        public CaptureRig Rig => rig;

        public Copying Copying => copying;

        public FaultyStore Second => second;

        public CommitReceipt Backup => backup;

        public static async Task<Pair> StartAsync(Func<IBackupStore, IBackupStore>? wrap = null)
        {
            Copying? copying = null;
            FaultyStore? second = null;
            var other = new OtherCopy("memory:second", async cancellation =>
            {
                // Opening the store is what shows that it is away.
                await second!.FindAsync(BlobNames.Store, cancellation);
                return copying!.Second;
            });
            var rig = new CaptureRig(new FakeNode(), null, null, o => o with { RangeBytes = 400_000 }, wrap, services => services.AddSingleton(other));
            rig.Node.Collections["docs"] = CaptureRig.Fixture("snapshots/hermes_vectors.snapshot");
            CommitReceipt backup = await rig.BackupAsync();
            copying = await Copying.IntoMemoryAsync(rig, b => second = new FaultyStore(b));
            await copying.CopyAsync();
            return new Pair(rig, copying, second!, backup);
        }

        public Checking Checking() => new(rig, other: copying.Second);

        public ValueTask DisposeAsync()
        {
            rig.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
