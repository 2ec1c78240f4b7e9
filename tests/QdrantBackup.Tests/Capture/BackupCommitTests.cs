using QdrantBackup.Capture;
using QdrantBackup.Ids;
using QdrantBackup.Parts;
using QdrantBackup.Runs;
using QdrantBackup.Sealing;
using QdrantBackup.Storage;
using QdrantBackup.Stores;

namespace QdrantBackup.Tests.Capture;

public sealed class BackupCommitTests
{
    private static CancellationToken Cancellation => CaptureRig.Cancellation;

    [Fact]
    public async Task A_missing_chunk_keeps_the_manifest_from_being_written()
    {
        using CaptureRig rig = Rig();
        RunId runId = await rig.CaptureAsync();
        BlobName chunk = (await rig.NamesAsync("chunks/"))[0];
        await rig.Blobs.DeleteAsync(chunk, null, Cancellation);
        var failure = await Assert.ThrowsAsync<StoreException>(() => rig.Get<BackupCommit>().CommitAsync(runId, Cancellation));
        Assert.Contains(chunk.Value, failure.Message, StringComparison.Ordinal);
        Assert.Empty(await rig.NamesAsync("manifests/"));
    }

    [Fact]
    public async Task A_cut_chunk_keeps_the_manifest_from_being_written()
    {
        using CaptureRig rig = Rig();
        RunId runId = await rig.CaptureAsync();
        BlobName chunk = (await rig.NamesAsync("chunks/"))[0];
        StoredBlob blob = (await rig.Blobs.GetAsync(chunk, long.MaxValue, Cancellation))!;
        await rig.Blobs.PutAsync(chunk, blob.Content[..^1], PutCondition.Always, null, Cancellation);
        await Assert.ThrowsAsync<StoreException>(() => rig.Get<BackupCommit>().CommitAsync(runId, Cancellation));
        Assert.Empty(await rig.NamesAsync("manifests/"));
    }

    [Fact]
    public async Task Committing_twice_is_one_backup_and_one_receipt()
    {
        using CaptureRig rig = Rig();
        RunId runId = await rig.CaptureAsync();
        CommitReceipt first = await rig.Get<BackupCommit>().CommitAsync(runId, Cancellation);
        rig.Time.Advance(TimeSpan.FromHours(1));
        CommitReceipt second = await rig.Get<BackupCommit>().CommitAsync(runId, Cancellation);
        Assert.Equal(first.ManifestHash, second.ManifestHash);
        Assert.Single(await rig.NamesAsync("manifests/"));
    }

