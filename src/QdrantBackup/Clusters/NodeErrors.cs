using System.Net;
using System.Text;
using System.Text.Json;

namespace QdrantBackup.Clusters;

/// <summary>Turns a failure of a node into a <see cref="SourceException"/> that names the operation, the node and what to do.</summary>
internal sealed class NodeErrors(Uri address)
{
    /// <summary>How much of an error's text is read and shown.</summary>
    public const int MaxErrorBytes = 2048;

    private readonly string _node = address.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped).TrimEnd('/');

    /// <summary>The server answered with an error.</summary>
    public SourceException Answered(string operation, HttpStatusCode status, ReadOnlySpan<byte> body, TimeSpan? comeBackAfter = null)
    {
        var isItsOwn = ErrorMember(body) is not null;
        var text = ServerText(body);
        var isFull = status == HttpStatusCode.InsufficientStorage || text.Contains("No space left on device", StringComparison.Ordinal);
        var isTransient = !isFull && ((int)status >= 500 || status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests);
        var hint = (isFull, status) switch
        {
            (true, _) => "Free disk space on the node: delete snapshots that are not needed, or give it a bigger disk.",
            (_, HttpStatusCode.Unauthorized) => "Check the API key configured for this node.",
            (_, HttpStatusCode.Forbidden) => "The API key lacks the right: backups need to read and to make snapshots, restores need global manage access.",
            (_, HttpStatusCode.NotFound) => "Check the name, and that the address is a Qdrant node of version 1.9 or later.",
            (_, HttpStatusCode.RequestEntityTooLarge) => "A proxy before the node limits how large a request may be: raise that limit, or give the node's own address.",
            (_, HttpStatusCode.MisdirectedRequest) or (_, >= HttpStatusCode.MultipleChoices and < HttpStatusCode.BadRequest) => "Give the node's own address, without a redirect in between.",
            _ when isTransient => "The node may be busy or starting; try again, and read its log if it stays so.",
            _ => "The node refused the request as it is; read its answer above.",
        };
        return new SourceException($"{operation} failed at {_node}: {(int)status} {text}".TrimEnd(), hint, isTransient)
        {
            // Without Qdrant's own words, a proxy answered in its place: the node is away. Only after a refusal is it certain that nothing was done.
            IsAway = comeBackAfter is not null || status == HttpStatusCode.TooManyRequests
                || (!isItsOwn && status is HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout),
            IsOutcomeUnknown = isTransient && status is not (HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable),
            IsItsOwn = isItsOwn,
            ComeBackAfter = comeBackAfter,
        };
    }

    /// <summary>No answer came: connecting, sending or receiving failed.</summary>
    public SourceException Broken(string operation, Exception cause) => cause switch
    {
        SourceException already => already,
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } => new SourceException(
            $"{operation} failed: no secure connection to {_node}: {Innermost(cause)}", "Check the node's certificate and the file of certificate authorities configured for it.", isTransient: false, cause),
        HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError } => new SourceException(
            $"{operation} failed: {_node} cannot be reached: {Innermost(cause)}", "Check the address, that the node runs, and the firewall between here and there.", isTransient: true, cause) { IsAway = true },
        _ => new SourceException(
            $"{operation} failed: the connection to {_node} broke: {Innermost(cause)}", "Check the node's log and the network; try again.", isTransient: true, cause)
        {
            IsAway = true,
            IsOutcomeUnknown = true,
        },
    };

    /// <summary>Nothing moved for too long.</summary>
    public SourceException Stalled(string operation, TimeSpan limit) => new(
        $"{operation} failed: {_node} made no progress for {limit.TotalSeconds:0.#} s.", "Check that the node runs and the firewall between here and there; try again.", isTransient: true)
    {
        IsAway = true,
        IsOutcomeUnknown = true,
    };

    /// <summary>The answer is not what Qdrant would send.</summary>
    public SourceException Untrusted(string operation, string what, bool isTransient = false, Exception? cause = null, bool isAway = false) => new(
        $"{operation} failed at {_node}: {what}", "Check that the address is a Qdrant node itself, with no proxy in between that changes answers.", isTransient, cause)
    {
        IsAway = isAway,
        IsOutcomeUnknown = isAway,
    };

    /// <summary>The error text of a JSON or plain answer, in one line of bounded length.</summary>
    internal static string ServerText(ReadOnlySpan<byte> body)
    {
        body = body.Length > MaxErrorBytes ? body[..MaxErrorBytes] : body;
        var text = ErrorMember(body) ?? Encoding.UTF8.GetString(body);
        var line = new StringBuilder(text.Length);
        foreach (var c in text.Trim())
        {
            line.Append(char.IsControl(c) ? ' ' : c);
        }

        return line.ToString();
    }

    private static string? ErrorMember(ReadOnlySpan<byte> body)
    {
        try
        {
            var reader = new Utf8JsonReader(body);
            return JsonDocument.TryParseValue(ref reader, out var document)
                && document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("status", out var status)
                && status.ValueKind == JsonValueKind.Object
                && status.TryGetProperty("error", out var error)
                ? error.GetString()
                : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null; // Not JSON, or cut: shown as it came.
        }
    }

    private static string Innermost(Exception e) => e.GetBaseException().Message;
}
