using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace QdrantBackup.Clusters;

/// <summary>Sends the small requests of one node: with time limits, size limits, retries of requests that only read, and errors with a hint.</summary>
internal sealed class NodeClient : IDisposable
{
    private const int MaxJsonBytes = 64 * 1024 * 1024;
    private readonly QdrantNodeOptions _options;
    private readonly HttpMessageInvoker _http;
    private readonly NodeRetries _retries;
    private readonly Uri _prefix;

    public NodeClient(QdrantNodeOptions options, TimeProvider time)
    {
        (_options, Time) = (options, time);
        _retries = new NodeRetries(options, time);
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

    /// <summary>
    /// Sends a request that only reads, or that has the same effect when it is sent twice, again if need be. The caller still reads the body; any status is returned
    /// unless a retry may help.
    /// </summary>
    public Task<HttpResponseMessage> ReadAsync(string operation, Func<HttpRequestMessage> request, CancellationToken cancellationToken) =>
        _retries.RunAsync(stop => TryAsync(operation, request(), stop), isRepeatable: true, cancellationToken);

    /// <summary>The same, with the whole of a small answer: an answer that breaks off is requested again too.</summary>
    public Task<HttpResponseMessage> ReadWholeAsync(string operation, Func<HttpRequestMessage> request, CancellationToken cancellationToken) => _retries.RunAsync(
        async stop =>
        {
            using var response = await TryAsync(operation, request(), stop);
            return new HttpResponseMessage(response.StatusCode) { Content = new ReadOnlyMemoryContent(await BodyAsync(operation, response, MaxJsonBytes, stop)) };
        },
        isRepeatable: true,
        cancellationToken);

    /// <summary>Sends a request that must not be carried out twice: again only when the node cannot have carried it out.</summary>
    public Task<HttpResponseMessage> SendOnceAsync(string operation, Func<HttpRequestMessage> request, CancellationToken cancellationToken) =>
        _retries.RunAsync(stop => TryAsync(operation, request(), stop), isRepeatable: false, cancellationToken);

    private async Task<HttpResponseMessage> TryAsync(string operation, HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await SendAsync(operation, request, cancellationToken);
        if ((int)response.StatusCode < 500 && response.StatusCode is not (HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests))
        {
            return response;
        }

        using (response)
        {
            throw await FailureAsync(operation, response, cancellationToken);
        }
    }

    // Once, until the beginning of the answer.
    private async Task<HttpResponseMessage> SendAsync(string operation, HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var limit = Patience.AnswerWithin(_options.IdleTimeout);
        using var timeout = new CancellationTokenSource(limit, Time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            return await _http.SendAsync(request, linked.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw Errors.Stalled(operation, limit);
        }
        catch (HttpRequestException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw Errors.Broken(operation, e);
        }
    }

    /// <summary>A request with a JSON body of known length: some proxies accept no other.</summary>
    public HttpRequestMessage Request<T>(HttpMethod method, string path, T body, JsonTypeInfo<T> type)
    {
        var request = Request(method, path);
        request.Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(body, type)) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        return request;
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

    /// <summary>The error for an unsuccessful answer.</summary>
    public async Task<SourceException> FailureAsync(string operation, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var body = await BodyAsync(operation, response, NodeErrors.MaxErrorBytes, cancellationToken);
        return Errors.Answered(operation, response.StatusCode, body.Span, ComeBackAfter(response));
    }

    // Seconds, or a date by the server's clock.
    private TimeSpan? ComeBackAfter(HttpResponseMessage response) => response.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } => (date - (response.Headers.Date ?? Time.GetUtcNow())) is { Ticks: > 0 } wait ? wait : TimeSpan.Zero,
        _ => null,
    };

    /// <summary>Whether an answer means that the collection or snapshot does not exist. A 404 without Qdrant's words may come from a proxy.</summary>
    public async Task<bool> IsMissingAsync(string operation, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.StatusCode != HttpStatusCode.NotFound)
        {
            return false;
        }

        var failure = await FailureAsync(operation, response, cancellationToken);
        return failure.Message.Contains("Not found: ", StringComparison.Ordinal) ? true : throw failure;
    }

    // Reads at most one byte more than the limit, so that the caller notices an answer that is too long.
    private async Task<ReadOnlyMemory<byte>> BodyAsync(string operation, HttpResponseMessage response, int limit, CancellationToken cancellationToken)
    {
        await using var body = new AnswerStream(
            response, await AnswerEncoding.OpenAsync(response, Errors, operation, cancellationToken), Errors, operation, offset: 0, end: null, Patience.AnswerWithin(_options.IdleTimeout), Time);
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
