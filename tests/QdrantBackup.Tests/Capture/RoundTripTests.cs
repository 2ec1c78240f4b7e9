using QdrantBackup.Capture;
using QdrantBackup.Clusters;
using QdrantBackup.Damages;
using QdrantBackup.Ids;
using QdrantBackup.Parts;
using QdrantBackup.Runs;
using QdrantBackup.Sealing;
using QdrantBackup.Storage;
using QdrantBackup.Tests.Verification;

namespace QdrantBackup.Tests.Capture;

public sealed class RoundTripTests
{
    private static CancellationToken Cancellation => CaptureRig.Cancellation;

    [Theory]
    [InlineData("empty")]
    [InlineData("hermes_vectors")]
    [InlineData("late-interaction")]
    [InlineData("mixtral_vectors")]
    [InlineData("no-vectors")]
    [InlineData("yi34b_vectors")]
    public async Task A_real_snapshot_comes_back_byte_for_byte(string name)
    {
        using var rig = new CaptureRig();
        rig.Node.Collections[name] = CaptureRig.Fixture($"snapshots/{name}.snapshot");
        CommitReceipt backup = await rig.BackupAsync();
        await rig.RestoreAsync(new RestoreRequest { Suffix = "-back" });
        Assert.Equal(rig.Node.Collections[name], rig.Node.Collections[name + "-back"]);
        Assert.Equal(BackupState.Complete, backup.State);
        Assert.Equal(0, backup.OwedProofs);
        Assert.Empty(rig.Node.SnapshotNames);
    }

    [Fact]
    public async Task Without_compression_every_chunk_is_stored_as_it_is_and_comes_back()
    {
        using var rig = new CaptureRig(options => options with { Compression = ChunkCompression.None });
        rig.Node.Collections["docs"] = CaptureRig.Fixture("snapshots/mixtral_vectors.snapshot");
        await rig.BackupAsync();
        var compressions = new List<byte>();
        await foreach (BlobEntry chunk in rig.Blobs.ListAsync("chunks/", Cancellation))
        {
            compressions.Add((await rig.Blobs.GetAsync(chunk.Name, 1 << 24, Cancellation))!.Content.Span[5]);
        }

        Assert.NotEmpty(compressions);
        Assert.All(compressions, compression => Assert.Equal(0, compression));
        await rig.RestoreAsync(new RestoreRequest { Latest = true, Suffix = "-back" });
        Assert.Equal(rig.Node.Collections["docs"], rig.Node.Collections["docs-back"]);
    }

    [Fact]
    public async Task An_excepted_collection_is_not_compressed_and_the_others_are()
    {
        using var rig = new CaptureRig(options => options with { Uncompressed = ["secret*"] });
        rig.Node.Collections["docs"] = CaptureRig.Fixture("snapshots/mixtral_vectors.snapshot");
        rig.Node.Collections["secrets"] = CaptureRig.Fixture("snapshots/hermes_vectors.snapshot");
        await rig.BackupAsync(new BackupRequest { Collections = ["secrets"] });
        IReadOnlyList<BlobName> secret = [.. await rig.NamesAsync("chunks/"), .. await rig.NamesAsync("lists/")];
        await rig.BackupAsync(new BackupRequest { Collections = ["docs"] });
        var byCompression = new Dictionary<bool, HashSet<byte>> { [true] = [], [false] = [] };
        foreach (BlobName name in (IEnumerable<BlobName>)[.. await rig.NamesAsync("chunks/"), .. await rig.NamesAsync("lists/")])
        {
            byCompression[secret.Contains(name)].Add((await rig.Blobs.GetAsync(name, 1 << 26, Cancellation))!.Content.Span[5]);
        }

        Assert.Equal([0], byCompression[true]);
        Assert.Contains((byte)1, byCompression[false]);
    }

