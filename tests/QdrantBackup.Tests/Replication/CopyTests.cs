using QdrantBackup.Capture;
using QdrantBackup.Catalog;
using QdrantBackup.Ids;
using QdrantBackup.Keys;
using QdrantBackup.Replication;
using QdrantBackup.Runs;
using QdrantBackup.Storage;
using QdrantBackup.Stores;
using QdrantBackup.Tests.Capture;
using QdrantBackup.Tests.Verification;

namespace QdrantBackup.Tests.Replication;

public sealed class CopyTests
{
    private static CancellationToken Cancellation => CaptureRig.Cancellation;

    [Fact]
    public async Task A_copy_killed_at_any_blob_leaves_no_backup_in_the_second_store_and_the_next_one_completes_it()
    {
        using CaptureRig rig = Rig();
        CommitReceipt backup = await rig.BackupAsync();
        for (int put = 1; ; put++)
        {
            FaultyStore? faulty = null;
            Copying copying = await Copying.IntoMemoryAsync(rig, b => faulty = new FaultyStore(b));
            faulty!.DiesAtPut = put;
            Exception? death = await Record.ExceptionAsync(() => copying.CopyAsync());
            faulty.Revive();
            bool isThere = await copying.Second.Blobs.FindAsync(BlobNames.Manifest(backup.Id), Cancellation) is not null;
            if (death is null)
            {
                Assert.True(isThere);
                Assert.True(put > backup.Totals.Chunks);
                return;
            }

            // Only blobs after the manifest may have been lost there.
            Assert.IsAssignableFrom<BackupException>(death);
            await copying.CopyAsync();
            await AssertWholeAsync(rig, copying, backup.Id);
        }
    }

