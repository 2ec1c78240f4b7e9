using QdrantBackup.Capture;
using QdrantBackup.Catalog;
using QdrantBackup.Damages;
using QdrantBackup.Ids;
using QdrantBackup.Parts;
using QdrantBackup.Runs;
using QdrantBackup.Sealing;
using QdrantBackup.Storage;
using QdrantBackup.Stores;
using QdrantBackup.Tests.Capture;
using QdrantBackup.Tests.Replication;

namespace QdrantBackup.Tests.Verification;

public sealed class VerificationTests
{
    private static CancellationToken Cancellation => CaptureRig.Cancellation;

    [Theory]
    [InlineData(1)]
    [InlineData(30)]
    public async Task The_shares_of_a_whole_store_read_every_chunk_and_verify_every_part_exactly_once(int of)
    {
        RecordingStore? recording = null;
        using var rig = new CaptureRig(o => o with { TransferTime = TimeSpan.Zero }, b => recording = new RecordingStore(b));
        await BackUpTwiceAsync(rig);
        recording!.Steps.Clear();
        var parts = new List<(BackupId?, int)>();
        for (int n = 1; n <= of; n++)
        {
            var checking = new Checking(rig);
            DamageReport report = await checking.RunAsync(new VerifyRequest { All = true, Subset = VerifySubset.Share(n, of) });
            Assert.Empty(report.Damages);
            parts.AddRange(checking.Receipts.Where(r => r.Item.PartNo > 0).Select(r => (r.Item.BackupId, r.Item.PartNo)));
        }

        string[] read = [.. recording.Steps.Where(s => s.StartsWith("get chunks/", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
        Assert.Equal((await rig.NamesAsync("chunks/")).Select(c => $"get {c}").Order(StringComparer.Ordinal), read);
        Assert.Equal(4, parts.Count);
        Assert.Equal(parts.Count, parts.Distinct().Count());
    }

    [Fact]
    public async Task The_shares_of_one_backup_read_each_of_its_chunks_exactly_once()
    {
        RecordingStore? recording = null;
        using var rig = new CaptureRig(o => o with { TransferTime = TimeSpan.Zero, MaxKnownChunks = 20 }, b => recording = new RecordingStore(b));
        (BackupId first, _) = await BackUpTwiceAsync(rig);
        recording!.Steps.Clear();
        for (int n = 1; n <= 4; n++)
        {
            await new Checking(rig).RunAsync(new VerifyRequest { BackupId = first, Subset = VerifySubset.Share(n, 4) });
        }

        string[] read = [.. recording.Steps.Where(s => s.StartsWith("get chunks/", StringComparison.Ordinal))];
        Assert.Equal(read.Length, read.Distinct().Count());
        Assert.Equal(await ChunksOfAsync(rig, first), read.Select(s => s[4..]).ToHashSet());
    }

    [Fact]
    public async Task A_damage_names_every_backup_that_needs_it_and_no_other()
    {
        using var rig = new CaptureRig(o => o with { TransferTime = TimeSpan.Zero });
        (BackupId first, BackupId second) = await BackUpTwiceAsync(rig);
        HashSet<string> ofFirst = await ChunksOfAsync(rig, first);
        HashSet<string> ofSecond = await ChunksOfAsync(rig, second);
        string shared = ofFirst.Intersect(ofSecond).First();
        string own = ofSecond.Except(ofFirst).First();
        await FlipAsync(rig.Blobs, shared);
        await rig.Blobs.DeleteAsync(new BlobName(own), null, Cancellation);
        var checking = new Checking(rig);
        DamageReport report = await checking.RunAsync(new VerifyRequest { BackupId = second });
        Assert.Equal(2, report.Count);
        Assert.Equal([first, second], report.Damages.Single(d => d.Blob == shared).Backups);
        Assert.Equal([second], report.Damages.Single(d => d.Blob == own).Backups);
        Assert.Equal(1, (await checking.Verified.FindAsync(first, Cancellation))!.Damage!.Count);
        Assert.Equal(2, (await checking.Verified.FindAsync(second, Cancellation))!.Damage!.Count);
    }

    [Fact]
    public async Task A_damaged_chunk_that_no_backup_needs_affects_no_backup()
    {
        using var rig = new CaptureRig();
        (BackupId first, _) = await BackUpTwiceAsync(rig);
        ChunkId stray = rig.Store.Sealer.ChunkIdOf("left behind by a run that died"u8);
        await rig.Blobs.PutAsync(BlobNames.Chunk(stray), new byte[100], PutCondition.Always, null, Cancellation);
        var checking = new Checking(rig);
        Damage damage = Assert.Single((await checking.RunAsync(new VerifyRequest { All = true })).Damages);
        Assert.Equal((BlobNames.Chunk(stray).Value, 0), (damage.Blob, damage.BackupCount));
        Assert.Equal(VerifyLevel.Readable, (await checking.Verified.FindAsync(first, Cancellation))!.DeepestPass()!.Level);
    }

    [Fact]
    public async Task A_weaker_verification_does_not_hide_a_stronger_one_of_before()
    {
        using var rig = new CaptureRig();
        (BackupId first, _) = await BackUpTwiceAsync(rig);
        var checking = new Checking(rig);
        await checking.VerifyAsync(first, VerifyLevel.Restorable);
        DateTimeOffset then = rig.Time.GetUtcNow();
        rig.Time.Advance(TimeSpan.FromDays(1));
        await checking.VerifyAsync(first, VerifyLevel.Exists);

        VerifiedPass shown = (await checking.Verified.FindAsync(first, Cancellation))!.DeepestPass()!;
        Assert.Equal((VerifyLevel.Restorable, then), (shown.Level, shown.At));
    }

    [Fact]
    public async Task A_backup_shows_when_and_at_which_level_it_passed_and_later_damage_is_shown_first()
    {
        using var rig = new CaptureRig();
        (BackupId first, _) = await BackUpTwiceAsync(rig);
        var checking = new Checking(rig);
        await checking.VerifyAsync(first, VerifyLevel.Restorable);
        DateTimeOffset then = rig.Time.GetUtcNow();
        string chunk = (await ChunksOfAsync(rig, first)).First();
        byte[] good = (await rig.Blobs.GetAsync(new BlobName(chunk), long.MaxValue, Cancellation))!.Content.ToArray();
        await FlipAsync(rig.Blobs, chunk);
        await checking.VerifyAsync(first, VerifyLevel.Readable);
        VerifiedRecord damaged = (await checking.Verified.FindAsync(first, Cancellation))!;
        Assert.Equal((VerifyLevel.Restorable, then), (damaged.DeepestPass()!.Level, damaged.DeepestPass()!.At));
        Assert.Equal(1, damaged.Damage!.Count);

        // Known damage is read back even if nothing else is.
        Assert.Single((await checking.VerifyAsync(first, VerifyLevel.Exists)).Damages);
        await rig.Blobs.PutAsync(new BlobName(chunk), good, PutCondition.Always, null, Cancellation);
        Assert.Empty((await checking.VerifyAsync(first, VerifyLevel.Exists)).Damages);
        Assert.Null((await checking.Verified.FindAsync(first, Cancellation))!.Damage);
        Assert.Equal(0, (await checking.Damage.LoadAsync(Cancellation)).Count);
    }

    [Fact]
    public async Task Owed_proofs_are_delivered_first_in_every_share()
    {
        using var rig = new CaptureRig(o => o with { RangeBytes = 300_000 });
        (BackupId first, BackupId second) = await BackUpTwiceAsync(rig);
        var checking = new Checking(rig);
        await checking.RunAsync(new VerifyRequest { All = true, Subset = VerifySubset.Share(1, 1000), Rolling = true });
        Assert.Equal([second, first], checking.Receipts.Where(r => r.Receipt.PaidProof).Select(r => r.Item.BackupId!.Value));
        await checking.RunAsync(new VerifyRequest { All = true, Subset = VerifySubset.Share(2, 1000), Rolling = true });
        Assert.DoesNotContain(checking.Receipts, r => r.Receipt.PaidProof);
    }

    [Fact]
    public async Task A_backup_that_retention_deleted_meanwhile_is_no_damage()
    {
        using var rig = new CaptureRig();
        (BackupId first, _) = await BackUpTwiceAsync(rig);
        await rig.RetireAsync(first);
        var checking = new Checking(rig);
        await Assert.ThrowsAsync<RefusedException>(() => checking.VerifyAsync(first, VerifyLevel.Exists));
        await rig.Blobs.DeleteAsync(BlobNames.Manifest(first), null, Cancellation);
        await Assert.ThrowsAsync<UsageException>(() => checking.VerifyAsync(first, VerifyLevel.Exists));
        Assert.Empty((await checking.RunAsync(new VerifyRequest { All = true, Level = VerifyLevel.Restorable })).Damages);
    }

    [Fact]
    public async Task A_backup_that_was_ended_before_it_was_pinned_is_not_verified()
    {
        FaultyStore? busy = null;
        using var rig = new CaptureRig(o => o, b => busy = new FaultyStore(b));
        (BackupId first, BackupId second) = await BackUpTwiceAsync(rig);
        busy!.BeforePut = async name =>
        {
            if (name.Value.StartsWith(BlobNames.Pins, StringComparison.Ordinal))
            {
                busy.BeforePut = _ => Task.CompletedTask;
                await rig.RetireAsync(first);
            }
        };
        var checking = new Checking(rig);
        await checking.RunAsync(new VerifyRequest { All = true, Level = VerifyLevel.Exists });
        Assert.Equal([second], checking.Receipts.Select(r => r.Item.BackupId!.Value).Distinct());
    }

    [Fact]
    public async Task A_fault_of_the_writer_stays_recorded_when_the_store_is_read_chunk_by_chunk()
    {
        using var rig = new CaptureRig();
        (BackupId first, _) = await BackUpTwiceAsync(rig);
        Manifest manifest = await rig.Get<BackupCatalog>().OpenAsync(first, Cancellation);
        manifest = manifest with { Parts = [.. manifest.Parts.Select(p => p with { Sha256 = new string('0', 64) })] };
        await rig.Store.PutDocumentAsync(
            BlobNames.Manifest(first), SealedType.Manifest, manifest, PartsJson.Default.Manifest, PutCondition.Always, summary: null, Cancellation);
        var checking = new Checking(rig);
        Assert.NotEmpty((await checking.VerifyAsync(first, VerifyLevel.Readable)).Damages);
        await checking.RunAsync(new VerifyRequest { All = true });
        Assert.NotNull((await checking.Verified.FindAsync(first, Cancellation))!.Damage);
    }

    [Fact]
    public async Task Damage_that_every_level_finds_does_not_hide_damage_that_only_a_deeper_one_finds()
    {
        using var rig = new CaptureRig();
        BackupId id = BackupId.New(rig.Time);
        var verified = new VerifiedRecords(rig.Store, rig.Time);
        await verified.MarkDamagedAsync(id, "hash", 1, VerifyLevel.Restorable, RunId.New(rig.Time), Cancellation);
        await verified.MarkDamagedAsync(id, "hash", 2, VerifyLevel.Exists, RunId.New(rig.Time), Cancellation);
        await verified.PassAsync(id, "hash", VerifyLevel.Readable, VerifyLevel.Readable, RunId.New(rig.Time), Cancellation);
        Assert.Equal(VerifyLevel.Restorable, (await verified.FindAsync(id, Cancellation))!.Damage!.Level);
    }

    [Fact]
    public async Task If_more_is_damaged_than_a_report_lists_no_backup_passes()
    {
        using var rig = new CaptureRig();
        (BackupId first, _) = await BackUpTwiceAsync(rig);
        string own = (await ChunksOfAsync(rig, first)).First();
        Damage[] others = [.. Enumerable.Range(0, DamageReport.MaxDamages).Select(n => DamageOf(BlobNames.Chunk(rig.Store.Sealer.ChunkIdOf(BitConverter.GetBytes(n))).Value))];
        var checking = new Checking(rig);
        DamageReport report = await checking.TraceAsync(new VerifyRequest { BackupId = first }, others, [DamageOf(own)]);
        Assert.Equal(DamageReport.MaxDamages + 1, report.Count);
        Assert.Null(await checking.Verified.FindAsync(first, Cancellation));

        static Damage DamageOf(string blob) => new() { Blob = blob, What = "test", Hint = "test" };
    }

    internal static async Task<(BackupId First, BackupId Second)> BackUpTwiceAsync(CaptureRig rig)
    {
        rig.Node.Collections["docs"] = CaptureRig.Fixture("snapshots/yi34b_vectors.snapshot");
        rig.Node.Collections["late"] = CaptureRig.Fixture("snapshots/late-interaction.snapshot");
        CommitReceipt first = await rig.BackupAsync();
        rig.Node.Collections["late"] = CaptureRig.Fixture("snapshots/no-vectors.snapshot");
        return (first.Id, (await rig.BackupAsync()).Id);
    }

    internal static async Task<HashSet<string>> ChunksOfAsync(CaptureRig rig, BackupId id)
    {
        Manifest manifest = await rig.Get<BackupCatalog>().OpenAsync(id, Cancellation);
        var chunks = new HashSet<string>(StringComparer.Ordinal);
        await foreach (ChunkList list in BackupLists.OpenAsync(rig.Store, manifest, second: null, Cancellation))
        {
            chunks.UnionWith(list.Entries.Where(e => !e.IsInline).Select(e => BlobNames.Chunk(e.Id).Value));
        }

        return chunks;
    }

    internal static async Task FlipAsync(IBackupStore store, string blob)
    {
        StoredBlob there = (await store.GetAsync(new BlobName(blob), long.MaxValue, Cancellation))!;
        byte[] content = there.Content.ToArray();
        content[content.Length / 2] ^= 0x10;
        await store.PutAsync(new BlobName(blob), content, PutCondition.Always, there.Entry.Summary, Cancellation);
    }
}
