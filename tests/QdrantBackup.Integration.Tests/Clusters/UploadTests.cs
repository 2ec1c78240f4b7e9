using System.Security.Cryptography;
using QdrantBackup.Clusters;
using QdrantBackup.Harness;
using QdrantStandIn;
using static QdrantBackup.Integration.Tests.Clusters.NodeFixture;

namespace QdrantBackup.Integration.Tests.Clusters;

public sealed class UploadTests
{
    [Fact]
    public async Task An_upload_restores_the_collection_and_leaves_a_copy_to_delete()
    {
        await using var fixture = await StartAsync();
        var bytes = await File.ReadAllBytesAsync(Recorded("mixtral_vectors"), Stop);

        await fixture.Node.UploadSnapshotAsync("copy", UploadOf(bytes, "backup-1.snapshot"), Stop);

        Assert.Equal(3000ul, await fixture.Node.CountPointsAsync("copy", Stop));
        Assert.Equal(bytes, fixture.Server.CollectionBytes("copy"));
        Assert.Equal([new SnapshotDescription("backup-1.snapshot", bytes.Length, (await fixture.Node.ListSnapshotsAsync("copy", Stop))![0].CreationTime, null)],
            await fixture.Node.ListSnapshotsAsync("copy", Stop));
        Assert.True(await fixture.Node.DeleteSnapshotAsync("copy", "backup-1.snapshot", Stop));
        Assert.Empty((await fixture.Node.ListSnapshotsAsync("copy", Stop))!);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100_000)]
    [InlineData(4_116_991)]
    [InlineData(4_116_992)]
    public async Task An_upload_whose_bytes_must_not_be_trusted_leaves_nothing(int writtenBytes)
    {
        await using var fixture = await StartAsync();
        var bytes = await File.ReadAllBytesAsync(Recorded("mixtral_vectors"), Stop);
        var original = new SealException("chunk 7 is not to be trusted", "Restore another backup.");
        var upload = UploadOf(bytes) with
        {
            WriteAsync = async (stream, cancellationToken) =>
            {
                await stream.WriteAsync(bytes.AsMemory(0, writtenBytes), cancellationToken);
                throw original;
            },
        };

        Assert.Same(original, await Assert.ThrowsAsync<SealException>(() => fixture.Node.UploadSnapshotAsync("copy", upload, Stop)));

        Assert.Empty(await fixture.Node.ListCollectionsAsync(Stop));
        await Waiting.UntilAsync("the server to delete what it received", () => fixture.Server.FilesOnDisk.Count == 0);
        Assert.Empty(fixture.Server.SnapshotFiles("copy"));
    }

    [Fact]
    public async Task An_original_io_error_of_the_writer_comes_back_as_it_is()
    {
        await using var fixture = await StartAsync();
        var original = new IOException("the store broke");
        var upload = UploadOf(new byte[1000]) with { WriteAsync = (_, _) => throw original };

        Assert.Same(original, await Assert.ThrowsAsync<IOException>(() => fixture.Node.UploadSnapshotAsync("copy", upload, Stop)));
    }

    [Theory]
    [InlineData(999)]
    [InlineData(1001)]
    public async Task An_upload_of_another_length_than_announced_is_broken_off(int writtenBytes)
    {
        await using var fixture = await StartAsync();
        var upload = UploadOf(new byte[1000]) with { WriteAsync = async (stream, cancellationToken) => await stream.WriteAsync(new byte[writtenBytes], cancellationToken) };

        await Assert.ThrowsAsync<InvalidOperationException>(() => fixture.Node.UploadSnapshotAsync("copy", upload, Stop));
        Assert.Empty(fixture.Server.SnapshotFiles("copy"));
    }

    [Fact]
    public async Task A_cancelled_upload_leaves_nothing()
    {
        await using var fixture = await StartAsync();
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var upload = UploadOf(new byte[1000]) with
        {
            WriteAsync = async (stream, cancellationToken) =>
            {
                await stream.WriteAsync(new byte[10], cancellationToken);
                await cancel.CancelAsync();
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            },
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => fixture.Node.UploadSnapshotAsync("copy", upload, cancel.Token));
        await Waiting.UntilAsync("the server to delete what it received", () => fixture.Server.FilesOnDisk.Count == 0);
    }

    [Fact]
    public async Task A_server_that_refuses_before_the_end_is_heard()
    {
        await using var fixture = await StartAsync();
        const int size = 64 * 1024 * 1024;
        var upload = new SnapshotUpload("big.snapshot", size, new string('0', 64), async (stream, cancellationToken) =>
        {
            var block = new byte[64 * 1024];
            for (var written = 0; written < size; written += block.Length)
            {
                await stream.WriteAsync(block, cancellationToken);
            }
        });

        var error = await Assert.ThrowsAsync<SourceException>(() => fixture.Node.UploadSnapshotAsync("a<b", upload, Stop));
        Assert.Contains("422 Validation error in path parameters", error.Message, StringComparison.Ordinal);
        Assert.False(error.IsTransient);
    }

    [Fact]
    public async Task A_full_disk_is_told_while_uploading()
    {
        await using var fixture = await StartAsync();
        fixture.Server.Faults.DiskIsFull = true;
        var bytes = await File.ReadAllBytesAsync(Recorded("mixtral_vectors"), Stop);

        var error = await Assert.ThrowsAsync<SourceException>(() => fixture.Node.UploadSnapshotAsync("copy", UploadOf(bytes), Stop));
        Assert.EndsWith("500 An error occurred processing field: snapshot", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bytes_with_another_hash_are_refused_by_the_server()
    {
        await using var fixture = await StartAsync();
        var bytes = await File.ReadAllBytesAsync(Recorded("empty"), Stop);
        var upload = UploadOf(bytes) with { Sha256 = Convert.ToHexStringLower(SHA256.HashData("other"u8)) };

        var error = await Assert.ThrowsAsync<SourceException>(() => fixture.Node.UploadSnapshotAsync("copy", upload, Stop));
        Assert.Contains("400 Checksum mismatch", error.Message, StringComparison.Ordinal);
        Assert.Empty(fixture.Server.Collections);
    }

    [Fact]
    public async Task A_node_that_dies_while_uploading_is_told()
    {
        await using var fixture = await StartAsync();
        const int size = 64 * 1024 * 1024;
        var upload = new SnapshotUpload("big.snapshot", size, new string('0', 64), async (stream, cancellationToken) =>
        {
            var block = new byte[64 * 1024];
            for (var written = 0; written < size; written += block.Length)
            {
                await stream.WriteAsync(block, cancellationToken);
                if (written == block.Length * 16)
                {
                    await fixture.Server.GoAwayAsync();
                }
            }
        });

        var error = await Assert.ThrowsAsync<SourceException>(() => fixture.Node.UploadSnapshotAsync("copy", upload, Stop));
        Assert.True(error.IsTransient, error.Message);
    }

    [Fact]
    public async Task A_snapshot_that_exists_nowhere_goes_up_and_down()
    {
        await using var fixture = await StartAsync(new StandInOptions { KeepUploadsUpTo = 1024 * 1024 });
        fixture.Server.AddSynthetic("big", 8_000_000, seed: 42, points: 77);
        var bytes = fixture.Server.CollectionBytes("big");

        await fixture.Node.UploadSnapshotAsync("copy", UploadOf(bytes), Stop);

        Assert.Equal(77ul, await fixture.Node.CountPointsAsync("copy", Stop));
        Assert.Equal(fixture.Server.CollectionSha256("big"), fixture.Server.CollectionSha256("copy"));
        Assert.Empty(fixture.Server.FilesOnDisk);
    }
}
