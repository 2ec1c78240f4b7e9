using QdrantBackup.Clusters;
using static QdrantBackup.Integration.Tests.Clusters.NodeFixture;

namespace QdrantBackup.Integration.Tests.Clusters;

public sealed class DownloadTests
{
    [Fact]
    public async Task A_download_brings_the_snapshot_byte_for_byte()
    {
        await using var fixture = await StartAsync();
        var snapshot = await fixture.StoredSnapshotAsync("hermes_vectors");

        await using var download = await fixture.Node.OpenSnapshotAsync("hermes_vectors", snapshot.Name, 0, null, Stop);
        Assert.Equal((0, snapshot.Size), (download.Offset, download.TotalLength));
        Assert.Equal(await File.ReadAllBytesAsync(Recorded("hermes_vectors"), Stop), await ReadAsync(download));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_cut_download_throws_and_goes_on_where_it_stopped(bool cleanly)
    {
        await using var fixture = await StartAsync();
        var snapshot = await fixture.StoredSnapshotAsync("hermes_vectors");
        fixture.Server.Faults.CutDownloads(afterBytes: 700_001, cleanly: cleanly);

        using var received = new MemoryStream();
        string? etag;
        await using (var first = await fixture.Node.OpenSnapshotAsync("hermes_vectors", snapshot.Name, 0, null, Stop))
        {
            etag = first.ETag;
            var error = await Assert.ThrowsAsync<SourceException>(() => first.Content.CopyToAsync(received, Stop));
            Assert.True(error.IsTransient);
            Assert.Contains($"of {snapshot.Size} bytes", error.Message, StringComparison.Ordinal);
        }

        Assert.InRange(received.Length, 0, 700_001);
        await using var second = await fixture.Node.OpenSnapshotAsync("hermes_vectors", snapshot.Name, received.Length, etag, Stop);
        await second.Content.CopyToAsync(received, Stop);
        Assert.Equal(await File.ReadAllBytesAsync(Recorded("hermes_vectors"), Stop), received.ToArray());
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(0, 4096)]
    [InlineData(512, 70_000)]
    public async Task Some_bytes_are_read_and_no_more(int offset, int count)
    {
        await using var fixture = await StartAsync();
        var snapshot = await fixture.StoredSnapshotAsync("hermes_vectors");
        var bytes = await File.ReadAllBytesAsync(Recorded("hermes_vectors"), Stop);

        var first = await fixture.Node.ReadSnapshotAsync("hermes_vectors", snapshot.Name, offset, count, null, Stop);
        var last = await fixture.Node.ReadSnapshotAsync("hermes_vectors", snapshot.Name, bytes.Length - count, count, first.ETag, Stop);

        Assert.Equal(bytes[offset..(offset + count)], first.Bytes.ToArray());
        Assert.Equal(bytes[^count..], last.Bytes.ToArray());
        Assert.Equal((bytes.Length, bytes.Length), (first.TotalLength, last.TotalLength));
        Assert.NotNull(first.ETag);
    }

    [Fact]
    public async Task Bytes_of_a_changed_snapshot_are_refused_and_a_server_that_ignores_ranges_is_told_apart()
    {
        await using var fixture = await StartAsync();
        var snapshot = await fixture.StoredSnapshotAsync("empty");
        var first = await fixture.Node.ReadSnapshotAsync("empty", snapshot.Name, 0, 512, null, Stop);
        fixture.Server.Faults.ChangesFileOnResume = true;
        var changed = await Assert.ThrowsAsync<SourceException>(() => fixture.Node.ReadSnapshotAsync("empty", snapshot.Name, 512, 512, first.ETag, Stop));
        Assert.Contains("changed since the download began", changed.Message, StringComparison.Ordinal);

        fixture.Server.Faults.IgnoresRanges = true;
        await Assert.ThrowsAsync<NoRangesException>(() => fixture.Node.ReadSnapshotAsync("empty", snapshot.Name, 512, 512, null, Stop));
        await Assert.ThrowsAsync<NoRangesException>(() => fixture.Node.ReadSnapshotAsync("empty", snapshot.Name, 0, 512, null, Stop));
    }

    [Fact]
    public async Task A_download_survives_the_servers_restart()
    {
        await using var fixture = await StartAsync();
        var snapshot = await fixture.StoredSnapshotAsync("empty");
        await using var first = await fixture.Node.OpenSnapshotAsync("empty", snapshot.Name, 0, null, Stop);
        await fixture.Server.GoAwayAsync();
        await fixture.Server.ComeBackAsync(Stop);

        await using var second = await fixture.Node.OpenSnapshotAsync("empty", snapshot.Name, 1000, first.ETag, Stop);
        Assert.Equal((await File.ReadAllBytesAsync(Recorded("empty"), Stop))[1000..], await ReadAsync(second));
    }

    [Fact]
    public async Task Resuming_a_snapshot_that_changed_is_refused()
    {
        await using var fixture = await StartAsync();
        var snapshot = await fixture.StoredSnapshotAsync("empty");
        string? etag;
        await using (var first = await fixture.Node.OpenSnapshotAsync("empty", snapshot.Name, 0, null, Stop))
        {
            etag = first.ETag;
        }

        fixture.Server.Faults.ChangesFileOnResume = true;

        var error = await Assert.ThrowsAsync<SourceException>(() => fixture.Node.OpenSnapshotAsync("empty", snapshot.Name, 100, etag, Stop));
        Assert.Contains("changed since the download began", error.Message, StringComparison.Ordinal);
        Assert.False(error.IsTransient);
    }

    [Fact]
    public async Task Resuming_at_the_end_gives_an_empty_stream_and_past_it_an_error()
    {
        await using var fixture = await StartAsync();
        var snapshot = await fixture.StoredSnapshotAsync("empty");
        string? etag;
        await using (var first = await fixture.Node.OpenSnapshotAsync("empty", snapshot.Name, 0, null, Stop))
        {
            etag = first.ETag;
        }

        await using var end = await fixture.Node.OpenSnapshotAsync("empty", snapshot.Name, snapshot.Size, etag, Stop);
        Assert.Equal(snapshot.Size, end.TotalLength);
        Assert.Empty(await ReadAsync(end));
        await Assert.ThrowsAsync<SourceException>(() => fixture.Node.OpenSnapshotAsync("empty", snapshot.Name, snapshot.Size + 1, etag, Stop));
    }

    [Fact]
    public async Task Resuming_without_an_etag_is_a_mistake_of_the_caller()
    {
        await using var fixture = await StartAsync();
        await Assert.ThrowsAsync<ArgumentException>(() => fixture.Node.OpenSnapshotAsync("empty", "x", 1, null, Stop));
    }

    [Fact]
    public async Task A_missing_snapshot_is_an_error_in_the_servers_plain_words()
    {
        await using var fixture = await StartAsync();
        await fixture.StoredSnapshotAsync("empty");

        var error = await Assert.ThrowsAsync<SourceException>(() => fixture.Node.OpenSnapshotAsync("empty", "x.snapshot", 0, null, Stop));
        Assert.EndsWith("404 Not found: Snapshot x.snapshot not found", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_download_that_stands_still_is_given_up()
    {
        using var patience = Impatient();
        await using var fixture = await StartAsync(configure: o => o with { IdleTimeout = TimeSpan.FromMilliseconds(300) });
        var snapshot = await fixture.StoredSnapshotAsync("mixtral_vectors");
        fixture.Server.Faults.DownloadBytesPerSecond = 1;

        var error = await Assert.ThrowsAsync<SourceException>(async () =>
        {
            await using var download = await fixture.Node.OpenSnapshotAsync("mixtral_vectors", snapshot.Name, 0, null, Stop);
            await ReadAsync(download);
        });
        Assert.Contains("made no progress for 0.3 s", error.Message, StringComparison.Ordinal);
    }

    private static async Task<byte[]> ReadAsync(SnapshotDownload download)
    {
        using var received = new MemoryStream();
        await download.Content.CopyToAsync(received, Stop);
        return received.ToArray();
    }
}
