using System.Net;
using System.Net.Http.Headers;

namespace QdrantBackup.Clusters;

/// <summary>Opens a download at an offset, and refuses every answer that is not the same file from there to its end.</summary>
internal sealed class DownloadRequest(QdrantNodeOptions options, NodeClient client)
{
    /// <param name="operation">What is done, for messages.</param>
    /// <param name="path">Where the snapshot is.</param>
    /// <param name="offset">Where to begin.</param>
    /// <param name="ifMatch">The ETag of the first answer; needed when not beginning at 0.</param>
    /// <param name="sizeAsync">Finds the length where the answer does not tell it, as with snapshots in object storage.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<SnapshotDownload> OpenAsync(
        string operation, string path, long offset, string? ifMatch, Func<Task<long?>> sizeAsync, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        if (offset > 0 && ifMatch is null)
        {
            throw new ArgumentException("Resuming needs the ETag of the first answer.", nameof(ifMatch));
        }

        HttpRequestMessage Request()
        {
            var request = client.Request(HttpMethod.Get, path);
            if (ifMatch is not null)
            {
                request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
            }

            // A range that covers the whole file is answered with 200 instead of 206; without an offset none is sent.
            if (offset > 0)
            {
                request.Headers.Range = new RangeHeaderValue(offset, null);
            }

            return request;
        }

        var response = await client.ReadAsync(operation, Request, cancellationToken);
        try
        {
            return await CheckAsync(operation, response, offset, ifMatch, sizeAsync, cancellationToken);
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    /// <summary>Reads so many bytes and no more; the connection stays good for the next read.</summary>
    public async Task<SnapshotBytes> ReadAsync(string operation, string path, long offset, int count, string? ifMatch, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        HttpRequestMessage Request()
        {
            var request = client.Request(HttpMethod.Get, path);
            request.Headers.Range = new RangeHeaderValue(offset, offset + count - 1);
            if (ifMatch is not null)
            {
                request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
            }

            return request;
        }

        using var response = await client.ReadAsync(operation, Request, cancellationToken);
        var headers = response.Content.Headers;
        var etag = ETagOf(response);
        switch (response.StatusCode)
        {
            case HttpStatusCode.PartialContent when ifMatch is null || string.Equals(etag, ifMatch, StringComparison.Ordinal):
                break;
            case HttpStatusCode.PartialContent or HttpStatusCode.PreconditionFailed:
                throw Changed(operation);
            case HttpStatusCode.OK when offset > 0 || headers.ContentLength > count:
                throw new NoRangesException("it answers with the whole file instead of a range");
            case HttpStatusCode.OK:
                break;
            default:
                throw await client.FailureAsync(operation, response, cancellationToken);
        }

        if (response.StatusCode == HttpStatusCode.PartialContent
            && (headers.ContentRange is not { From: { } from, To: { } to, Length: not null } || from != offset || to != offset + count - 1))
        {
            throw client.Errors.Untrusted(operation, $"the answer is of {headers.ContentRange}, though {count} bytes from {offset} on were asked for.");
        }

        var total = headers.ContentRange?.Length ?? offset + count;
        await using var body = new AnswerStream(
            response, await response.Content.ReadAsStreamAsync(cancellationToken), client.Errors, operation, offset, offset + count, options.IdleTimeout, client.Time);
        var bytes = new byte[count];
        await body.ReadExactlyAsync(bytes, cancellationToken);
        return new SnapshotBytes(bytes, total, etag);
    }

    private static string? ETagOf(HttpResponseMessage response) => response.Headers.TryGetValues("ETag", out var values) ? values.First() : null;

    private async Task<SnapshotDownload> CheckAsync(
        string operation, HttpResponseMessage response, long offset, string? ifMatch, Func<Task<long?>> sizeAsync, CancellationToken cancellationToken)
    {
        var headers = response.Content.Headers;
        var range = headers.ContentRange;
        switch (response.StatusCode)
        {
            case HttpStatusCode.OK or HttpStatusCode.PartialContent:
                break;
            case HttpStatusCode.PreconditionFailed:
                throw Changed(operation);
            case HttpStatusCode.RequestedRangeNotSatisfiable when range?.Length == offset:
                response.Dispose();
                return new SnapshotDownload(Stream.Null, offset, offset, ifMatch); // Everything had come already.
            case HttpStatusCode.RequestedRangeNotSatisfiable:
                throw client.Errors.Untrusted(operation, $"the snapshot has {range?.Length} bytes, and cannot be read from {offset} on.");
            default:
                throw await client.FailureAsync(operation, response, cancellationToken);
        }

        var etag = ETagOf(response);
        if (ifMatch is not null && !string.Equals(etag, ifMatch, StringComparison.Ordinal))
        {
            throw Changed(operation);
        }

        if (headers.ContentEncoding.Any(e => !string.Equals(e, "identity", StringComparison.OrdinalIgnoreCase)))
        {
            throw client.Errors.Untrusted(operation, "the answer is compressed, though it must not be.");
        }

        var begin = range?.From ?? 0;
        if (begin != offset)
        {
            throw client.Errors.Untrusted(operation, $"the answer begins at byte {begin} instead of {offset}.");
        }

        var total = range?.Length ?? headers.ContentLength ?? await sizeAsync();
        if (total is not { } end || (range?.To is { } last && last != end - 1) || (headers.ContentLength is { } length && length != end - offset))
        {
            throw client.Errors.Untrusted(operation, "the answer does not tell the snapshot's length, or contradicts itself about it.");
        }

        var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        return new SnapshotDownload(new AnswerStream(response, body, client.Errors, operation, offset, end, options.IdleTimeout, client.Time), offset, end, etag);
    }

    private SourceException Changed(string operation) => new(
        $"{operation} failed at {options.Url.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped)}: the snapshot changed since the download began.",
        "Begin the backup anew; nothing else may replace snapshots of this collection meanwhile.");
}
