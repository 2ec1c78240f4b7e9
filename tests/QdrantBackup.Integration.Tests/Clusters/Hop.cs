using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace QdrantBackup.Integration.Tests.Clusters;

/// <summary>Something between the app and a node: it passes everything on as it is, until a test tells it what to answer or what to change.</summary>
internal sealed class Hop : IAsyncDisposable
{
    private static readonly string[] OwnHeaders = ["Host", "Transfer-Encoding", "Connection", "Expect", "Keep-Alive"];

    private readonly HttpClient _node = new(new SocketsHttpHandler { AllowAutoRedirect = false, AutomaticDecompression = DecompressionMethods.None, PooledConnectionLifetime = TimeSpan.Zero });
    private readonly List<HopRequest> _seen = [];
    private readonly WebApplication _server;
    private readonly Uri _target;

    private Hop(WebApplication server, Uri target) => (_server, _target) = (server, target);

    public Uri Address => new(_server.Urls.Single());

    /// <summary>Answers in the node's place, before the node hears of the request; null passes it on.</summary>
    public Func<HopRequest, HopAnswer?> Before { get; set; } = _ => null;

    /// <summary>Changes what the node answered.</summary>
    public Func<HopRequest, HopAnswer, HopAnswer> After { get; set; } = (_, answer) => answer;

    /// <summary>Headers of requests that never reach the node.</summary>
    public string[] Drops { get; set; } = [];

    public IReadOnlyList<HopRequest> Seen
    {
        get
        {
            lock (_seen)
            {
                return [.. _seen];
            }
        }
    }

    public static async Task<Hop> OpenAsync(Uri target)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0").ConfigureKestrel(o => o.Limits.MaxRequestBodySize = null);
        var hop = new Hop(builder.Build(), target);
        hop._server.Run(hop.RelayAsync);
        await hop._server.StartAsync();
        return hop;
    }

    /// <summary>Changes the <c>result</c> of the node's JSON answers to requests that end like this.</summary>
    public void Edit(string method, string pathEnd, Action<JsonNode> edit) => After = (request, answer) =>
    {
        if (request.Method != method || !request.Path.EndsWith(pathEnd, StringComparison.Ordinal))
        {
            return answer;
        }

        var json = JsonNode.Parse(answer.Body)!;
        edit(json["result"]!);
        return answer with { Body = Encoding.UTF8.GetBytes(json.ToJsonString()) };
    };

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _node.Dispose();
    }

    private async Task RelayAsync(HttpContext context)
    {
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var request = new HopRequest(context.Request.Method, target.Split('?')[0], context.Request.Headers.Range.FirstOrDefault(), context.Request.Headers.IfMatch.FirstOrDefault());
        lock (_seen)
        {
            _seen.Add(request);
        }

        try
        {
            await SendAsync(context, Before(request) ?? After(request, await PassOnAsync(context, target)));
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            context.Abort();
        }
    }

    private async Task<HopAnswer> PassOnAsync(HttpContext context, string target)
    {
        using var request = new HttpRequestMessage(new HttpMethod(context.Request.Method), new Uri(_target.GetLeftPart(UriPartial.Authority) + target));
        if (context.Request.ContentLength is not null || context.Request.Headers.TransferEncoding.Count > 0)
        {
            request.Content = new StreamContent(context.Request.Body);
        }

        foreach (var (name, values) in context.Request.Headers.Where(h => !OwnHeaders.Concat(Drops).Contains(h.Key, StringComparer.OrdinalIgnoreCase)))
        {
            if (!request.Headers.TryAddWithoutValidation(name, values.AsEnumerable()))
            {
                request.Content?.Headers.TryAddWithoutValidation(name, values.AsEnumerable());
            }
        }

        using var answer = await _node.SendAsync(request, context.RequestAborted);
        var headers = answer.Headers.Concat(answer.Content.Headers)
            .Where(h => !OwnHeaders.Contains(h.Key, StringComparer.OrdinalIgnoreCase))
            .ToDictionary(h => h.Key, h => string.Join(", ", h.Value), StringComparer.OrdinalIgnoreCase);
        return new HopAnswer((int)answer.StatusCode, await answer.Content.ReadAsByteArrayAsync(context.RequestAborted), headers);
    }

    private static async Task SendAsync(HttpContext context, HopAnswer answer)
    {
        if (answer.IsReset)
        {
            context.Abort();
            return;
        }

        context.Response.StatusCode = answer.Status;
        foreach (var (name, value) in answer.Headers)
        {
            context.Response.Headers[name] = value;
        }

        context.Response.ContentLength = answer.HasLength ? answer.Body.Length : null;
        if (answer.CutAfter is { } cut && cut < answer.Body.Length)
        {
            await context.Response.Body.WriteAsync(answer.Body.AsMemory(0, cut), context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            context.Abort();
            return;
        }

        await context.Response.Body.WriteAsync(answer.Body, context.RequestAborted);
    }
}

/// <summary>A request as it passed.</summary>
internal sealed record HopRequest(string Method, string Path, string? Range, string? IfMatch)
{
    public bool IsDownload => Method == "GET" && Path.Contains("/snapshots/", StringComparison.Ordinal);
}

/// <summary>An answer on its way to the app.</summary>
internal sealed record HopAnswer(int Status, byte[] Body, Dictionary<string, string> Headers)
{
    public static HopAnswer Reset { get; } = new(0, [], []) { IsReset = true };

    /// <summary>The connection breaks instead.</summary>
    public bool IsReset { get; init; }

    public bool HasLength { get; init; } = true;

    /// <summary>Where the connection breaks.</summary>
    public int? CutAfter { get; init; }

    public static HopAnswer Of(int status, string text, string? retryAfter = null) =>
        new(status, Encoding.UTF8.GetBytes(text), retryAfter is null ? [] : new() { ["Retry-After"] = retryAfter });

    public HopAnswer With(string header, string value) => this with { Headers = new(Headers, StringComparer.OrdinalIgnoreCase) { [header] = value } };

    public HopAnswer Without(string header)
    {
        var headers = new Dictionary<string, string>(Headers, StringComparer.OrdinalIgnoreCase);
        headers.Remove(header);
        return this with { Headers = headers };
    }
}
