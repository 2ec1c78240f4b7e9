using System.Globalization;
using System.IO.Compression;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace QdrantStandIn;

/// <summary>Downloads of stored snapshots, with everything that the real server's file handler does and does not understand.</summary>
internal sealed class DownloadRequests(NodeState state)
{
    public async Task DownloadAsync(HttpContext context, string name, string file)
    {
        var (snapshot, sidecar) = Find(name, file);
        var (headers, response) = (context.Request.Headers, context.Response);
        var length = sidecar?.Length ?? snapshot.Archive.Length;
        var etag = state.Faults.ChangesFileOnResume && headers.ContainsKey("Range") ? "\"c0ffee:1:1:1\"" : snapshot.ETag;
        var modified = new DateTimeOffset(snapshot.Created.Ticks - (snapshot.Created.Ticks % TimeSpan.TicksPerSecond), snapshot.Created.Offset);

        response.ContentType = "application/octet-stream";
        response.Headers.ContentDisposition = $"attachment; filename=\"{file}\"";
        response.Headers.ETag = etag;
        response.Headers.AcceptRanges = "bytes";
        response.Headers.LastModified = modified.ToString("R", CultureInfo.InvariantCulture);

        var (begin, end) = (0L, length);
        if (headers.Range.FirstOrDefault() is { } asked && !state.Faults.IgnoresRanges)
        {
            if (ByteRange.Parse(asked, length) is not { } range)
            {
                response.Headers.ContentRange = $"bytes */{length}";
                await Answer.EmptyAsync(context, 416);
                return;
            }

            (begin, end) = range;
            response.Headers.ContentRange = $"bytes {begin}-{end - 1}/{length}";
            if (headers.ContainsKey("Accept-Encoding"))
            {
                response.Headers.ContentEncoding = "identity";
            }
        }

        if (HasFailed(headers, etag, modified))
        {
            response.Headers.Remove("Content-Encoding");
            await Answer.EmptyAsync(context, 412);
            return;
        }

        if (IsUnchanged(headers, etag, modified))
        {
            response.StatusCode = 304;
            return;
        }

        response.StatusCode = begin == 0 && end == length ? 200 : 206;
        await using var source = sidecar is null ? snapshot.Archive.OpenRead() : new MemoryStream(sidecar);
        source.Position = begin;
        await SendAsync(context, source, begin, end);
    }

    private static bool HasFailed(IHeaderDictionary headers, string etag, DateTimeOffset modified) =>
        (headers.IfMatch.FirstOrDefault() is { } match && match is not "*" && !match.Contains(etag, StringComparison.Ordinal))
        || (Date(headers.IfUnmodifiedSince.FirstOrDefault()) is { } before && modified > before);

    private static bool IsUnchanged(IHeaderDictionary headers, string etag, DateTimeOffset modified) =>
        headers.IfNoneMatch.FirstOrDefault() is { } none
            ? none.Contains(etag, StringComparison.Ordinal)
            : Date(headers.IfModifiedSince.FirstOrDefault()) is { } since && modified <= since;

    private static DateTimeOffset? Date(string? header) =>
        DateTimeOffset.TryParseExact(header, "R", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date) ? date : null;

    private (StoredSnapshot Snapshot, byte[]? Sidecar) Find(string name, string file)
    {
        lock (state.Gate)
        {
            try
            {
                var actual = state.Resolve(name).Name;
                var files = state.SnapshotsOf(actual) ?? throw new Failure(404, $"Not found: Snapshot directory: ./snapshots/{actual} not found");
                if (files.TryGetValue(file, out var snapshot))
                {
                    return (snapshot, null);
                }

                return file.EndsWith(".checksum", StringComparison.Ordinal) && files.TryGetValue(file[..^".checksum".Length], out snapshot) && snapshot.HasChecksum
                    ? (snapshot, Encoding.ASCII.GetBytes(snapshot.Archive.Sha256))
                    : throw Failure.NoSnapshot(file);
            }
            catch (Failure failure)
            {
                throw failure.Plain();
            }
        }
    }

    private async Task SendAsync(HttpContext context, Stream source, long begin, long end)
    {
        var response = context.Response;
        var accepted = response.StatusCode == 200 ? context.Request.Headers.AcceptEncoding.ToString() : "";
        var body = response.Body;
        await using var compressed = accepted.Contains("br", StringComparison.Ordinal) ? new BrotliStream(body, CompressionLevel.Fastest, leaveOpen: true)
            : accepted.Contains("gzip", StringComparison.Ordinal) ? new GZipStream(body, CompressionLevel.Fastest, leaveOpen: true)
            : (Stream?)null;
        var isCut = state.Faults.TakesCut();
        if (compressed is not null)
        {
            response.Headers.ContentEncoding = compressed is BrotliStream ? "br" : "gzip";
            response.Headers.Vary = $"accept-encoding, {response.Headers.Vary}";
        }
        else if (!isCut || !state.Faults.CutsCleanly)
        {
            response.ContentLength = end - begin;
        }

        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        var last = isCut ? Math.Min(end, begin + state.Faults.CutAfterBytes) : end;
        await CopyAsync(source, compressed ?? body, begin, last, context.RequestAborted);
        if (isCut && !state.Faults.CutsCleanly)
        {
            await body.FlushAsync(context.RequestAborted);
            context.Abort();
        }
    }

    private async Task CopyAsync(Stream source, Stream target, long position, long end, CancellationToken cancellationToken)
    {
        var buffer = new byte[64 * 1024];
        while (position < end)
        {
            var read = await source.ReadAtLeastAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, end - position)), 1, throwOnEndOfStream: true, cancellationToken);
            if (state.Faults.FlippedByte is { } flipped && flipped >= position && flipped < position + read)
            {
                buffer[flipped - position] ^= 0x01;
            }

            if (state.Faults.DownloadBytesPerSecond is { } rate)
            {
                await Task.Delay(TimeSpan.FromSeconds((double)read / rate), state.Options.Time, cancellationToken);
            }

            await target.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            position += read;
        }
    }
}

/// <summary>The first range of a Range header.</summary>
internal static class ByteRange
{
    public static (long Begin, long End)? Parse(string header, long length)
    {
        if (!header.StartsWith("bytes=", StringComparison.Ordinal))
        {
            return null;
        }

        var first = header["bytes=".Length..].Split(',')[0].Trim();
        var dash = first.IndexOf('-');
        if (dash < 0)
        {
            return null;
        }

        if (dash == 0)
        {
            return long.TryParse(first[1..], NumberStyles.None, CultureInfo.InvariantCulture, out var suffix) && suffix > 0 && length > 0
                ? (Math.Max(0, length - suffix), length)
                : null;
        }

        if (!long.TryParse(first[..dash], NumberStyles.None, CultureInfo.InvariantCulture, out var begin) || begin >= length)
        {
            return null;
        }

        if (dash == first.Length - 1)
        {
            return (begin, length);
        }

        return long.TryParse(first[(dash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var last) && last >= begin
            ? (begin, Math.Min(length, last + 1))
            : null;
    }
}