    [Fact]
    public async Task An_idle_day_stores_less_than_one_percent()
    {
        using var rig = new CaptureRig();
        rig.Node.Collections["docs"] = CaptureRig.Fixture("days/day1.collection.snapshot");
        await rig.BackupAsync();
        rig.Node.Collections["docs"] = CaptureRig.Fixture("days/day2-idle.collection.snapshot");
        CommitReceipt second = await rig.BackupAsync();
        Assert.InRange(second.Totals.StoredBytes, 1, second.Totals.Bytes / 100);
        await rig.RestoreAsync(new RestoreRequest { Latest = true, Suffix = "-back" });
        Assert.Equal(rig.Node.Collections["docs"], rig.Node.Collections["docs-back"]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(100_000)]
    [InlineData(700_000)]
    public async Task A_part_in_many_ranges_gives_the_same_bytes_and_chunks_and_owes_its_proof(long rangeBytes)
    {
        using var rig = new CaptureRig(o => o with { RangeBytes = rangeBytes });
        rig.Node.Collections["docs"] = CaptureRig.Fixture("snapshots/hermes_vectors.snapshot");
        CommitReceipt backup = await rig.BackupAsync();
        await rig.RestoreAsync(new RestoreRequest { BackupId = backup.Id, Suffix = "-back" });
        Assert.Equal(rig.Node.Collections["docs"], rig.Node.Collections["docs-back"]);
        Assert.Equal(1, backup.OwedProofs);
        var checking = new Checking(rig);
        Assert.Empty((await checking.VerifyAsync(backup.Id, VerifyLevel.Readable)).Damages);
        Assert.Equal([1], (await checking.Verified.FindAsync(backup.Id, Cancellation))!.PaidProofs);

        using var whole = new CaptureRig();
        whole.Node.Collections["docs"] = rig.Node.Collections["docs"];
        Assert.Equal((await whole.BackupAsync()).Totals.Chunks, backup.Totals.Chunks);
    }

    [Fact]
    public async Task A_snapshot_without_an_ETag_comes_in_one_range_because_nothing_could_resume_it()
    {
        using var rig = new CaptureRig(o => o with { RangeBytes = 1, TransferTime = TimeSpan.Zero });
        rig.Node.HasETags = false;
        rig.Node.Collections["docs"] = CaptureRig.Fixture("snapshots/hermes_vectors.snapshot");
        CommitReceipt backup = await rig.BackupAsync();
        Manifest manifest = await rig.Get<QdrantBackup.Catalog.BackupCatalog>().OpenAsync(backup.Id, Cancellation);
        Assert.Single(manifest.Parts[0].Ranges);
        Assert.Equal(PartProof.Source, manifest.Parts[0].Proof);
    }

    [Fact]
    public async Task Two_transfers_of_one_range_at_once_both_give_receipts_that_restore()
    {
        using var rig = new CaptureRig();
        rig.Node.Collections["docs"] = CaptureRig.Fixture("snapshots/hermes_vectors.snapshot");
        RunRequest request = await rig.AskAsync();
        LanePart part = (await rig.Get<BackupPlanner>().PlanAsync(request, Cancellation)).Lanes[0].Parts[0];
        SnapshotDescription snapshot = await rig.SnapshotAsync(part.Key);
        PartReceipt[] both = await Task.WhenAll(
            Task.Run(() => rig.TransferAsync(request.RunId, part.PartNo, snapshot), Cancellation),
            Task.Run(() => rig.TransferAsync(request.RunId, part.PartNo, snapshot), Cancellation));
        Assert.All(both, r => Assert.Equal(PartProof.Source, r.Proof));
        await rig.Get<BackupCommit>().CommitAsync(request.RunId, Cancellation);
        await rig.RestoreAsync(new RestoreRequest { Suffix = "-back" });
        Assert.Equal(rig.Node.Collections["docs"], rig.Node.Collections["docs-back"]);
    }

    [Fact]
    public async Task A_snapshot_without_checksum_is_proven_by_its_archive_and_restores()
    {
        using var rig = new CaptureRig(o => o with { RangeBytes = 100_000 });
        rig.Node.HasChecksums = false;
        rig.Node.Collections["docs"] = CaptureRig.Fixture("snapshots/hermes_vectors.snapshot");
        CommitReceipt backup = await rig.BackupAsync();
        Assert.Equal(0, backup.OwedProofs);
        await rig.RestoreAsync(new RestoreRequest { Suffix = "-back" });
        Assert.Equal(rig.Node.Collections["docs"], rig.Node.Collections["docs-back"]);
    }

    [Fact]
    public async Task A_snapshot_that_is_cut_is_not_captured_even_if_Qdrant_gives_its_checksum()
    {
        using var rig = new CaptureRig();
        rig.Node.Collections["docs"] = CaptureRig.Fixture("snapshots/hermes_vectors.snapshot")[..^1024];
        var failure = await Assert.ThrowsAsync<SourceException>(() => rig.CaptureAsync());
        Assert.Contains("not whole", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_collection_that_cannot_be_captured_makes_the_backup_partial_and_the_reason_is_recorded()
    {
        using var rig = new CaptureRig();
        rig.Node.Collections["docs"] = CaptureRig.Fixture("snapshots/empty.snapshot");
        rig.Node.Collections["sick"] = CaptureRig.Fixture("snapshots/empty.snapshot");
        rig.Node.Status["sick"] = "red";
        CommitReceipt backup = await rig.BackupAsync();
        Assert.Equal(BackupState.Partial, backup.State);
        Assert.Contains("red", backup.Items.Single(i => i.Name == "sick").Error, StringComparison.Ordinal);
        await Assert.ThrowsAsync<RefusedException>(() => rig.RestoreAsync(new RestoreRequest { BackupId = backup.Id, Suffix = "-back" }));
    }

    [Fact]
    public async Task A_cluster_is_refused_and_an_alias_is_no_collection()
    {
        using var rig = new CaptureRig();
        rig.Node.Collections["docs"] = [];
        rig.Node.Aliases.Add(new CollectionAlias("live", "docs"));
        await Assert.ThrowsAsync<UsageException>(() => rig.CaptureAsync(new BackupRequest { Collections = ["live"] }));
        rig.Node.IsCluster = true;
        await Assert.ThrowsAsync<RefusedException>(() => rig.CaptureAsync());
    }
}
