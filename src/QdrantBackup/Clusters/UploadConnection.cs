using System.Globalization;
using System.Net;
using System.Text;

namespace QdrantBackup.Clusters;

/// <summary>
/// The connection of one upload. A server that refuses an upload answers and closes while the body is still being sent; the client would only see
/// a broken pipe. When sending fails, this reads the server's answer.
/// </summary>
internal sealed class UploadConnection(Stream inner, TimeProvider time) : Stream
{
    private const int MaxAnswerBytes = 16 * 1024;
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(2);

    /// <summary>The answer that came before the body had been sent, if one was read.</summary>
    public (HttpStatusCode Status, byte[] Body)? EarlyAnswer { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => inner.ReadAsync(buffer, cancellationToken);

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            await inner.WriteAsync(buffer, cancellationToken);
        }
        catch (IOException)
        {
            EarlyAnswer ??= await ReadAnswerAsync();
            throw;
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public override void Flush() => inner.Flush();

    public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

    public override void Write(byte[] buffer, int offset, int count) => inner.Write(buffer, offset, count);

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    /// <summary>The status and body of an HTTP/1.1 answer, as far as it came; null when it does not begin like one, or is a 100 Continue.</summary>
    internal static (HttpStatusCode Status, byte[] Body)? Parse(ReadOnlySpan<byte> answer)
    {
        var end = answer.IndexOf("\r\n\r\n"u8);
        var head = Encoding.ASCII.GetString(end < 0 ? answer : answer[..end]);
        if (!head.StartsWith("HTTP/1.", StringComparison.Ordinal) || head.Length < 12
            || !int.TryParse(head.AsSpan(9, 3), NumberStyles.None, CultureInfo.InvariantCulture, out var status) || status < 200)
        {
            return null;
        }

        return ((HttpStatusCode)status, end < 0 ? [] : answer[(end + 4)..].ToArray());
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }

    private async Task<(HttpStatusCode Status, byte[] Body)?> ReadAnswerAsync()
    {
        using var timeout = new CancellationTokenSource(AnswerTimeout, time);
        var answer = new byte[MaxAnswerBytes];
        var length = 0;
        try
        {
            int read;
            while (length < answer.Length && (read = await inner.ReadAsync(answer.AsMemory(length), timeout.Token)) > 0)
            {
                length += read;
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // Return the bytes that came until then.
        }

        return Parse(answer.AsSpan(0, length));
    }
}
