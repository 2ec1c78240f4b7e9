using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using QdrantBackup.Clusters;
using QdrantStandIn;

namespace QdrantBackup.Integration.Tests.StandIn;

/// <summary>An answer as it came.</summary>
/// <param name="Status">Its status.</param>
/// <param name="Headers">Its headers; null when the server answered and hung up before the request had been sent.</param>
/// <param name="Body">Its body.</param>
internal sealed record ActualAnswer(int Status, IReadOnlyDictionary<string, string>? Headers, byte[] Body);

/// <summary>Sends recorded requests again. What the server chose by itself (its address, ETags, dates) is replaced by what this one chose.</summary>
internal sealed partial class Replay(Uri address)
{
    private const string Boundary = "----qdrant-recording-boundary";
    private readonly Dictionary<string, string> _substitutes = new(StringComparer.Ordinal) { ["127.0.0.1:6333"] = address.Authority };
    /// <summary>From now on, sends <paramref name="actual"/> where the recording has <paramref name="recorded"/>.</summary>
    public void Substitute(string? recorded, string? actual)
    {
        if (recorded is not null && actual is not null)
        {
            _substitutes[recorded] = actual;
        }
    }

    public string Apply(string text) => _substitutes.Aggregate(text, (t, s) => t.Replace(s.Key, s.Value, StringComparison.Ordinal));

    public async Task<ActualAnswer> SendAsync(RecordedStep step, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(new HttpMethod(step.Method), new Uri(address, Apply(step.Path))) { Content = Content(step) };
        foreach (var (name, value) in step.Request!["headers"]?.AsObject() ?? [])
        {
            if (request.Content is null || !request.Content.Headers.TryAddWithoutValidation(name, Apply(value!.GetValue<string>())))
            {
                request.Headers.TryAddWithoutValidation(name, Apply(value!.GetValue<string>()));
            }
        }

        UploadConnection? connection = null;
        using var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            AutomaticDecompression = DecompressionMethods.None,
            PlaintextStreamFilter = (context, _) => ValueTask.FromResult<Stream>(connection = new UploadConnection(context.PlaintextStream, TimeProvider.System)),
        };
        using var http = new HttpMessageInvoker(handler);
        try
        {
            using var response = await http.SendAsync(request, cancellationToken);
            return await ReadAsync(step, response, cancellationToken);
        }
        catch (HttpRequestException) when (connection?.EarlyAnswer is { } answer)
        {
            return new ActualAnswer((int)answer.Status, null, answer.Body);
        }
    }

    private async Task<ActualAnswer> ReadAsync(RecordedStep step, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var headers = response.Headers.Concat(response.Content.Headers).ToDictionary(h => h.Key, h => string.Join(", ", h.Value), StringComparer.OrdinalIgnoreCase);
        var answer = new ActualAnswer((int)response.StatusCode, headers, await response.Content.ReadAsByteArrayAsync(cancellationToken));
        if (step.Response!["json"]?["result"] is JsonObject made && made["checksum"] is { } checksum && answer.Status == 200)
        {
            Substitute(checksum.GetValue<string>(), JsonNode.Parse(answer.Body)!["result"]!["checksum"]!.GetValue<string>());
        }

        Substitute(step.Header("etag"), headers.GetValueOrDefault("ETag"));
        Substitute(step.Header("last-modified"), headers.GetValueOrDefault("Last-Modified"));
        return answer;
    }

    /// <summary>A recorded answer with what was substituted. An error tells the column where it was found, after an address that is longer or shorter here.</summary>
    public string ApplyToAnswer(RecordedStep step, string text) => Column().Replace(
        Apply(text), m => $"column {int.Parse(m.Groups[1].Value) + Apply(step.Request!.ToJsonString()).Length - step.Request!.ToJsonString().Length}");

    /// <summary>The bytes of the part that a step uploads.</summary>
    public static byte[] Part(JsonObject multipart)
    {
        if (multipart["file"] is { } file)
        {
            return File.ReadAllBytes(Path.Combine(Fixtures.Directory!, "snapshots", file.GetValue<string>()));
        }

        // These were made from a recorded snapshot, or are garbage of some length.
        var (name, length) = (multipart["filename"]?.GetValue<string>() ?? "", multipart["length"]!.GetValue<int>());
        var whole = File.ReadAllBytes(Path.Combine(Fixtures.Directory!, "snapshots", "mixtral_vectors.snapshot"));
        if (name.StartsWith("cut", StringComparison.Ordinal))
        {
            return whole[..length];
        }

        if (name.StartsWith("flipped", StringComparison.Ordinal))
        {
            whole[1_000_000] ^= 1;
            return whole;
        }

        return Encoding.ASCII.GetBytes(new string('g', length));
    }

    /// <summary>The whole body of an upload, with or without its last line.</summary>
    public static byte[] Multipart(JsonObject multipart, bool isClosed = true)
    {
        var fileName = multipart["filename"]?.GetValue<string>() is { } name ? $"; filename=\"{name}\"" : "";
        using var body = new MemoryStream();
        body.Write(Encoding.ASCII.GetBytes(
            $"--{Boundary}\r\nContent-Disposition: form-data; name=\"{multipart["field"]}\"{fileName}\r\nContent-Type: application/octet-stream\r\n\r\n"));
        body.Write(Part(multipart));
        if (isClosed)
        {
            body.Write(Encoding.ASCII.GetBytes($"\r\n--{Boundary}--\r\n"));
        }

        return body.ToArray();
    }

    private ByteArrayContent? Content(RecordedStep step)
    {
        var request = step.Request!;
        return request["json"] is { } json ? new ByteArrayContent(Encoding.UTF8.GetBytes(Apply(Spaced(json))))
            : request["text"] is { } text ? new ByteArrayContent(Encoding.UTF8.GetBytes(text.GetValue<string>()))
            : request["multipart"] is JsonObject multipart ? new ByteArrayContent(Multipart(multipart, isClosed: !step.Name.Contains("closing boundary missing", StringComparison.Ordinal)))
            : null;
    }

    [GeneratedRegex("column ([0-9]+)")]
    private static partial Regex Column();

    // The recorder sent JSON with a space after each colon and comma; errors tell columns.
    private static string Spaced(JsonNode? node) => node switch
    {
        JsonObject members => $"{{{string.Join(", ", members.Select(m => $"{JsonSerializer.Serialize(m.Key)}: {Spaced(m.Value)}"))}}}",
        JsonArray items => $"[{string.Join(", ", items.Select(Spaced))}]",
        null => "null",
        _ => node.ToJsonString(),
    };
}
