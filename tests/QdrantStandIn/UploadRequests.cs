using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace QdrantStandIn;

/// <summary>Uploads of snapshots: received into a temporary file, checked, kept under their name, restored.</summary>
internal sealed class UploadRequests(NodeState state)
{
    public async Task UploadAsync(HttpContext context, string name, Query query)
    {
        NodeState.CheckName(name);
        var wait = CheckQuery(query);
        if (!MediaTypeHeaderValue.TryParse(context.Request.ContentType, out var type)
            || !type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase) || HeaderUtilities.RemoveQuotes(type.Boundary).Length == 0)
        {
            throw new Failure(415, "ContentTypeIncompatible", isPlain: true) { LeavesBodyUnread = true };
        }

        var upload = await ReceiveAsync(context, HeaderUtilities.RemoveQuotes(type.Boundary).ToString());
        await state.Faults.ReceivedUploadAsync(context.RequestAborted);
        if (query["checksum"] is { } expected && !expected.Equals(upload.Archive.Sha256, StringComparison.OrdinalIgnoreCase))
        {
            Discard(upload.Path);
            throw new Failure(400, $"Checksum mismatch: expected {upload.Archive.Sha256}, actual {expected}");
        }

        lock (state.Gate)
        {
            // From here on the file stays, even if the restore fails.
            state.Store(state.Aliases.GetValueOrDefault(name, name), upload.FileName, upload.Archive, hasChecksum: false);
            try
            {
                state.Restore(name, upload.Archive);
            }
            catch (Failure) when (!wait)
            {
                // The real server only logs it.
            }
        }

        await (wait ? Answer.OkAsync(context, true) : Answer.AcceptedAsync(context));
    }

    private static bool CheckQuery(Query query)
    {
        var wait = query.Wait();
        if (query["priority"] is { } priority && priority is not ("no_sync" or "snapshot" or "replica"))
        {
            throw new Failure(400, $"Deserialize error in query parameters: unknown variant `{priority}`, expected one of `no_sync`, `snapshot`, `replica`") { LeavesBodyUnread = true };
        }

        if (query["checksum"] is { } checksum && (checksum.Length != 64 || !checksum.All(char.IsAsciiHexDigit)))
        {
            var details = $"{{\"value\": String(\"{checksum}\"), \"length\": Number({checksum.Length}), \"expected_length\": Number(64)}}";
            throw new Failure(422, $"Validation error in query parameters: [checksum: Validation error: invalid_sha256_hash [{details}]]") { LeavesBodyUnread = true };
        }

        return wait;
    }

    private static void Discard(string? path)
    {
        if (path is not null)
        {
            File.Delete(path);
        }
    }

    private async Task<(string FileName, Archive Archive, string? Path)> ReceiveAsync(HttpContext context, string boundary)
    {
        var path = context.Request.ContentLength > state.Options.KeepUploadsUpTo ? null : state.NewPath();
        var isReceived = false;
        try
        {
            var body = new TailStream(context.Request.Body);
            var (fileName, length, hash) = await ReadPartAsync(body, boundary, path, context.RequestAborted);
            if (length < 0)
            {
                throw new Failure(400, "Required field is missing: snapshot", isPlain: true);
            }

            isReceived = true;
            return (fileName, path is null ? new UnknownArchive(hash, length, state) : new FileArchive(path, hash), path);
        }
        catch (IOException) when (!context.RequestAborted.IsCancellationRequested)
        {
            throw new Failure(400, "Multipart stream is incomplete", isPlain: true);
        }
        finally
        {
            if (!isReceived)
            {
                Discard(path);
            }
        }
    }

    private async Task<(string FileName, long Length, string Hash)> ReadPartAsync(TailStream body, string boundary, string? path, CancellationToken cancellationToken)
    {
        (string, long, string) found = ("", -1, "");
        var reader = new MultipartReader(boundary, body, 64 * 1024);
        while (await reader.ReadNextSectionAsync(cancellationToken) is { } section)
        {
            var disposition = ContentDispositionHeaderValue.Parse(section.ContentDisposition);
            if (disposition.Name != "snapshot")
            {
                await section.Body.CopyToAsync(Stream.Null, cancellationToken);
                continue;
            }

            if (state.Faults.DiskIsFull)
            {
                throw new Failure(500, "An error occurred processing field: snapshot", isPlain: true) { LeavesBodyUnread = true };
            }

            var (length, hash) = await SpoolAsync(section.Body, path, cancellationToken);
            var fileName = HeaderUtilities.RemoveQuotes(disposition.FileName).ToString();
            found = (fileName.Length > 0 ? fileName : Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)), length, hash);
        }

        await body.CopyToAsync(Stream.Null, cancellationToken);
        return body.EndsWithLine ? found : throw new Failure(400, "Multipart boundary is not found", isPlain: true);
    }

    private static async Task<(long Length, string Hash)> SpoolAsync(Stream part, string? path, CancellationToken cancellationToken)
    {
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using var file = path is null ? Stream.Null : new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 64 * 1024, useAsync: true);
        var buffer = new byte[64 * 1024];
        long length = 0;
        int read;
        while ((read = await part.ReadAsync(buffer, cancellationToken)) > 0)
        {
            sha.AppendData(buffer.AsSpan(0, read));
            await file.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            length += read;
        }

        return (length, Convert.ToHexStringLower(sha.GetHashAndReset()));
    }
}
