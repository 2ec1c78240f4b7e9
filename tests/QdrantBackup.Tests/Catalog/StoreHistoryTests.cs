using Microsoft.Extensions.Logging.Abstractions;
using QdrantBackup.Capture;
using QdrantBackup.Catalog;
using QdrantBackup.Ids;
using QdrantBackup.Parts;
using QdrantBackup.Restores;
using QdrantBackup.Runs;
using QdrantBackup.Sealing;
using QdrantBackup.Storage;
using QdrantBackup.Stores;
using QdrantBackup.Tests.Capture;
using QdrantBackup.Tests.Replication;

namespace QdrantBackup.Tests.Catalog;

/// <summary>A request for the newest backup is warned when the store lacks backups: they were deleted, replaced or rolled back.</summary>
public sealed class StoreHistoryTests : IDisposable
{
    private readonly CaptureRig _rig = new();
    private readonly List<SeenBackup> _made = [];

    private static CancellationToken Cancellation => CaptureRig.Cancellation;

    public void Dispose() => _rig.Dispose();

    [Fact]
    public async Task A_store_that_lost_nothing_has_no_gaps()
    {
        await MakeAsync(3);
        Assert.Empty(await GapsAsync(_made[2]));
        Assert.Empty(await GapsAsync(null));
        Assert.Empty(await GapsAsync(_made[0]));
    }

    [Fact]
    public async Task A_missing_manifest_that_a_later_one_names_is_a_gap_unless_its_end_is_recorded()
    {
        await MakeAsync(3);
        await _rig.Blobs.DeleteAsync(BlobNames.Manifest(_made[1].Id), null, Cancellation);
        HistoryGap gap = Assert.Single(await GapsAsync(null));
        Assert.Equal(_made[1].Id, gap.Id);
        Assert.Contains($"{_made[2].Id} names it", gap.Problem, StringComparison.Ordinal);

        await _rig.RetireAsync(_made[1].Id);
        Assert.Empty(await GapsAsync(null));
    }

    [Fact]
    public async Task When_the_newest_manifest_is_missing_only_the_app_remembers_it()
    {
        await MakeAsync(2);
        await _rig.Blobs.DeleteAsync(BlobNames.Manifest(_made[1].Id), null, Cancellation);
        Assert.Empty(await GapsAsync(null));
        Assert.Equal(_made[1].Id, Assert.Single(await GapsAsync(_made[1])).Id);
    }

    [Fact]
    public async Task A_backup_of_another_store_is_no_gap_in_this_one()
    {
        await MakeAsync(2);
        await _rig.Blobs.DeleteAsync(BlobNames.Manifest(_made[1].Id), null, Cancellation);
        Assert.Empty(await GapsAsync(_made[1] with { StoreId = StoreId.Generate().ToString() }));
    }

    [Fact]
    public async Task A_manifest_whose_content_changed_is_a_gap()
    {
        await MakeAsync(2);
        Assert.Contains("was replaced", Assert.Single(await GapsAsync(_made[1] with { ManifestHash = new string('0', 64) })).Problem, StringComparison.Ordinal);
        BlobName first = BlobNames.Manifest(_made[0].Id);
        Manifest manifest = await _rig.Get<BackupCatalog>().OpenAsync(_made[0].Id, Cancellation);
        await _rig.Store.PutDocumentAsync(first, SealedType.Manifest, manifest with { Description = "another" }, PartsJson.Default.Manifest, PutCondition.Always, null, Cancellation);
        Assert.Equal(_made[0].Id, Assert.Single(await GapsAsync(_made[1])).Id);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_record_of_an_end_that_does_not_open_hides_nothing(bool manifestIsThere)
    {
        await MakeAsync(2);
        await _rig.Blobs.PutAsync(BlobNames.Retirement(_made[1].Id), new byte[100], PutCondition.Always, null, Cancellation);
        if (!manifestIsThere)
        {
            await _rig.Blobs.DeleteAsync(BlobNames.Manifest(_made[1].Id), null, Cancellation);
        }

        HistoryGap gap = Assert.Single(await GapsAsync(_made[1]));
        Assert.Equal(_made[1].Id, gap.Id);
        Assert.Contains(manifestIsThere ? "does not count" : "has vanished", gap.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_manifest_is_a_gap()
    {
        await MakeAsync(2);
        await _rig.Blobs.PutAsync(BlobNames.Manifest(_made[1].Id), new byte[100], PutCondition.Always, null, Cancellation);
        Assert.Contains("damaged", Assert.Single(await GapsAsync(_made[1])).Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_restore_of_the_latest_reports_what_the_store_lacks_and_one_by_id_does_not_check(bool byId)
    {
        await MakeAsync(2);
        await _rig.Blobs.DeleteAsync(BlobNames.Manifest(_made[1].Id), null, Cancellation);
        var restore = new RestoreRequest { Suffix = "-back", Newest = _made[1], BackupId = byId ? _made[0].Id : null };

        RestorePlanOverview plan = await _rig.RestoreAsync(restore);

        Assert.Equal(_made[0].Id, plan.BackupId);
        Assert.Equal(!byId, plan.Warnings.Any(w => w.Contains($"{_made[1].Id} has vanished", StringComparison.Ordinal)));
        Assert.Equal(plan.Warnings, await _rig.Get<RestorePlanner>().FindWarningsAsync(plan.RunId, Cancellation));
    }

    [Fact]
    public async Task A_second_store_lacks_only_backups_that_were_copied_there()
    {
        await MakeAsync(3);
        Copying copying = await Copying.IntoMemoryAsync(_rig);
        await copying.CopyAsync(new CopyRequest { BackupId = _made[0].Id });
        await copying.CopyAsync(new CopyRequest { BackupId = _made[2].Id });
        var history = new StoreHistory(copying.Second, new BackupCatalog(copying.Second, NullLogger<BackupCatalog>.Instance), NullLogger<StoreHistory>.Instance);
        Assert.Empty(await history.FindGapsAsync("prod", _made[2], Cancellation));

        await copying.Second.Blobs.DeleteAsync(BlobNames.Manifest(_made[0].Id), null, Cancellation);
        Assert.Equal(_made[0].Id, Assert.Single(await history.FindGapsAsync("prod", _made[2], Cancellation)).Id);

        await MakeAsync(1);
        Assert.Contains(await history.FindGapsAsync("prod", _made[3], Cancellation), g => g.Problem.Contains("never copied", StringComparison.Ordinal));
    }

    private async Task MakeAsync(int count)
    {
        _rig.Node.Collections["docs"] = CaptureRig.Fixture("snapshots/empty.snapshot");
        for (int i = 0; i < count; i++)
        {
            CommitReceipt receipt = await _rig.BackupAsync();
            _made.Add(new SeenBackup(receipt.Id, receipt.ManifestHash, _rig.Store.StoreId.ToString()));
        }
    }

    private Task<IReadOnlyList<HistoryGap>> GapsAsync(SeenBackup? seen) => _rig.Get<StoreHistory>().FindGapsAsync("prod", seen, Cancellation);
}
