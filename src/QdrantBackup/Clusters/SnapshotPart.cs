using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace QdrantBackup.Clusters;

/// <summary>The multipart body of an upload: one part of known length, written by its owner. After any failure, its last bytes are never sent.</summary>
internal sealed class SnapshotPart : HttpContent
{
    private readonly SnapshotUpload _upload;
    private readonly byte[] _before;
    private readonly byte[] _after;
    private readonly TimeSpan _idleTimeout;
    private readonly TimeProvider _time;

    public SnapshotPart(SnapshotUpload upload, TimeSpan idleTimeout, TimeProvider time)
    {
        (_upload, _idleTimeout, _time) = (upload, idleTimeout, time);
        var boundary = RandomNumberGenerator.GetHexString(32, lowercase: true);
        _before = Encoding.ASCII.GetBytes(
            $"--{boundary}\r\nContent-Disposition: form-data; name=\"snapshot\"; filename=\"{upload.FileName}\"\r\nContent-Type: application/octet-stream\r\n\r\n");
        _after = Encoding.ASCII.GetBytes($"\r\n--{boundary}--\r\n");
        Headers.TryAddWithoutValidation("Content-Type", $"multipart/form-data; boundary={boundary}");
    }

    /// <summary>The exception of the owner's writing; null when the connection failed first.</summary>
    public Exception? WriteFailure { get; private set; }

    /// <summary>Whether the connection stood still for too long.</summary>
    public bool HasStalled { get; private set; }

    /// <summary>Completes when the last byte has been handed to the connection.</summary>
    public TaskCompletionSource Sent { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    protected override bool TryComputeLength(out long length)
    {
        length = _before.Length + _upload.Length + _after.Length;
        return true;
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        await using var part = new PartStream(stream, _upload.Length, _idleTimeout, _time);
        await stream.WriteAsync(_before, cancellationToken); // Outside the try: its failure is the connection's.
        try
        {
            await _upload.WriteAsync(part, cancellationToken);
            part.CheckComplete();
        }
        catch (Exception e)
        {
            HasStalled = part.HasStalled;
            WriteFailure = part.HasBroken ? null : e;
            throw;
        }

        await stream.WriteAsync(_after, cancellationToken);
        await stream.FlushAsync(cancellationToken);
        Sent.TrySetResult();
    }
}
