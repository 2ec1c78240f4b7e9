using System.IO.Compression;

namespace QdrantBackup.Clusters;

/// <summary>Bodies that a proxy between here and the node has compressed, although the request forbids it.</summary>
internal static class AnswerEncoding
{
    /// <summary>Whether the body differs from what the node sent: then its length, its ranges and its ETag are useless.</summary>
    public static bool IsEncoded(HttpResponseMessage response) => Encodings(response).Any();

    /// <summary>The body as the node sent it.</summary>
    public static async Task<Stream> OpenAsync(HttpResponseMessage response, NodeErrors errors, string operation, CancellationToken cancellationToken)
    {
        var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        foreach (var encoding in Encodings(response).Reverse())
        {
            body = encoding.ToLowerInvariant() switch
            {
                "gzip" or "x-gzip" => new GZipStream(body, CompressionMode.Decompress),
                "deflate" => new ZLibStream(body, CompressionMode.Decompress),
                "br" => new BrotliStream(body, CompressionMode.Decompress),
                _ => throw errors.Untrusted(operation, $"the answer is encoded in a way that is not known ({encoding}), though it must not be encoded."),
            };
        }

        return body;
    }

    private static IEnumerable<string> Encodings(HttpResponseMessage response) =>
        response.Content.Headers.ContentEncoding.Where(e => !string.Equals(e, "identity", StringComparison.OrdinalIgnoreCase));
}
