using QdrantBackup.Catalog;
using QdrantBackup.Ids;
using QdrantBackup.Storage;
using QdrantBackup.Stores;
using QdrantBackup.Tests.Capture;
using QdrantBackup.Tests.Verification;
using QdrantBackup.Usage;

namespace QdrantBackup.Tests.Usage;

public sealed class StoreUsageTests
{
    private static CancellationToken Cancellation => CaptureRig.Cancellation;

    [Fact]
    public async Task Deleting_a_backup_would_free_the_bytes_that_only_it_needs()
    {
        using var rig = new CaptureRig();
        (BackupId first, BackupId second) = await VerificationTests.BackUpTwiceAsync(rig);
        UsageReport report = await Usage(rig).ReportAsync(fresh: false, Cancellation);
        HashSet<string> ofFirst = await VerificationTests.ChunksOfAsync(rig, first);
        HashSet<string> ofSecond = await VerificationTests.ChunksOfAsync(rig, second);
        Assert.Equal([second, first], report.Backups.Select(b => b.Id));
        Assert.Equal(await LengthAsync(rig, ofFirst.Except(ofSecond)) + await OwnAsync(rig, first), report.Backups[1].UniqueBytes);
        Assert.Equal(await LengthAsync(rig, ofSecond.Except(ofFirst)) + await OwnAsync(rig, second), report.Backups[0].UniqueBytes);
        Assert.All(report.Backups, b => Assert.Equal(LengthAsync(rig, ofFirst.Intersect(ofSecond)).Result, b.SharedBytes));
        Assert.Equal(await LengthAsync(rig, ofFirst.Union(ofSecond)), report.NeededBytes);
        Assert.Equal(report.ChunkBytes, report.NeededBytes);
        Assert.Equal(rig.Node.Collections.Values.Sum(c => c.Length), report.Backups[0].LogicalBytes);
    }

    [Fact]
    public async Task The_report_is_the_same_for_any_number_of_slices()
    {
        using var rig = new CaptureRig();
        await VerificationTests.BackUpTwiceAsync(rig);
        UsageReport whole = await Usage(rig).ReportAsync(fresh: true, Cancellation);
        UsageReport sliced = await Usage(rig, maxIds: 1).ReportAsync(fresh: true, Cancellation);
        Assert.Equal(whole.Backups, sliced.Backups);
        Assert.Equal(whole.Collections, sliced.Collections);
        Assert.Equal(whole.NeededBytes, sliced.NeededBytes);
    }

    [Fact]
    public async Task The_parts_of_the_collections_add_up_to_the_needed_bytes()
    {
        using var rig = new CaptureRig();
        await VerificationTests.BackUpTwiceAsync(rig);
        UsageReport report = await Usage(rig).ReportAsync(fresh: true, Cancellation);
        Assert.Equal(["docs", "late"], report.Collections.Select(c => c.Name));
        Assert.All(report.Collections, c => Assert.Equal((2, rig.Node.Collections[c.Name].LongLength), (c.Backups, c.LogicalBytes)));
        Assert.Equal(report.NeededBytes, report.Collections.Sum(c => c.StoredBytes));
    }

    [Fact]
    public async Task The_report_is_computed_once_until_a_backup_comes_or_goes()
    {
        RecordingStore? recording = null;
        using var rig = new CaptureRig(wrap: b => recording = new RecordingStore(b));
        (BackupId first, _) = await VerificationTests.BackUpTwiceAsync(rig);
        UsageReport report = await Usage(rig).ReportAsync(fresh: false, Cancellation);
        recording!.Steps.Clear();
        Assert.Equal(report.At, (await Usage(rig).ReportAsync(fresh: false, Cancellation)).At);
        Assert.DoesNotContain(recording.Steps, s => s.StartsWith("get lists/", StringComparison.Ordinal));

        rig.Time.Advance(TimeSpan.FromHours(1));
        await rig.RetireAsync(first);
        UsageReport later = await Usage(rig).ReportAsync(fresh: false, Cancellation);
        Assert.True(later.At > report.At);
        Assert.Equal([false, true], later.Backups.Select(b => b.Retired));
    }

    [Fact]
    public async Task Growth_counts_the_bytes_that_backups_after_the_first_put()
    {
        using var rig = new CaptureRig();
        rig.Node.Collections["docs"] = CaptureRig.Fixture("snapshots/hermes_vectors.snapshot");
        await rig.BackupAsync();
        long put = 0;
        for (int day = 0; day < 10; day++)
        {
            rig.Time.Advance(TimeSpan.FromDays(1));
            rig.Node.Collections["docs"] = CaptureRig.Fixture(day % 2 == 0 ? "snapshots/no-vectors.snapshot" : "snapshots/late-interaction.snapshot");
            put += (await rig.BackupAsync()).Totals.StoredBytes;
        }

        UsageReport report = await Usage(rig).ReportAsync(fresh: true, Cancellation);
        Assert.InRange(report.Growth.BytesPerDay, put / 11, put / 10);
        Assert.Equal(report.StoredBytes + (30 * report.Growth.BytesPerDay), report.Growth.In30Days);
    }

    [Fact]
    public async Task An_empty_store_holds_nothing_and_does_not_grow()
    {
        using var rig = new CaptureRig();
        UsageReport report = await Usage(rig).ReportAsync(fresh: false, Cancellation);
        Assert.Equal((0, 0, 0), (report.StoredBytes, report.Chunks, report.Growth.BytesPerDay));
    }

    private static StoreUsage Usage(CaptureRig rig, int maxIds = StoreUsage.DefaultMaxIds) => new(rig.Store, rig.Get<BackupCatalog>(), rig.Time, maxIds);

    private static async Task<long> LengthAsync(CaptureRig rig, IEnumerable<string> blobs)
    {
        long sum = 0;
        foreach (string blob in blobs)
        {
            sum += (await rig.Blobs.FindAsync(new BlobName(blob), Cancellation))!.Length;
        }

        return sum;
    }

    private static async Task<long> OwnAsync(CaptureRig rig, BackupId id) =>
        await LengthAsync(rig, (await rig.NamesAsync($"lists/{id}/")).Append(BlobNames.Manifest(id)).Select(n => n.Value));
}
