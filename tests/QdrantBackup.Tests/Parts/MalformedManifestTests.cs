using System.Text.Json;
using QdrantBackup.Capture;
using QdrantBackup.Catalog;
using QdrantBackup.Damages;
using QdrantBackup.Parts;
using QdrantBackup.Sealing;
using QdrantBackup.Storage;
using QdrantBackup.Stores;
using QdrantBackup.Tests.Capture;
using QdrantBackup.Tests.Verification;

namespace QdrantBackup.Tests.Parts;

/// <summary>Documents that open under the right key but contradict themselves: a faulty writer made them.</summary>
public sealed class MalformedManifestTests
{
    public static TheoryData<string, Func<Manifest, Manifest>> Nonsense => new()
    {
        { "a part is null", m => m with { Parts = [null!] } },
        { "a collection is null", m => m with { Collections = [null!] } },
        { "a node is null", m => m with { Cluster = m.Cluster with { Nodes = [null!] } } },
        { "a part number twice", m => m with { Parts = [m.Parts[0], m.Parts[0] with { Key = m.Parts[0].Key with { Collection = "b" } }] } },
        { "a part twice", m => m with { Parts = [m.Parts[0], m.Parts[0] with { PartNo = 2 }] } },
        { "part number 0", m => m with { Parts = [m.Parts[0] with { PartNo = 0 }] } },
        { "a collection twice", m => m with { Collections = [m.Collections[0], m.Collections[0]] } },
        { "no SHA-256", m => m with { Parts = [m.Parts[0] with { Sha256 = "" }] } },
        { "SHA-256 in capitals", m => m with { Parts = [m.Parts[0] with { Sha256 = new string('A', 64) }] } },
        { "no ranges", m => m with { Parts = [m.Parts[0] with { Ranges = [] }] } },
        { "a range is null", m => m with { Parts = [m.Parts[0] with { Ranges = [null!] }] } },
        { "a negative length", m => m with { Parts = [m.Parts[0] with { Length = -1, Ranges = [m.Parts[0].Ranges[0] with { Length = -1 }] }] } },
        { "a length that overflows", m => m with { Parts = [m.Parts[0] with { Length = -2, Ranges = [Range(m, 0, 0, long.MaxValue), Range(m, 1, long.MaxValue, long.MaxValue)] }] } },
        { "a gap", m => m with { Parts = [m.Parts[0] with { Length = 21, Ranges = [Range(m, 0, 0, 10), Range(m, 1, 11, 10)] }] } },
        { "a range twice", m => m with { Parts = [m.Parts[0] with { Length = 20, Ranges = [Range(m, 0, 0, 10), Range(m, 0, 10, 10)] }] } },
        { "a byte less than the part", m => m with { Parts = [m.Parts[0] with { Length = m.Parts[0].Length + 1 }] } },
        { "too many ranges", m => m with { Parts = [m.Parts[0] with { Length = 10_001, Ranges = [.. Enumerable.Range(0, 10_001).Select(i => Range(m, i, i, 1))] }] } },
        { "too many parts", m => m with { Parts = [.. Enumerable.Range(1, 20_001).Select(i => m.Parts[0] with { PartNo = i, Key = m.Parts[0].Key with { Collection = $"c{i}" } })] } },
        { "parts longer than can be", m => m with { Parts = [.. new[] { 1, 2 }.Select(i => m.Parts[0] with { PartNo = i, Length = long.MaxValue, Ranges = [Range(m, 0, 0, long.MaxValue)], Key = m.Parts[0].Key with { Collection = $"c{i}" } })] } },
    };

    private static CancellationToken Cancellation => CaptureRig.Cancellation;

