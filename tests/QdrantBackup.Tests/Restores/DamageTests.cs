using QdrantBackup.Catalog;
using QdrantBackup.Damages;
using QdrantBackup.Ids;
using QdrantBackup.Parts;
using QdrantBackup.Runs;
using QdrantBackup.Storage;
using QdrantBackup.Stores;
using QdrantBackup.Tests.Capture;
using QdrantBackup.Tests.Chunking;
using QdrantBackup.Tests.Verification;

namespace QdrantBackup.Tests.Restores;

public sealed class DamageTests
{
    private static CancellationToken Cancellation => CaptureRig.Cancellation;

    [Theory]
    [InlineData("chunks/")]
    [InlineData("lists/")]
    [InlineData("manifests/")]
    public async Task Any_damaged_blob_stops_the_restore_before_its_last_byte_and_is_named(string folder)
    {
        using CaptureRig rig = await BackedUpAsync();
        BackupId id = (await rig.Get<BackupCatalog>().LatestAsync("prod", Cancellation)).Id;
        foreach (BlobName name in await rig.NamesAsync(folder))
        {
            foreach (Func<byte[], byte[]?> damage in Damages())
            {
                await DamagedAsync(rig, id, name, damage);
            }
        }
    }

    [Theory]
    [InlineData("chunks/")]
    [InlineData("lists/")]
    public async Task Swapped_blobs_stop_the_restore(string folder)
    {
        using CaptureRig rig = await BackedUpAsync();
        BackupId id = (await rig.Get<BackupCatalog>().LatestAsync("prod", Cancellation)).Id;
        IReadOnlyList<BlobName> names = await rig.NamesAsync(folder);
        byte[] other = (await rig.Blobs.GetAsync(names[1], long.MaxValue, Cancellation))!.Content.ToArray();
        await DamagedAsync(rig, id, names[0], _ => other);
    }

    [Fact]
    public async Task A_verification_names_every_damaged_chunk_and_the_collection()
    {
        using CaptureRig rig = await BackedUpAsync();
        BackupId id = (await rig.Get<BackupCatalog>().LatestAsync("prod", Cancellation)).Id;
        IReadOnlyList<BlobName> chunks = await rig.NamesAsync("chunks/");
        await rig.Blobs.DeleteAsync(chunks[0], null, Cancellation);
        byte[] content = (await rig.Blobs.GetAsync(chunks[1], long.MaxValue, Cancellation))!.Content.ToArray();
        content[^1] ^= 1;
        await rig.Blobs.PutAsync(chunks[1], content, PutCondition.Always, null, Cancellation);
        var checking = new Checking(rig);
        DamageReport exists = await checking.VerifyAsync(id, VerifyLevel.Exists);
        DamageReport readable = await checking.VerifyAsync(id, VerifyLevel.Readable);
        Assert.Equal([chunks[0].Value], exists.Damages.Select(d => d.Blob));
        Assert.Equal([chunks[0].Value, chunks[1].Value], readable.Damages.Select(d => d.Blob).Order(StringComparer.Ordinal));
        Assert.All(readable.Damages, d => Assert.Equal("docs", d.Collection));
    }

    [Fact]
    public async Task A_damaged_chunk_that_two_ranges_need_is_the_only_damage()
    {
        using var rig = new CaptureRig(o => o with { RangeBytes = 1 });
        byte[] twice = TarBuilder.Noise(64 << 10, 7);
        rig.Node.Collections["docs"] = new TarBuilder()
            .Add("config.json", 20).Add("version.info", 20).Add("0/shard_config.json", 20).Add("0/replica_state.json", 20).Add("0/a", twice).Add("0/b", twice).End();
        await rig.BackupAsync();
        BackupId id = (await rig.Get<BackupCatalog>().LatestAsync("prod", Cancellation)).Id;
        ManifestPart part = (await rig.Get<BackupCatalog>().OpenAsync(id, Cancellation)).Parts[0];
        var reader = new PartReader(rig.Store, 1);
        var lists = new List<ChunkList>();
        foreach (ManifestRange range in part.Ranges)
        {
            lists.Add(await reader.OpenListAsync(part, range, Cancellation));
        }

        var shared = lists.SelectMany(l => l.Entries.Where(e => !e.IsInline).Select(e => e.Id).Distinct()).GroupBy(c => c).First(g => g.Count() > 1);
        await rig.Blobs.DeleteAsync(BlobNames.Chunk(shared.Key), null, Cancellation);
        DamageReport found = await new Checking(rig).VerifyAsync(id, VerifyLevel.Readable);
        Assert.Equal([BlobNames.Chunk(shared.Key).Value], found.Damages.Select(d => d.Blob));
    }

    private static IEnumerable<Func<byte[], byte[]?>> Damages()
    {
        yield return Flip(0);
        yield return Flip(5);
        yield return Flip(9);
        yield return Flip(20);
        yield return content => Flip(content.Length / 2)(content);
        yield return content => Flip(content.Length - 1)(content);
        yield return content => content[..^1];
        yield return content => content[..(content.Length / 2)];
        yield return content => [.. content, 0];
        yield return _ => [];
        yield return _ => null;
    }

    private static Func<byte[], byte[]?> Flip(int at) => content =>
    {
        byte[] flipped = [.. content];
        flipped[at] ^= 0x10;
        return flipped;
    };

    private static async Task DamagedAsync(CaptureRig rig, BackupId id, BlobName name, Func<byte[], byte[]?> damage)
    {
        StoredBlob good = (await rig.Blobs.GetAsync(name, long.MaxValue, Cancellation))!;
        if (damage(good.Content.ToArray()) is { } content)
        {
            await rig.Blobs.PutAsync(name, content, PutCondition.Always, good.Entry.Summary, Cancellation);
        }
        else
        {
            await rig.Blobs.DeleteAsync(name, null, Cancellation);
        }

        var failure = await Assert.ThrowsAnyAsync<BackupException>(() => rig.RestoreAsync(new RestoreRequest { BackupId = id, Suffix = "-back" }));
        Assert.Contains(name.Value.Split('/')[^1], failure.Message, StringComparison.Ordinal);
        Assert.NotEmpty(failure.Hint);
        Assert.False(rig.Node.LastUploadWasWhole);
        Assert.DoesNotContain("docs-back", rig.Node.Collections.Keys);
        await rig.Blobs.PutAsync(name, good.Content, PutCondition.Always, good.Entry.Summary, Cancellation);
    }

    private static async Task<CaptureRig> BackedUpAsync()
    {
        var rig = new CaptureRig(o => o with { RangeBytes = 400_000 });
        rig.Node.Collections["docs"] = CaptureRig.Fixture("snapshots/hermes_vectors.snapshot");
        await rig.BackupAsync();
        return rig;
    }
}