    [Fact]
    public async Task A_run_with_a_marker_cannot_commit()
    {
        using CaptureRig rig = Rig();
        RunId runId = await rig.CaptureAsync();
        var marker = new Manifest
        {
            Format = 1, Id = runId.AsBackup(), Aborted = true, AppVersion = "0", Cluster = new ManifestCluster("prod", []),
            Started = rig.Time.GetUtcNow(), Finished = rig.Time.GetUtcNow(), State = BackupState.Partial, Collections = [], Parts = [], Totals = CaptureTotals.None,
        };
        await rig.Store.PutDocumentAsync(
            BlobNames.Manifest(runId.AsBackup()), SealedType.Manifest, marker, PartsJson.Default.Manifest, PutCondition.Always, null, Cancellation);
        var failure = await Assert.ThrowsAsync<StoreConflictException>(() => rig.Get<BackupCommit>().CommitAsync(runId, Cancellation));
        Assert.Contains("the marker of a dead run", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_whose_pin_is_released_cannot_commit_but_may_repeat_a_commit()
    {
        using CaptureRig rig = Rig();
        RunId dead = await rig.CaptureAsync();
        await rig.Get<RunPins>().ReleaseAsync(dead, Cancellation);
        await Assert.ThrowsAsync<RefusedException>(() => rig.Get<BackupCommit>().CommitAsync(dead, Cancellation));
        Assert.Empty(await rig.NamesAsync("manifests/"));
        CommitReceipt committed = await rig.BackupAsync();
        Assert.Equal(committed.ManifestHash, (await rig.Get<BackupCommit>().CommitAsync(committed.Id.AsRun(), Cancellation)).ManifestHash);
    }

    [Fact]
    public async Task A_run_whose_pin_is_released_while_its_chunks_are_checked_cannot_commit()
    {
        RecordingStore? recording = null;
        using CaptureRig rig = Rig(s => recording = new RecordingStore(s));
        RunId runId = await rig.CaptureAsync();
        recording!.Steps.Clear();
        await rig.Get<BackupCommit>().CommitAsync(runId, Cancellation);
        List<string> steps = recording.Steps;
        int checkedAt = steps.FindLastIndex(s => s.StartsWith($"get lists/{runId}/", StringComparison.Ordinal));
        int renewed = steps.LastIndexOf($"put {BlobNames.Pin(runId)}");
        Assert.InRange(renewed, checkedAt + 1, steps.IndexOf($"put {BlobNames.Manifest(runId.AsBackup())}") - 1);
    }

    [Fact]
    public async Task A_failed_part_is_named_and_a_backup_without_any_part_fails()
    {
        using CaptureRig rig = Rig();
        RunRequest request = await rig.AskAsync();
        await rig.Get<BackupPlanner>().PlanAsync(request, Cancellation);
        await rig.Get<PartResults>().RecordFailedAsync(new PartFailed(request.RunId, 1, "the disk was full", "make room"), Cancellation);
        var failure = await Assert.ThrowsAsync<SourceException>(() => rig.Get<BackupCommit>().CommitAsync(request.RunId, Cancellation));
        Assert.Contains("the disk was full", failure.Message, StringComparison.Ordinal);
        Assert.Equal("make room", failure.Hint);
    }

    [Fact]
    public async Task A_manifest_names_the_earlier_ones_with_their_hashes()
    {
        using CaptureRig rig = Rig();
        CommitReceipt first = await rig.BackupAsync();
        CommitReceipt second = await rig.BackupAsync();
        Manifest manifest = await rig.Get<QdrantBackup.Catalog.BackupCatalog>().OpenAsync(second.Id, Cancellation);
        Assert.Equal([new EarlierManifest(first.Id, first.ManifestHash)], manifest.Earlier);
    }

    [Fact]
    public async Task A_base_is_pinned_before_it_is_read_again_and_its_chunks_are_not_uploaded_again()
    {
        RecordingStore? recording = null;
        using CaptureRig rig = Rig(s => recording = new RecordingStore(s));
        CommitReceipt first = await rig.BackupAsync();
        recording!.Steps.Clear();
        CommitReceipt second = await rig.BackupAsync();
        List<string> steps = recording.Steps;
        int pinned = steps.IndexOf($"put {BlobNames.Pin(second.Id.AsRun())}");
        int readAgain = steps.LastIndexOf($"get {BlobNames.Manifest(first.Id)}");
        int list = steps.FindIndex(s => s.StartsWith($"get lists/{first.Id}/", StringComparison.Ordinal));
        Assert.InRange(pinned, 0, readAgain);
        Assert.InRange(readAgain, pinned, list);
        Assert.DoesNotContain(steps, s => s.StartsWith("put chunks/", StringComparison.Ordinal));
        Assert.Equal(0, second.Totals.NewChunks);
    }

    [Fact]
    public async Task A_chunk_that_exists_but_is_in_no_base_is_uploaded_again()
    {
        RecordingStore? recording = null;
        using CaptureRig rig = Rig(s => recording = new RecordingStore(s));
        CommitReceipt first = await rig.BackupAsync();
        await rig.Blobs.DeleteAsync(BlobNames.Manifest(first.Id), null, Cancellation);
        recording!.Steps.Clear();
        CommitReceipt second = await rig.BackupAsync();
        Assert.Equal(first.Totals.NewChunks, second.Totals.NewChunks);
        Assert.Contains(recording.Steps, s => s.StartsWith("put chunks/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Only_the_missing_chunk_of_a_base_is_uploaded_again()
    {
        using CaptureRig rig = Rig();
        CommitReceipt first = await rig.BackupAsync();
        BlobName chunk = (await rig.NamesAsync("chunks/"))[0];
        await rig.Blobs.DeleteAsync(chunk, null, Cancellation);
        CommitReceipt second = await rig.BackupAsync();
        Assert.True(first.Totals.NewChunks > 1);
        Assert.Equal(1, second.Totals.NewChunks);
        Assert.Contains(chunk, await rig.NamesAsync("chunks/"));
    }

    private static CaptureRig Rig(Func<IBackupStore, IBackupStore>? wrap = null)
    {
        var rig = new CaptureRig(wrap: wrap);
        rig.Node.Collections["docs"] = CaptureRig.Fixture("snapshots/hermes_vectors.snapshot");
        return rig;
    }
}
