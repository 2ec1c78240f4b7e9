using System.Buffers;
using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace QdrantBackup.Clusters;

/// <summary>Sends the small requests of one node: with time limits, size limits, retries of what only reads, and errors that say what to do.</summary>
internal sealed class NodeClient : IDisposable
{
    private const int MaxJsonBytes = 64 * 1024 * 1024;
    private const int Attempts = 4;

    private readonly QdrantNodeOptions _options;
    private readonly HttpMessageInvoker _http;
    private readonly Uri _prefix;

    public NodeClient(QdrantNodeOptions options, TimeProvider time)
    {
        (_options, Time) = (options, time);
        _http = new HttpMessageInvoker(NodeHandler.Create(options), disposeHandler: true);
        _prefix = options.Url.AbsoluteUri.EndsWith('/') ? options.Url : new Uri(options.Url.AbsoluteUri + "/");
        Errors = new NodeErrors(options.Url);
    }

    public NodeErrors Errors { get; }

    public TimeProvider Time { get; }

    public void Dispose() => _http.Dispose();

    public HttpRequestMessage Request(HttpMethod method, string path)
    {
        var request = new HttpRequestMessage(method, new Uri(_prefix, path)) { Version = HttpVersion.Version11 };
        request.Headers.TryAddWithoutValidation("Accept-Encoding", "identity");
        if (_options.ApiKey is { } key)
        {
            request.Headers.TryAddWithoutValidation("api-key", key);
        }

        return request;
    }

    /// <summary>Sends a request that only reads, again if need be. The answer's body is still to be read; any status comes back as it is unless trying again may help.</summary>
    public async Task<HttpResponseMessage> ReadAsync(string operation, Func<HttpRequestMessage> request, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var response = await SendAsync(operation, request(), cancellationToken);
                if ((int)response.StatusCode < 500 && response.StatusCode is not (HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests))
                {
                    return response;
                }

                using (response)
                {
                    throw await FailureAsync(operation, response, cancellationToken);
                }
            }
            catch (SourceException e) when (e.IsTransient && attempt < Attempts)
            {
                await Task.Delay(_options.RetryDelay * (1 << (attempt - 1)), Time, cancellationToken);
            }
        }
    }

    /// <summary>Sends a request once, and waits for the beginning of the answer.</summary>
    public async Task<HttpResponseMessage> SendAsync(string operation, HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(_options.IdleTimeout, Time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            return await _http.SendAsync(request, linked.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw Errors.Stalled(operation, _options.IdleTimeout);
        }
        catch (HttpRequestException e)
        {
            throw Errors.Broken(operation, e);
        }
    }

    /// <summary>The result of a successful answer; an unsuccessful one is thrown.</summary>
    public async Task<T> ResultAsync<T>(string operation, HttpResponseMessage response, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        if (!response.IsSuccessStatusCode)
        {
            throw await FailureAsync(operation, response, cancellationToken);
        }

        var body = await BodyAsync(operation, response, MaxJsonBytes, cancellationToken);
        if (body.Length > MaxJsonBytes)
        {
            throw Errors.Untrusted(operation, $"the answer is longer than {MaxJsonBytes} bytes.");
        }

        try
        {
            return JsonSerializer.Deserialize(body.Span, type) ?? throw Errors.Untrusted(operation, "the answer is null.");
        }
        catch (JsonException e)
        {
            throw Errors.Untrusted(operation, $"the answer is not the JSON it should be: {e.Message}", isTransient: false, e);
        }
    }

    /// <summary>The error an unsuccessful answer stands for.</summary>
    public async Task<SourceException> FailureAsync(string operation, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var body = await BodyAsync(operation, response, NodeErrors.MaxErrorBytes, cancellationToken);
        return Errors.Answered(operation, response.StatusCode, body.Span);
    }

    /// <summary>Whether an answer says that the collection or snapshot is not there. A 404 without Qdrant's words may come from anything in between.</summary>
    public async Task<bool> IsMissingAsync(string operation, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.StatusCode != HttpStatusCode.NotFound)
        {
            return false;
        }

        var failure = await FailureAsync(operation, response, cancellationToken);
        return failure.Message.Contains("Not found: ", StringComparison.Ordinal) ? true : throw failure;
    }

    // Reads at most one byte more than the limit, so that the caller can tell.
    private async Task<ReadOnlyMemory<byte>> BodyAsync(string operation, HttpResponseMessage response, int limit, CancellationToken cancellationToken)
    {
        await using var body = new AnswerStream(
            response, await response.Content.ReadAsStreamAsync(cancellationToken), Errors, operation, offset: 0, end: null, _options.IdleTimeout, Time);
        var read = new ArrayBufferWriter<byte>(4096);
        while (read.WrittenCount <= limit)
        {
            var space = read.GetMemory(4096);
            var count = await body.ReadAsync(space[..Math.Min(space.Length, limit + 1 - read.WrittenCount)], cancellationToken);
            if (count == 0)
            {
                break;
            }

            read.Advance(count);
        }

        return read.WrittenMemory;
    }
}
