namespace QdrantBackup.Clusters;

/// <summary>The stream that the owner of an upload writes to: it takes exactly the announced length, and separates failures of the connection from those of the owner.</summary>
internal sealed class PartStream : Stream
{
    private readonly Stream _connection;
    private readonly long _length;
    private readonly TimeSpan _idleTimeout;
    private readonly CancellationTokenSource _idle;
    private long _written;

    public PartStream(Stream connection, long length, TimeSpan idleTimeout, TimeProvider time)
    {
        (_connection, _length, _idleTimeout) = (connection, length, idleTimeout);
        _idle = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
    }

    public bool HasBroken { get; private set; }

    public bool HasStalled { get; private set; }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public void CheckComplete()
    {
        if (_written != _length)
        {
            throw new InvalidOperationException($"An upload of {_length} bytes was written with {_written}.");
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_written + buffer.Length > _length)
        {
            throw new InvalidOperationException($"An upload of {_length} bytes was written with more.");
        }

        await using (cancellationToken.UnsafeRegister(static idle => ((CancellationTokenSource)idle!).Cancel(), _idle))
        {
            try
            {
                _idle.CancelAfter(_idleTimeout);
                await _connection.WriteAsync(buffer, _idle.Token);
                _idle.CancelAfter(Timeout.InfiniteTimeSpan);
            }
            catch (Exception)
            {
                HasBroken = !cancellationToken.IsCancellationRequested;
                HasStalled = HasBroken && _idle.IsCancellationRequested;
                throw;
            }
        }

        _written += buffer.Length;
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("An upload is written asynchronously.");

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _idle.Dispose();
        }

        base.Dispose(disposing);
    }
}
