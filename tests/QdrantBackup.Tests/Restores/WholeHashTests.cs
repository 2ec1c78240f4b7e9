using QdrantBackup.Catalog;
using QdrantBackup.Damages;
using QdrantBackup.Ids;
using QdrantBackup.Parts;
using QdrantBackup.Runs;
using QdrantBackup.Sealing;
using QdrantBackup.Storage;
using QdrantBackup.Stores;
using QdrantBackup.Tests.Capture;
using QdrantBackup.Tests.Verification;

namespace QdrantBackup.Tests.Restores;

/// <summary>
/// Chunks and lists that are each sound, and together differ from the part in the manifest: a faulty writer, or a faulty reader. Only the SHA-256 of the whole
/// shows it, after the last byte was rebuilt.
/// </summary>
public sealed class WholeHashTests
{
    private const string OtherHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    private static CancellationToken Cancellation => CaptureRig.Cancellation;

    [Theory]
    [InlineData("hermes_vectors", long.MaxValue)]
    [InlineData("hermes_vectors", 600_000)]
    [InlineData("empty", long.MaxValue)]
    public async Task The_node_never_gets_the_last_bytes_of_a_part_whose_whole_SHA_256_is_wrong(string snapshot, long rangeBytes)
    {
        using CaptureRig rig = await BackedUpAsync(snapshot, rangeBytes);
        ManifestPart part = await ChangeAsync(rig, p => p with { Sha256 = OtherHash });

        var failure = await Assert.ThrowsAsync<SealException>(() => rig.RestoreAsync(new RestoreRequest { Latest = true, Suffix = "-back" }));

        Assert.Contains("its SHA-256 is not the one", failure.Message, StringComparison.Ordinal);
        Assert.InRange(rig.Node.LastUploadReceived, 0, part.Length - 1);
        Assert.DoesNotContain("docs-back", rig.Node.Collections.Keys);
    }

    [Fact]
    public async Task A_part_is_only_rebuilt_when_its_whole_SHA_256_is_right()
    {
        using CaptureRig rig = await BackedUpAsync("hermes_vectors", 600_000);
        ManifestPart right = await ChangeAsync(rig, p => p);
        ManifestPart wrong = right with { Sha256 = OtherHash };

        Assert.Equal(right.Length, await ReadAsync(rig, right));
        await Assert.ThrowsAsync<SealException>(() => ReadAsync(rig, wrong));
        Assert.Equal(right.Sha256, await new PartReader(rig.Store, 2).HashAsync(wrong, Cancellation));
    }

    [Fact]
    public async Task The_last_bytes_wait_until_the_reader_has_proven_all_of_them()
    {
        using CaptureRig rig = await BackedUpAsync("hermes_vectors", 600_000);
        ManifestPart part = await ChangeAsync(rig, p => p);
        BlobName last = BlobNames.Chunk((await new PartReader(rig.Store, 1).OpenListAsync(part, part.Ranges[^1], Cancellation)).Entries.Last(e => !e.IsInline).Id);
        await rig.Blobs.DeleteAsync(last, null, Cancellation);

        await Assert.ThrowsAnyAsync<BackupException>(() => rig.RestoreAsync(new RestoreRequest { Latest = true, Suffix = "-back" }));

        Assert.InRange(rig.Node.LastUploadReceived, 1, part.Length - 1);
        Assert.DoesNotContain("docs-back", rig.Node.Collections.Keys);
    }

    [Fact]
    public async Task A_verification_that_reads_everything_finds_that_the_whole_SHA_256_is_wrong()
    {
        using CaptureRig rig = await BackedUpAsync("hermes_vectors", 600_000);
        ManifestPart part = await ChangeAsync(rig, p => p with { Sha256 = OtherHash });
        BackupId id = (await rig.Get<BackupCatalog>().LatestAsync("prod", Cancellation)).Id;

        Damage damage = Assert.Single((await new Checking(rig).VerifyAsync(id, VerifyLevel.Readable)).Damages);

        Assert.Equal(("docs", part.Ranges[0].List), (damage.Collection, damage.Blob));
    }

    private static async Task<CaptureRig> BackedUpAsync(string snapshot, long rangeBytes)
    {
        var rig = new CaptureRig(o => o with { RangeBytes = rangeBytes });
        rig.Node.Collections["docs"] = CaptureRig.Fixture($"snapshots/{snapshot}.snapshot");
        await rig.BackupAsync();
        return rig;
    }

    /// <summary>Writes the manifest again with its one part changed; returns the part.</summary>
    private static async Task<ManifestPart> ChangeAsync(CaptureRig rig, Func<ManifestPart, ManifestPart> change)
    {
        var catalog = rig.Get<BackupCatalog>();
        BackupId id = (await catalog.LatestAsync("prod", Cancellation)).Id;
        Manifest manifest = await catalog.OpenAsync(id, Cancellation);
        ManifestPart changed = change(manifest.Parts[0]);
        var documents = new ManifestDocuments(rig.Store);
        Manifest written = manifest with { Parts = [changed] };
        byte[] bytes = System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(written, PartsJson.Default.Manifest);
        string summary = documents.SealSummary(ManifestDocuments.Summarize(written, documents.HashOf(bytes)));
        await rig.Store.PutPlainAsync(BlobNames.Manifest(id), SealedType.Manifest, bytes, PutCondition.Always, summary, Cancellation);
        return changed;
    }

    private static async Task<long> ReadAsync(CaptureRig rig, ManifestPart part)
    {
        long length = 0;
        await foreach (ReadOnlyMemory<byte> bytes in new PartReader(rig.Store, 2).ReadAsync(part, Cancellation))
        {
            length += bytes.Length;
        }

        return length;
    }
}
