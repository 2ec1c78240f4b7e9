using QdrantBackup.Capture;
using QdrantBackup.Catalog;
using QdrantBackup.Damages;
using QdrantBackup.Parts;
using QdrantBackup.Sealing;
using QdrantBackup.Storage;
using QdrantBackup.Stores;
using QdrantBackup.Tests.Capture;

namespace QdrantBackup.Tests.Verification;

/// <summary>Backups in which every byte is as it was written, but which Qdrant would not accept.</summary>
public sealed class RestorableTests
{
    private static CancellationToken Cancellation => CaptureRig.Cancellation;

    [Theory]
    [InlineData("hermes_vectors")]
    [InlineData("late-interaction")]
    [InlineData("no-vectors")]
    [InlineData("empty")]
    public async Task A_real_snapshot_is_restorable(string name)
    {
        using var rig = new CaptureRig();
        rig.Node.Collections["docs"] = CaptureRig.Fixture($"snapshots/{name}.snapshot");
        CommitReceipt backup = await rig.BackupAsync();
        Assert.Empty((await new Checking(rig).VerifyAsync(backup.Id, VerifyLevel.Restorable)).Damages);
    }

    public static TheoryData<string, Func<Manifest, Manifest>> Breaches => new()
    {
        { "no part with shard 7", m => m with { Collections = [.. m.Collections.Select(c => c with { Replicas = [.. c.Replicas, new ManifestReplica(7, "8", "Active")] })], Cluster = m.Cluster with { Nodes = [.. m.Cluster.Nodes, new ManifestNode("http://other", "1.18.3", "9")] } } },
        { "shard 7 is missing", m => m with { Collections = [.. m.Collections.Select(c => c with { Replicas = [.. c.Replicas, new ManifestReplica(7, "0", "Active")] })] } },
        { "does not cover collection 'late'", m => m with { Collections = [.. m.Collections, new ManifestCollection { Name = "late", Covered = false, Missing = "gone" }] } },
        { "no part of it", m => m with { Collections = [.. m.Collections, new ManifestCollection { Name = "late", Covered = true }] } },
        { "does not claim to cover", m => m with { Collections = [] } },
        { "which is no version", m => m with { Cluster = m.Cluster with { Nodes = [.. m.Cluster.Nodes.Select(n => n with { Version = "nightly" })] } } },
        { "and had 12345 when", m => m with { Parts = [.. m.Parts.Select(p => p with { Archive = p.Archive! with { Members = 12345 } })] } },
    };

    [Theory]
    [MemberData(nameof(Breaches))]
    public async Task A_backup_that_Qdrant_would_not_take_reads_back_and_is_not_restorable(string why, Func<Manifest, Manifest> breach)
    {
        using var rig = new CaptureRig();
        rig.Node.Collections["docs"] = CaptureRig.Fixture("snapshots/late-interaction.snapshot");
        CommitReceipt backup = await rig.BackupAsync();
        Manifest manifest = breach(await rig.Get<BackupCatalog>().OpenAsync(backup.Id, Cancellation));
        await rig.Store.PutDocumentAsync(
            BlobNames.Manifest(backup.Id), SealedType.Manifest, manifest, PartsJson.Default.Manifest, PutCondition.Always, summary: null, Cancellation);
        var checking = new Checking(rig);
        Assert.Empty((await checking.VerifyAsync(backup.Id, VerifyLevel.Readable)).Damages);
        DamageReport report = await checking.VerifyAsync(backup.Id, VerifyLevel.Restorable);
        Assert.Contains(report.Damages, d => d.What.Contains(why, StringComparison.Ordinal));
        Assert.All(report.Damages, d => Assert.Equal((true, 1), (d.IsAsWritten, d.BackupCount)));

        // A lower level does not see it, so its result proves nothing about it.
        await checking.VerifyAsync(backup.Id, VerifyLevel.Readable);
        Assert.NotNull((await checking.Verified.FindAsync(backup.Id, Cancellation))!.Damage);
    }
}
