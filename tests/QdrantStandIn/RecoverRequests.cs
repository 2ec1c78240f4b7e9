using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace QdrantStandIn;

/// <summary>Recoveries from a URL or a file of the server.</summary>
internal sealed class RecoverRequests(NodeState state) : IDisposable
{
    private const string SnapshotsDirectory = "/qdrant/snapshots";
    private readonly HttpClient _http = new();

    public void Dispose() => _http.Dispose();

    public async Task RecoverAsync(HttpContext context, string name)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        var (location, checksum, key) = Parse(body.ToArray());
        var isRemote = location.Scheme is "http" or "https";
        if (isRemote && !state.Options.AllowsUrlRecovery)
        {
            throw new Failure(403, "Forbidden: Snapshot recovery from remote URLs is disabled in the configuration");
        }

        var archive = location.Scheme switch
        {
            "file" => FromFile(location.AbsolutePath),
            _ when isRemote => await FromUrlAsync(location, key, context.RequestAborted),
            var scheme => throw new Failure(400, $"Bad request: URL {location} with scheme {scheme} is not supported"),
        };
        if (checksum is not null && !checksum.Equals(archive.Sha256, StringComparison.OrdinalIgnoreCase))
        {
            throw new Failure(400, $"Wrong input: Snapshot checksum mismatch: expected {checksum}, got {archive.Sha256}");
        }

        try
        {
            lock (state.Gate)
            {
                state.Restore(name, archive);
            }
        }
        catch (Failure failure) when (isRemote && failure.Message.StartsWith("Service internal error: File IO error: Malformed", StringComparison.Ordinal))
        {
            throw Failure.Service(failure.Message.Replace("Service internal error: File IO error:", "Failed to unpack tar archive:", StringComparison.Ordinal));
        }

        await Answer.OkAsync(context, true);
    }

    private static Failure Format(string what, long column) => new(400, $"Format error in JSON body: {what} at line 1 column {column}");

    private static (Uri Location, string? Checksum, string? Key) Parse(byte[] body)
    {
        Uri? location = null;
        string? checksum = null;
        string? key = null;
        try
        {
            var reader = new Utf8JsonReader(body);
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var property = reader.GetString();
                reader.Read();
                switch (property)
                {
                    case "location" when reader.GetString() is { } text:
                        location = Uri.TryCreate(text, UriKind.Absolute, out var uri) ? uri : throw Format($"relative URL without a base: {JsonSerializer.Serialize(text)}", reader.BytesConsumed);
                        break;
                    case "priority" when reader.GetString() is var priority and not (null or "no_sync" or "snapshot" or "replica"):
                        throw Format($"unknown variant `{priority}`, expected one of `no_sync`, `snapshot`, `replica`", reader.BytesConsumed);
                    case "checksum":
                        checksum = reader.GetString();
                        break;
                    case "api_key":
                        key = reader.GetString();
                        break;
                    default:
                        reader.TrySkip();
                        break;
                }
            }
        }
        catch (JsonException)
        {
            throw Format("EOF while parsing an object", Encoding.UTF8.GetCharCount(body));
        }

        return (location ?? throw Format("missing field `location`", Encoding.UTF8.GetCharCount(body)), checksum, key);
    }

    private Archive FromFile(string path)
    {
        if (!path.StartsWith(SnapshotsDirectory + "/", StringComparison.Ordinal))
        {
            throw new Failure(403, $"Forbidden: Snapshot file path must be inside the snapshots directory \"{SnapshotsDirectory}\"");
        }

        var parts = path[(SnapshotsDirectory.Length + 1)..].Split('/');
        lock (state.Gate)
        {
            return parts is [var collection, var file] && state.SnapshotsOf(Uri.UnescapeDataString(collection))?.TryGetValue(Uri.UnescapeDataString(file), out var snapshot) is true
                ? snapshot.Archive
                : throw new Failure(400, $"Bad request: Snapshot file \"{path}\" does not exist");
        }
    }

    private async Task<Archive> FromUrlAsync(Uri location, string? key, CancellationToken cancellationToken)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, location);
            if (key is not null)
            {
                request.Headers.TryAddWithoutValidation("api-key", key);
            }

            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            if (response.StatusCode != HttpStatusCode.OK)
            {
                throw new Failure(400, $"Wrong input: Failed to download tar from {location}: status - {(int)response.StatusCode} {response.ReasonPhrase}");
            }

            var path = state.NewPath();
            await using (var file = File.Create(path))
            {
                await response.Content.CopyToAsync(file, cancellationToken);
            }

            return FileArchive.Of(path);
        }
        catch (HttpRequestException)
        {
            throw Failure.Service($"Http request error: error sending request for url ({location})");
        }
    }
}
