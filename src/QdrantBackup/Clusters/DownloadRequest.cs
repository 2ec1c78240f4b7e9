using System.Buffers;
using System.Net;
using System.Net.Http.Headers;

namespace QdrantBackup.Clusters;

/// <summary>Opens a download at an offset, and refuses every answer that is not the same file from there to its end.</summary>
/// <remarks>
/// A proxy between here and the node may weaken ETags, drop ranges and lengths, or compress. The bytes are still the file's, so they are accepted where they can be
/// checked against its length and hash: as one stream from the beginning, which cannot be resumed.
/// </remarks>
internal sealed class DownloadRequest(QdrantNodeOptions options, NodeClient client)
{
    private const int SkipBytes = 256 * 1024;

    /// <param name="operation">The operation, for messages.</param>
    /// <param name="path">Where the snapshot is.</param>
    /// <param name="offset">Where to begin.</param>
    /// <param name="ifMatch">The ETag of the first answer; needed when not beginning at 0.</param>
    /// <param name="sizeAsync">Finds the length when the answer has none, as with snapshots in object storage.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<SnapshotDownload> OpenAsync(
        string operation, string path, long offset, string? ifMatch, Func<Task<long?>> sizeAsync, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        if (offset > 0 && ifMatch is null)
        {
            throw new ArgumentException("Resuming needs the ETag of the first answer.", nameof(ifMatch));
        }

        // A range that covers the whole file is answered with 200 instead of 206; without an offset none is sent.
        if (offset > 0 && await TryOpenRangeAsync(operation, path, offset, ifMatch, sizeAsync, cancellationToken) is { } range)
        {
            return range;
        }

