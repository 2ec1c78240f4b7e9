namespace QdrantBackup.Integration.Tests.Storage;

/// <summary>Gives what another stream holds in small pieces with pauses between them, as a slow link does.</summary>
internal sealed class TricklingStream(Stream inner) : Stream
{
    private const int PieceBytes = 8 * 1024;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(4);

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await Task.Delay(Pause, TimeProvider.System, cancellationToken);
        return await inner.ReadAsync(buffer[..Math.Min(buffer.Length, PieceBytes)], cancellationToken);
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