    [Theory(DisableDiscoveryEnumeration = true)]
    [MemberData(nameof(Nonsense))]
    public async Task A_manifest_that_contradicts_itself_is_damaged_and_named(string what, Func<Manifest, Manifest> change)
    {
        using var rig = new CaptureRig();
        Manifest good = await BackedUpAsync(rig);
        BlobName name = BlobNames.Manifest(good.Id);
        await rig.Store.PutDocumentAsync(name, SealedType.Manifest, change(good), PartsJson.Default.Manifest, PutCondition.Always, null, Cancellation);
        var failure = await Assert.ThrowsAsync<SealException>(() => rig.Get<BackupCatalog>().OpenAsync(good.Id, Cancellation));
        Assert.True(failure.Message.Contains(name.Value, StringComparison.Ordinal), what);
        Assert.NotNull(Assert.Single(await rig.Get<BackupCatalog>().ListAsync(new CatalogFilter(), Cancellation)).Damage);
    }

    [Fact]
    public async Task A_manifest_that_was_replaced_by_something_huge_is_damaged_and_the_next_backup_does_without_it()
    {
        using var rig = new CaptureRig();
        Manifest good = await BackedUpAsync(rig);
        await rig.Blobs.PutAsync(BlobNames.Manifest(good.Id), new byte[(64 << 20) + 53], PutCondition.Always, null, Cancellation);
        CatalogEntry damaged = Assert.Single(await rig.Get<BackupCatalog>().ListAsync(new CatalogFilter(), Cancellation));
        Assert.Contains(good.Id.Value, damaged.Damage, StringComparison.Ordinal);
        Assert.Equal(BackupState.Complete, (await rig.BackupAsync()).State);
    }

    [Fact]
    public async Task A_verification_names_a_chunk_that_was_replaced_by_something_huge()
    {
        using var rig = new CaptureRig();
        Manifest good = await BackedUpAsync(rig);
        BlobName chunk = (await rig.NamesAsync("chunks/"))[0];
        await rig.Blobs.PutAsync(chunk, new byte[(16 << 20) + 53], PutCondition.Always, null, Cancellation);
        foreach (VerifyLevel level in Enum.GetValues<VerifyLevel>())
        {
            DamageReport found = await new Checking(rig).VerifyAsync(good.Id, level);
            Assert.Equal([chunk.Value], found.Damages.Select(d => d.Blob));
        }
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, false)]
    public async Task A_document_that_is_too_long_for_its_kind_is_refused_with_a_clear_error(int beyond, bool fits)
    {
        using var rig = new CaptureRig();
        var name = new BlobName("holds/x");
        Task Put() => rig.Store.PutPlainAsync(name, SealedType.Record, new byte[(16 << 20) + beyond], PutCondition.Always, null, Cancellation);
        if (fits)
        {
            await Put();
        }
        else
        {
            Assert.Contains(name.Value, (await Assert.ThrowsAsync<UsageException>(Put)).Message, StringComparison.Ordinal);
            Assert.Empty(await rig.NamesAsync(name.Value));
        }
    }

    [Fact]
    public async Task A_description_as_deep_as_Qdrant_allows_is_written_and_read_back()
    {
        using var rig = new CaptureRig();
        Manifest good = await BackedUpAsync(rig);
        string deep = new string('[', 128) + new string(']', 128);
        using var description = JsonDocument.Parse(deep, new JsonDocumentOptions { MaxDepth = 128 });
        Manifest manifest = good with { Collections = [good.Collections[0] with { Description = description.RootElement }] };
        BlobName name = BlobNames.Manifest(good.Id);
        await rig.Store.PutDocumentAsync(name, SealedType.Manifest, manifest, PartsJson.Default.Manifest, PutCondition.Always, null, Cancellation);
        Manifest read = await rig.Get<BackupCatalog>().OpenAsync(good.Id, Cancellation);
        Assert.Equal(deep, read.Collections[0].Description!.Value.GetRawText());
    }

    private static ManifestRange Range(Manifest manifest, int number, long offset, long length) =>
        manifest.Parts[0].Ranges[0] with { Range = number, Offset = offset, Length = length };

    private static async Task<Manifest> BackedUpAsync(CaptureRig rig)
    {
        rig.Node.Collections["docs"] = CaptureRig.Fixture("snapshots/no-vectors.snapshot");
        CommitReceipt receipt = await rig.BackupAsync();
        return await rig.Get<BackupCatalog>().OpenAsync(receipt.Id, Cancellation);
    }
}
