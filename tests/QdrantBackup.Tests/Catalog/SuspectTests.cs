using QdrantBackup.Capture;
using QdrantBackup.Catalog;
using QdrantBackup.Ids;
using QdrantBackup.Parts;
using QdrantBackup.Retention;
using QdrantBackup.Runs;
using QdrantBackup.Sealing;
using QdrantBackup.Storage;
using QdrantBackup.Stores;
using QdrantBackup.Tests.Capture;
using QdrantBackup.Tests.Replication;

namespace QdrantBackup.Tests.Catalog;

/// <summary>The wrong server: an unmounted volume, or a configuration that was copied.</summary>
public sealed class SuspectTests : IDisposable
{
    private readonly CaptureRig _rig = new();

    private static CancellationToken Cancellation => CaptureRig.Cancellation;

    [Fact]
    public async Task A_server_without_collections_is_not_backed_up_unless_that_is_allowed()
    {
        var failure = await Assert.ThrowsAsync<SourceException>(() => _rig.BackupAsync());
        Assert.Contains("no collections", failure.Message, StringComparison.Ordinal);
        Assert.Contains("--allow-empty", failure.Hint, StringComparison.Ordinal);
        Assert.Empty(await _rig.NamesAsync(BlobNames.Manifests));
        await Assert.ThrowsAsync<SourceException>(async () => await _rig.Get<BackupPlanner>().PreviewAsync(await _rig.AskAsync(), Cancellation));

        CommitReceipt empty = await _rig.BackupAsync(new BackupRequest { AllowEmpty = true });
        Assert.Equal((BackupState.Complete, "it holds no collection"), (empty.State, empty.Suspect));
    }

    [Theory]
    [InlineData("nothing-*", "")]
    [InlineData("", "*")]
    public async Task A_selection_that_matches_no_collection_is_not_backed_up_either(string collections, string exclude)
    {
        _rig.Node.Collections["docs"] = CaptureRig.Fixture("snapshots/empty.snapshot");
        var request = new BackupRequest { Collections = [.. new[] { collections }.Where(c => c.Length > 0)], Exclude = [.. new[] { exclude }.Where(c => c.Length > 0)] };

        var failure = await Assert.ThrowsAsync<SourceException>(() => _rig.BackupAsync(request));
        Assert.Contains("no collection of Qdrant fits", failure.Message, StringComparison.Ordinal);
        Assert.NotNull((await _rig.BackupAsync(request with { AllowEmpty = true })).Suspect);
    }

    [Fact]
    public async Task A_backup_that_shares_no_collection_with_the_last_whole_one_counts_for_nothing_until_a_person_confirms_it()
    {
        BackupId good = await BackUpAsync("docs", "users");
        BackupId wrong = await BackUpAsync("other");
        BackupId again = await BackUpAsync("other");

        Assert.Null(await SuspicionAsync(good));
        Assert.Equal($"it shares no collection with {good}, the last whole backup", await SuspicionAsync(wrong));
        Assert.Equal($"it shares no collection with {good}, the last whole backup", await SuspicionAsync(again));
        Assert.Equal(good, await LatestAsync());
        Assert.Equal([true, true, true], (await JudgeAsync()).Select(v => v.Keep));
        Assert.Contains("newest complete backup", (await JudgeAsync()).Single(v => v.Id == good).Reasons);
        var refusal = await Assert.ThrowsAsync<RefusedException>(() => LatestAsync("other"));
        Assert.Contains("qdrant-backup confirm", refusal.Hint, StringComparison.Ordinal);

        Confirmation confirmed = await Confirmations.ConfirmAsync(again, "alice", Cancellation);
        Assert.Equal(again, await LatestAsync());
        Assert.Equal(again, await LatestAsync("other"));
        Assert.Null(await SuspicionAsync(await BackUpAsync("other")));
        Assert.Equal(confirmed, await Confirmations.ConfirmAsync(again, "bob", Cancellation));
    }

