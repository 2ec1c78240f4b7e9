using QdrantBackup.Capture;
using QdrantBackup.Catalog;
using QdrantBackup.Storage;
using QdrantBackup.Stores;
using QdrantBackup.Tests.Capture;

namespace QdrantBackup.Tests.Catalog;

public sealed class BackupCatalogTests
{
    private static readonly CatalogFilter All = new();
    private static readonly BackupWanted Prod = new() { Cluster = "prod" };

    private static CancellationToken Cancellation => CaptureRig.Cancellation;

    [Fact]
    public async Task A_listing_reads_summaries_only_and_falls_back_to_the_manifest()
    {
        RecordingStore? recording = null;
        using var rig = new CaptureRig(wrap: s => recording = new RecordingStore(s));
        (CommitReceipt first, CommitReceipt second) = await TwoAsync(rig);
        recording!.Steps.Clear();
        IReadOnlyList<CatalogEntry> entries = await ListAsync(rig);
        Assert.Equal([second.Id, first.Id], entries.Select(e => e.Id));
        Assert.Empty(recording.Steps);
        StoredBlob blob = (await rig.Blobs.GetAsync(BlobNames.Manifest(first.Id), long.MaxValue, Cancellation))!;
        await rig.Blobs.PutAsync(blob.Entry.Name, blob.Content, PutCondition.Always, null, Cancellation);
        CatalogEntry fallback = (await ListAsync(rig))[1];
        Assert.Equal(entries[1].Summary!.ManifestHash, fallback.Summary!.ManifestHash);
        Assert.Equal(["get " + BlobNames.Manifest(first.Id)], recording.Steps);
    }

    [Fact]
    public async Task Further_pages_come_from_the_first_pages_listing_for_a_minute()
    {
        using var rig = new CaptureRig();
        (CommitReceipt first, CommitReceipt second) = await TwoAsync(rig);
        var catalog = rig.Get<BackupCatalog>();
        IReadOnlyList<CatalogEntry> page = await catalog.ListAsync(All, Cancellation);
        await rig.Blobs.DeleteAsync(BlobNames.Manifest(second.Id), null, Cancellation);
        Assert.Same(page, await catalog.ListOnAsync(All, Cancellation));
        Assert.Equal([first.Id], (await catalog.ListOnAsync(All with { Cluster = "prod" }, Cancellation)).Select(e => e.Id));

        page = await catalog.ListAsync(All, Cancellation);
        rig.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Same(page, await catalog.ListOnAsync(All, Cancellation));
        rig.Time.Advance(TimeSpan.FromTicks(1));
        Assert.NotSame(page, await catalog.ListOnAsync(All, Cancellation));
    }

    [Fact]
    public async Task A_damaged_backup_is_shown_as_damaged_and_is_not_offered()
    {
        using var rig = new CaptureRig();
        (CommitReceipt first, CommitReceipt second) = await TwoAsync(rig);
        await rig.Blobs.PutAsync(BlobNames.Manifest(second.Id), new byte[100], PutCondition.Always, null, Cancellation);
        CatalogEntry damaged = (await ListAsync(rig))[0];
        Assert.Null(damaged.Summary);
        Assert.Contains(second.Id.Value, damaged.Damage, StringComparison.Ordinal);
        Assert.Equal(first.Id, (await rig.Get<BackupCatalog>().LatestAsync("prod", Cancellation)).Id);
    }

    [Fact]
    public async Task A_day_without_backup_names_its_neighbours_and_an_ended_one_is_not_offered()
    {
        using var rig = new CaptureRig();
        (CommitReceipt first, CommitReceipt second) = await TwoAsync(rig);
        var catalog = rig.Get<BackupCatalog>();
        DateOnly day = DateOnly.FromDateTime(first.Id.Began.UtcDateTime);
        Assert.Equal(first.Id, (await catalog.ChooseAsync(Prod with { Day = day }, Cancellation)).Id);
        var failure = await Assert.ThrowsAsync<UsageException>(() => catalog.ChooseAsync(Prod with { Day = day.AddDays(1) }, Cancellation));
        Assert.Contains(first.Id.Value, failure.Hint, StringComparison.Ordinal);
        Assert.Contains(second.Id.Value, failure.Hint, StringComparison.Ordinal);
        Assert.Equal(first.Id, (await catalog.ChooseAsync(Prod with { AtOrBefore = second.Id.Began.AddSeconds(-1) }, Cancellation)).Id);
        await rig.RetireAsync(second.Id);
        Assert.Equal(first.Id, (await catalog.LatestAsync("prod", Cancellation)).Id);
        await Assert.ThrowsAsync<UsageException>(() => catalog.LatestAsync("other", Cancellation));
    }

    private static async Task<(CommitReceipt First, CommitReceipt Second)> TwoAsync(CaptureRig rig)
    {
        rig.Node.Collections["docs"] = CaptureRig.Fixture("snapshots/empty.snapshot");
        CommitReceipt first = await rig.BackupAsync();
        rig.Time.Advance(TimeSpan.FromDays(2));
        return (first, await rig.BackupAsync());
    }

    private static Task<IReadOnlyList<CatalogEntry>> ListAsync(CaptureRig rig) =>
        rig.Get<BackupCatalog>().ListAsync(new CatalogFilter { Cluster = "prod", Collection = "docs" }, Cancellation);
}