    [Fact]
    public async Task The_manifest_is_copied_last_and_each_list_after_its_chunks()
    {
        using CaptureRig rig = Rig(o => o with { RangeBytes = 300_000 });
        await rig.BackupAsync();
        RecordingStore? recording = null;
        Copying copying = await Copying.IntoMemoryAsync(rig, b => recording = new RecordingStore(b));
        await copying.CopyAsync();
        string[] puts = [.. recording!.Steps.Where(s => s.StartsWith("put ", StringComparison.Ordinal)).Select(s => s[4..]).Where(s => !s.StartsWith("pins/", StringComparison.Ordinal))];
        Assert.StartsWith("copies/", puts[^1], StringComparison.Ordinal);
        Assert.StartsWith("manifests/", puts[^2], StringComparison.Ordinal);
        Assert.StartsWith("lists/", puts[^3], StringComparison.Ordinal);
        Assert.InRange(Array.IndexOf(puts, puts[^1]), 0, Array.FindIndex(puts, p => p.StartsWith("chunks/", StringComparison.Ordinal)) - 1);
        Assert.StartsWith("pins/", recording.Steps.Where(s => s.StartsWith("put ", StringComparison.Ordinal)).Select(s => s[4..]).First(s => !s.StartsWith("keys/", StringComparison.Ordinal) && s != "store.json"), StringComparison.Ordinal);
        Assert.Single(puts, p => p.StartsWith("manifests/", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_damaged_chunk_is_not_copied_over_a_good_one_and_the_copy_names_it(bool bySelf)
    {
        using CaptureRig rig = Rig();
        CommitReceipt backup = await rig.BackupAsync();
        Copying copying = await Copying.IntoMemoryAsync(rig, bySelf ? null : b => new FaultyStore(b));
        string chunk = (await VerificationTests.ChunksOfAsync(rig, backup.Id)).First();
        StoredBlob good = (await rig.Blobs.GetAsync(new BlobName(chunk), long.MaxValue, Cancellation))!;
        await copying.Second.Blobs.PutAsync(good.Entry.Name, good.Content, PutCondition.Always, null, Cancellation);
        await VerificationTests.FlipAsync(rig.Blobs, chunk);
        var failure = await Assert.ThrowsAsync<SealException>(() => copying.CopyAsync());
        Assert.Contains(chunk, failure.Message, StringComparison.Ordinal);
        Assert.Equal(good.Content.ToArray(), (await copying.Second.Blobs.GetAsync(good.Entry.Name, long.MaxValue, Cancellation))!.Content.ToArray());
        Assert.Null(await copying.Second.Blobs.FindAsync(BlobNames.Manifest(backup.Id), Cancellation));

        // The next backup uploads it again, and then both are copied.
        await rig.BackupAsync();
        await copying.CopyAsync();
        await AssertWholeAsync(rig, copying, backup.Id);
    }

    [Fact]
    public async Task A_chunk_that_exists_in_the_second_store_is_no_evidence_that_it_stays()
    {
        using CaptureRig rig = Rig();
        CommitReceipt backup = await rig.BackupAsync();
        FaultyStore? faulty = null;
        Copying copying = await Copying.IntoMemoryAsync(rig, b => faulty = new FaultyStore(b));
        string[] chunks = [.. await VerificationTests.ChunksOfAsync(rig, backup.Id)];
        foreach (string chunk in chunks)
        {
            StoredBlob blob = (await rig.Blobs.GetAsync(new BlobName(chunk), long.MaxValue, Cancellation))!;
            await copying.Second.Blobs.PutAsync(blob.Entry.Name, blob.Content, PutCondition.Always, null, Cancellation);
        }

        DateTimeOffset before = rig.Time.GetUtcNow();
        await copying.CopyAsync();
        foreach (string chunk in chunks)
        {
            Assert.True((await copying.Second.Blobs.FindAsync(new BlobName(chunk), Cancellation))!.Modified > before);
        }
    }

    [Fact]
    public async Task A_copy_in_many_steps_copies_every_chunk_once()
    {
        using CaptureRig rig = Rig(o => o with { TransferTime = TimeSpan.Zero, RangeBytes = 300_000 });
        CommitReceipt backup = await rig.BackupAsync();
        RecordingStore? recording = null;
        Copying copying = await Copying.IntoMemoryAsync(rig, b => recording = new RecordingStore(b));
        await copying.CopyAsync();
        Assert.True(copying.Receipts.Count(r => r.Next is not null) > 1);
        string[] puts = [.. recording!.Steps.Where(s => s.StartsWith("put chunks/", StringComparison.Ordinal))];
        Assert.Equal(puts.Length, puts.Distinct().Count());
        await AssertWholeAsync(rig, copying, backup.Id);
    }

    [Fact]
    public async Task A_copy_whose_pin_was_released_in_the_second_store_does_not_commit()
    {
        using CaptureRig rig = Rig();
        CommitReceipt backup = await rig.BackupAsync();
        Copying copying = await Copying.IntoMemoryAsync(rig);
        RunRequest request = await rig.AskAsync(RunKind.Copy, r => r with { Copy = new CopyRequest() });
        var (planner, parts, commit, ends) = copying.Open();
        await planner.PlanAsync(request, Cancellation);
        await parts.BeginAsync(request.RunId, backup.Id, Cancellation);
        await parts.CopyAsync(new CopyStep(request.RunId, backup.Id, 1), Cancellation);
        await ends.TargetPins.ReleaseAsync(request.RunId, Cancellation);
        await Assert.ThrowsAsync<RefusedException>(() => commit.CommitAsync(request.RunId, backup.Id, Cancellation));
        Assert.Null(await copying.Second.Blobs.FindAsync(BlobNames.Manifest(backup.Id), Cancellation));
    }

    [Fact]
    public async Task A_copy_taken_for_dead_while_it_sends_its_manifest_does_not_commit_and_the_next_one_does()
    {
        using CaptureRig rig = Rig();
        CommitReceipt backup = await rig.BackupAsync();
        FaultyStore? faulty = null;
        Copying copying = await Copying.IntoMemoryAsync(rig, b => faulty = new FaultyStore(b));
        string chunk = (await VerificationTests.ChunksOfAsync(rig, backup.Id)).First();
        faulty!.BeforePut = async name =>
        {
            if (name == BlobNames.Manifest(backup.Id))
            {
                faulty.BeforePut = _ => Task.CompletedTask;
                Assert.Equal(1, (await new RunFences(copying.Second, new RunPins(copying.Second)).EndSilentAsync(DateTimeOffset.MaxValue, Cancellation)).Ended);
                await copying.Second.Blobs.DeleteAsync(new BlobName(chunk), null, Cancellation);
            }
        };
        StoreException fenced = await Assert.ThrowsAsync<StoreConflictException>(() => copying.CopyAsync());
        Assert.Contains("taken for dead", fenced.Message, StringComparison.Ordinal);
        Assert.Empty(await copying.Open().Ends.TargetCatalog.ListAsync(new CatalogFilter(), Cancellation));
        await copying.CopyAsync();
        await AssertWholeAsync(rig, copying, backup.Id);
    }

    [Fact]
    public async Task Chunks_that_vanish_in_the_second_store_before_the_commit_are_copied_again()
    {
        using CaptureRig rig = Rig();
        CommitReceipt backup = await rig.BackupAsync();
        Copying copying = await Copying.IntoMemoryAsync(rig);
        RunRequest request = await rig.AskAsync(RunKind.Copy, r => r with { Copy = new CopyRequest() });
        var (planner, parts, commit, _) = copying.Open();
        await planner.PlanAsync(request, Cancellation);
        await parts.BeginAsync(request.RunId, backup.Id, Cancellation);
        await parts.CopyAsync(new CopyStep(request.RunId, backup.Id, 1), Cancellation);
        await copying.Second.Blobs.DeleteAsync(new BlobName((await VerificationTests.ChunksOfAsync(rig, backup.Id)).First()), null, Cancellation);
        await commit.CommitAsync(request.RunId, backup.Id, Cancellation);
        await AssertWholeAsync(rig, copying, backup.Id);
    }

    [Fact]
    public async Task A_recipient_that_the_second_store_lacks_is_reported()
    {
        using CaptureRig rig = Rig();
        Copying copying = await Copying.IntoMemoryAsync(rig);
        BlobName key = BlobNames.Key(rig.Store.KeyId, "key-file-late");
        await rig.Store.Blobs.PutAsync(key, rig.Store.Sealer.ProtectPlain(key.Value, "{}"u8), PutCondition.Always, null, Cancellation);
        await copying.CopyAsync();
        Assert.Contains(copying.Remarks, r => r.Contains("key-file-late", StringComparison.Ordinal));
    }

    [Fact]
    public async Task No_backup_is_made_into_a_second_store()
    {
        using CaptureRig rig = Rig();
        Copying copying = await Copying.IntoMemoryAsync(rig);
        using var replica = new CaptureRig(rig.Node, null, copying.Second);
        var failure = await Assert.ThrowsAsync<RefusedException>(() => replica.BackupAsync());
        Assert.Contains("a second store", failure.Message, StringComparison.Ordinal);
        RunRequest request = await replica.AskAsync();
        await Assert.ThrowsAsync<RefusedException>(() => replica.Get<BackupPlanner>().PreviewAsync(request, Cancellation));
        await Assert.ThrowsAsync<RefusedException>(() => replica.Get<BackupCommit>().CommitAsync(request.RunId, Cancellation));
        Assert.Null(await copying.Second.Blobs.FindAsync(BlobNames.Manifest(request.RunId.AsBackup()), Cancellation));
    }

    [Fact]
    public async Task A_store_that_another_tool_copied_is_no_second_store()
    {
        using CaptureRig rig = Rig();
        var twin = new InMemoryStore(rig.Time);
        BlobName store = BlobNames.Store;
        byte[] description = rig.Store.Sealer.ProtectPlain(store.Value, System.Text.Encoding.UTF8.GetBytes($$"""{"format":1,"storeId":"{{rig.Store.StoreId}}","created":"2026-01-01T00:00:00+00:00"}"""));
        await twin.PutAsync(store, description, PutCondition.Always, null, Cancellation);
        await Assert.ThrowsAsync<RefusedException>(() => ReplicaOpening.OpenAsync(rig.Store, twin, Cancellation));

        // Nor is a store that was declared a second store without the key.
        byte[] forged = [.. System.Text.Encoding.UTF8.GetBytes(System.Text.Encoding.UTF8.GetString(description).Replace("\"mac\"", "\"replica\":true,\"mac\"", StringComparison.Ordinal))];
        await twin.PutAsync(store, forged, PutCondition.Always, null, Cancellation);
        await Assert.ThrowsAsync<SealException>(() => ReplicaOpening.OpenAsync(rig.Store, twin, Cancellation));
    }

    internal static async Task AssertWholeAsync(CaptureRig rig, Copying copying, BackupId id) =>
        Assert.Empty((await new Checking(rig, copying.Second, rig.Store).RunAsync(new VerifyRequest { BackupId = id, Second = true })).Damages);

    internal static CaptureRig Rig(Func<CaptureOptions, CaptureOptions>? change = null)
    {
        var rig = new CaptureRig(change);
        rig.Node.Collections["docs"] = CaptureRig.Fixture("snapshots/late-interaction.snapshot");
        return rig;
    }
}
