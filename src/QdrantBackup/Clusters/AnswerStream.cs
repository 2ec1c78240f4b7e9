namespace QdrantBackup.Clusters;

/// <summary>The body of an answer. It throws when no data comes for too long, and, if the length is known, when it ends anywhere else.</summary>
internal sealed class AnswerStream : Stream
{
    private readonly HttpResponseMessage _response;
    private readonly Stream _body;
    private readonly NodeErrors _errors;
    private readonly string _operation;
    private readonly long? _end;
    private readonly TimeSpan _idleTimeout;
    private readonly CancellationTokenSource _idle;
    private long _position;
    private bool _endSeen;

    public AnswerStream(HttpResponseMessage response, Stream body, NodeErrors errors, string operation, long offset, long? end, TimeSpan idleTimeout, TimeProvider time)
    {
        (_response, _body, _errors, _operation, _position, _end, _idleTimeout) = (response, body, errors, operation, offset, end, idleTimeout);
        _idle = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty || _endSeen)
        {
            return 0;
        }

        int read;
        await using (cancellationToken.UnsafeRegister(static idle => ((CancellationTokenSource)idle!).Cancel(), _idle))
        {
            try
            {
                _idle.CancelAfter(_idleTimeout);
                read = await _body.ReadAsync(buffer, _idle.Token);
                _idle.CancelAfter(Timeout.InfiniteTimeSpan);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                throw _errors.Stalled(_operation, _idleTimeout);
            }
            catch (Exception e) when (e is IOException or HttpRequestException or InvalidDataException)
            {
                cancellationToken.ThrowIfCancellationRequested();
                throw CutShort(e);
            }
        }

        if (read == 0 && _position < _end)
        {
            throw CutShort(null);
        }

        _position += read;
        if (_position > _end)
        {
            throw _errors.Untrusted(_operation, $"more than the {_end} bytes came that the snapshot has.");
        }

        _endSeen = read == 0;
        return read;
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

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _body.Dispose();
            _response.Dispose();
            _idle.Dispose();
        }

        base.Dispose(disposing);
    }

    private SourceException CutShort(Exception? cause) =>
        _errors.Untrusted(_operation, _end is null ? $"the answer broke off after {_position} bytes." : $"the snapshot broke off after {_position} of {_end} bytes.", isTransient: true, cause, isAway: true);
}
