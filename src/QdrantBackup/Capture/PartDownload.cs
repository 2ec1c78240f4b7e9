using Microsoft.Extensions.Logging;
using QdrantBackup.Clusters;

namespace QdrantBackup.Capture;

/// <summary>
/// The download of a snapshot, which continues where it broke: a cut connection, or a restart of the node, costs the wait and no byte. If the node offers no way to
/// resume, a break is an error.
/// </summary>
internal sealed partial class PartDownload : Stream
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);

    private readonly IQdrantNode _node;
    private readonly string _collection;
    private readonly string _name;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private SnapshotDownload _download;
    private long _position;
    private long? _brokeAt;
    private TimeSpan _pause = FirstPause;

    private PartDownload(IQdrantNode node, string collection, TransferStep step, SnapshotDownload download, TimeProvider time, ILogger logger)
    {
        (_node, _collection, _name, _download, _time, _logger) = (node, collection, step.Snapshot.Name, download, time, logger);
        (Offset, TotalLength, ETag, CanResume) = (download.Offset, download.TotalLength, download.ETag, download.ETag is not null && !step.InOneStream);
        _position = download.Offset;
    }

    /// <summary>Where it begins.</summary>
    public long Offset { get; }

    /// <summary>Length of the whole snapshot.</summary>
    public long TotalLength { get; }

    /// <summary>The ETag to resume with, or null.</summary>
    public string? ETag { get; }

    /// <summary>Whether it can resume after a break. Without an ETag it is unknown whether the rest is of the same file.</summary>
    public bool CanResume { get; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public static async Task<PartDownload> OpenAsync(
        IQdrantNode node, string collection, TransferStep step, TimeProvider time, ILogger logger, CancellationToken cancellationToken) =>
        new(node, collection, step, await node.OpenSnapshotAsync(collection, step.Snapshot.Name, step.Offset, step.ETag, cancellationToken), time, logger);

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            try
            {
                int read = await _download.Content.ReadAsync(buffer, cancellationToken);
                _position += read;
                (_brokeAt, _pause) = read > 0 ? (null, FirstPause) : (_brokeAt, _pause);
                return read;
            }
            catch (SourceException e) when (CanResume && e is { IsTransient: true, IsSpent: false })
            {
                await GoOnAsync(e, cancellationToken);
            }
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("A download is read asynchronously.");

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override async ValueTask DisposeAsync()
    {
        await _download.DisposeAsync();
        await base.DisposeAsync();
    }

    // A node that answers and breaks off again and again without sending a byte gets no more patience than one that does not answer.
    private async Task GoOnAsync(SourceException broken, CancellationToken cancellationToken)
    {
        bool isFirst = _brokeAt is null;
        _brokeAt ??= _time.GetTimestamp();
        if (!isFirst)
        {
            Patience patience = Patience.Current;
            if (!patience.Allows(isAway: true, _time.GetElapsedTime(_brokeAt.Value), _pause))
            {
                broken.IsSpent = true;
                throw broken;
            }

            await Task.Delay(_pause, _time, cancellationToken);
            _pause = Patience.Longer(_pause, patience.LongestPause);
        }

        LogGoesOn(_logger, _collection, _position, TotalLength, broken.Message);
        await _download.DisposeAsync();
        _download = await _node.OpenSnapshotAsync(_collection, _name, _position, ETag, cancellationToken);
        if (_download.Offset != _position || _download.TotalLength != TotalLength)
        {
            throw new SourceException(
                $"snapshot '{_name}' of collection '{_collection}' has changed: {TotalLength} bytes were served, and now {_download.TotalLength}",
                "Start a new backup of this collection; nothing else may write to the snapshots directory.");
        }
    }

    [LoggerMessage(EventId = 3315, Level = LogLevel.Warning, Message = "Collection {Collection}: the download broke at byte {Position} of {Length} and continues there: {Reason}")]
    private static partial void LogGoesOn(ILogger logger, string collection, long position, long length, string reason);
}