    [Fact]
    public async Task A_confirmation_belongs_to_one_manifest_and_cannot_be_moved_or_made_without_the_key()
    {
        await BackUpAsync("docs");
        BackupId wrong = await BackUpAsync("other");
        BackupId again = await BackUpAsync("other");
        BackupId good = await LatestAsync();
        await Confirmations.ConfirmAsync(wrong, "alice", Cancellation);
        StoredBlob record = (await _rig.Blobs.GetAsync(BlobNames.Confirmed(wrong), long.MaxValue, Cancellation))!;
        await _rig.Blobs.DeleteAsync(BlobNames.Confirmed(wrong), null, Cancellation);

        foreach (ReadOnlyMemory<byte> forged in (ReadOnlyMemory<byte>[])[record.Content, new byte[100]])
        {
            await _rig.Blobs.PutAsync(BlobNames.Confirmed(again), forged, PutCondition.Always, null, Cancellation);
            Assert.Equal(good, await LatestAsync());
        }

        await _rig.Store.PutDocumentAsync(
            BlobNames.Confirmed(again), SealedType.Record, new Confirmation { Id = again, ManifestHash = new string('0', 64), By = "", At = default },
            CatalogJson.Default.Confirmation, PutCondition.Always, null, Cancellation);
        Assert.Equal(good, await LatestAsync());
        await Confirmations.ConfirmAsync(again, "alice", Cancellation);
        Assert.Equal(again, await LatestAsync());
    }

    [Fact]
    public async Task Only_a_suspect_backup_that_has_not_ended_can_be_confirmed()
    {
        BackupId good = await BackUpAsync("docs");
        BackupId wrong = await BackUpAsync("other");
        await Assert.ThrowsAsync<RefusedException>(() => Confirmations.ConfirmAsync(good, "alice", Cancellation));
        await Assert.ThrowsAsync<UsageException>(() => Confirmations.ConfirmAsync(BackupId.New(_rig.Time), "alice", Cancellation));
        await _rig.Get<BackupRetirement>().EndAsync(
            "prod", [new RetentionVerdict(wrong, Keep: false, ["test"])], _rig.Time.GetUtcNow(), new Retirement { Id = wrong, Reason = "", By = "test", At = default }, Cancellation);
        await Assert.ThrowsAsync<RefusedException>(() => Confirmations.ConfirmAsync(wrong, "alice", Cancellation));
        Assert.Empty(await _rig.NamesAsync(BlobNames.ConfirmedBackups));
    }

    [Fact]
    public async Task A_selection_of_a_new_collection_is_not_suspect_nor_is_a_backup_after_a_confirmed_empty_one()
    {
        await BackUpAsync("docs");
        _rig.Node.Collections["young"] = CaptureRig.Fixture("snapshots/empty.snapshot");
        Assert.Null((await _rig.BackupAsync(new BackupRequest { Collections = ["young"] })).Suspect);

        _rig.Node.Collections.Clear();
        await Confirmations.ConfirmAsync((await _rig.BackupAsync(new BackupRequest { AllowEmpty = true })).Id, "alice", Cancellation);
        Assert.Null(await SuspicionAsync(await BackUpAsync("other")));
    }

    [Fact]
    public async Task A_confirmation_is_copied_to_the_second_store_and_removed_with_its_backup()
    {
        await BackUpAsync("docs");
        BackupId wrong = await BackUpAsync("other");
        await Confirmations.ConfirmAsync(wrong, "alice", Cancellation);
        Copying copying = await Copying.IntoMemoryAsync(_rig);
        await copying.CopyAsync();

        Assert.Equal(wrong, (await copying.Open().Ends.TargetCatalog.LatestAsync("prod", Cancellation)).Id);
    }

    public void Dispose() => _rig.Dispose();

    private BackupCatalog Catalog => _rig.Get<BackupCatalog>();

    private Confirmations Confirmations => new(_rig.Store, Catalog, _rig.Time);

    private async Task<BackupId> BackUpAsync(params string[] onServer)
    {
        _rig.Node.Collections.Clear();
        foreach (string name in onServer)
        {
            _rig.Node.Collections[name] = CaptureRig.Fixture("snapshots/empty.snapshot");
        }

        return (await _rig.BackupAsync()).Id;
    }

    private async Task<string?> SuspicionAsync(BackupId id)
    {
        string? ofManifest = (await Catalog.OpenAsync(id, Cancellation)).Suspect;
        Assert.Equal(ofManifest, (await Catalog.ListAsync(new CatalogFilter(), Cancellation)).Single(e => e.Id == id).Summary!.Suspect);
        return ofManifest;
    }

    private async Task<BackupId> LatestAsync(params string[] collections) =>
        (await Catalog.ChooseAsync(new BackupWanted { Cluster = "prod", Collections = collections }, Cancellation)).Id;

    private async Task<IReadOnlyList<RetentionVerdict>> JudgeAsync()
    {
        var planner = new RetentionPlanner(_rig.Get<RetentionRecords>(), CaptureRig.Policy with { KeepLast = 5 }, new PruneOptions());
        return [.. (await planner.PreviewAsync("prod", now: null, Cancellation)).Backups.Select(b => b.Verdict)];
    }
}