        var response = await client.ReadAsync(operation, () => Request(path, ifMatch, range: null), cancellationToken);
        try
        {
            return await WholeAsync(operation, response, offset, ifMatch, sizeAsync, cancellationToken);
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    /// <summary>Reads exactly so many bytes; the connection stays usable for the next read.</summary>
    public async Task<SnapshotBytes> ReadAsync(string operation, string path, long offset, int count, string? ifMatch, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        using var response = await client.ReadAsync(operation, () => Request(path, ifMatch, new RangeHeaderValue(offset, offset + count - 1)), cancellationToken);
        var headers = response.Content.Headers;
        var etag = ETagOf(response);
        switch (response.StatusCode)
        {
            case HttpStatusCode.OK or HttpStatusCode.PartialContent when AnswerEncoding.IsEncoded(response):
                throw new NoRangesException("its answers are compressed on their way");
            case HttpStatusCode.PartialContent when ifMatch is not null && !string.Equals(etag, ifMatch, StringComparison.Ordinal):
            case HttpStatusCode.PreconditionFailed:
                throw Changed(operation);
            case HttpStatusCode.PartialContent when headers.ContentRange is not { From: { } from, To: { } to, Length: not null } || from != offset || to != offset + count - 1:
                throw new NoRangesException("it answers with another range than the one asked for");
            case HttpStatusCode.OK when offset > 0 || headers.ContentLength != count:
                throw new NoRangesException("it answers with the whole file instead of a range");
            case HttpStatusCode.OK or HttpStatusCode.PartialContent:
                break;
            default:
                throw await client.FailureAsync(operation, response, cancellationToken);
        }

        var total = headers.ContentRange?.Length ?? offset + count;
        await using var body = new AnswerStream(
            response, await response.Content.ReadAsStreamAsync(cancellationToken), client.Errors, operation, offset, offset + count, options.IdleTimeout, client.Time);
        var bytes = new byte[count];
        await body.ReadExactlyAsync(bytes, cancellationToken);
        return new SnapshotBytes(bytes, total, etag);
    }

    // A weak ETag is a strong one that a proxy has marked; the node recognises it only without the mark.
    private static string? ETagOf(HttpResponseMessage response) =>
        response.Headers.TryGetValues("ETag", out var values) && values.First() is { Length: > 0 } etag
            ? etag.StartsWith("W/", StringComparison.Ordinal) ? etag[2..] : etag
            : null;

    private HttpRequestMessage Request(string path, string? ifMatch, RangeHeaderValue? range)
    {
        var request = client.Request(HttpMethod.Get, path);
        request.Headers.Range = range;
        if (ifMatch is not null)
        {
            request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        }

        return request;
    }

    /// <summary>The file from an offset on; null when the answer is not a reliable range of it.</summary>
    private async Task<SnapshotDownload?> TryOpenRangeAsync(
        string operation, string path, long offset, string? ifMatch, Func<Task<long?>> sizeAsync, CancellationToken cancellationToken)
    {
        var response = await client.ReadAsync(operation, () => Request(path, ifMatch, new RangeHeaderValue(offset, null)), cancellationToken);
        try
        {
            var range = response.Content.Headers.ContentRange;
            switch (response.StatusCode)
            {
                case HttpStatusCode.OK:
                    return await WholeAsync(operation, response, offset, ifMatch, sizeAsync, cancellationToken);
                case HttpStatusCode.RequestedRangeNotSatisfiable when range?.Length == offset:
                    response.Dispose();
                    return new SnapshotDownload(Stream.Null, offset, offset, ifMatch); // All bytes had arrived before.
                case HttpStatusCode.RequestedRangeNotSatisfiable:
                    throw client.Errors.Untrusted(operation, $"the snapshot has {range?.Length} bytes, and cannot be read from {offset} on.");
                case HttpStatusCode.PartialContent:
                    break;
                default:
                    throw await UnexpectedAsync(operation, response, cancellationToken);
            }

            var etag = ThrowIfChanged(operation, response, ifMatch);
            var end = range?.Length ?? await sizeAsync();
            if (AnswerEncoding.IsEncoded(response) || range?.From != offset || end is null || range.To != end - 1
                || (response.Content.Headers.ContentLength is { } length && length != end - offset))
            {
                response.Dispose();
                return null;
            }

            var body = await response.Content.ReadAsStreamAsync(cancellationToken);
            return new SnapshotDownload(new AnswerStream(response, body, client.Errors, operation, offset, end, options.IdleTimeout, client.Time), offset, end.Value, etag);
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    /// <summary>The whole file; the bytes before the offset are skipped.</summary>
    private async Task<SnapshotDownload> WholeAsync(
        string operation, HttpResponseMessage response, long offset, string? ifMatch, Func<Task<long?>> sizeAsync, CancellationToken cancellationToken)
    {
        if (response.StatusCode != HttpStatusCode.OK)
        {
            throw await UnexpectedAsync(operation, response, cancellationToken);
        }

        var etag = ThrowIfChanged(operation, response, ifMatch);
        var headers = response.Content.Headers;
        if (headers.ContentRange?.From is > 0 and var from)
        {
            throw client.Errors.Untrusted(operation, $"the answer begins at byte {from} instead of 0.");
        }

        var isEncoded = AnswerEncoding.IsEncoded(response);
        var length = isEncoded ? null : headers.ContentLength;
        var total = (isEncoded ? null : headers.ContentRange?.Length) ?? length ?? await sizeAsync();
        if (total is not { } end || (length is not null && length != end) || offset > end)
        {
            throw client.Errors.Untrusted(operation, "the answer has no length of the snapshot, or contradicts itself about it.");
        }

        var content = new AnswerStream(
            response, await AnswerEncoding.OpenAsync(response, client.Errors, operation, cancellationToken), client.Errors, operation, 0, end, options.IdleTimeout, client.Time);
        await SkipAsync(content, offset, cancellationToken);

        // A body that was compressed, or came whole instead of from the offset on, cannot be resumed.
        return new SnapshotDownload(content, offset, end, isEncoded || offset > 0 ? null : etag);
    }

    private static async Task SkipAsync(AnswerStream content, long count, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(SkipBytes);
        try
        {
            for (var left = count; left > 0;)
            {
                left -= await content.ReadAsync(buffer.AsMemory(0, (int)Math.Min(left, buffer.Length)), cancellationToken);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        }
    }

    private string? ThrowIfChanged(string operation, HttpResponseMessage response, string? ifMatch)
    {
        var etag = ETagOf(response);
        return ifMatch is null || string.Equals(etag, ifMatch, StringComparison.Ordinal) ? etag : throw Changed(operation);
    }

    private async Task<SourceException> UnexpectedAsync(string operation, HttpResponseMessage response, CancellationToken cancellationToken) =>
        response.StatusCode == HttpStatusCode.PreconditionFailed ? Changed(operation) : await client.FailureAsync(operation, response, cancellationToken);

    private SourceException Changed(string operation) => new(
        $"{operation} failed at {options.Url.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped)}: the snapshot changed since the download began.",
        "Start a new backup; nothing else may replace snapshots of this collection meanwhile.");
}
