using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using QdrantBackup.Harness;

namespace QdrantBackup.Integration.Tests.Storage;

/// <summary>The way to a storage service: a proxy that passes everything on as it is, until it is told to make trouble.</summary>
public sealed class TroubledLink : IAsyncDisposable
{
    private static readonly string[] OwnHeaders = ["Host", "Transfer-Encoding", "Connection", "Expect"];

    // No connection is kept: a service that is told to stop waits for those that are open.
    private readonly HttpClient _service = new(new SocketsHttpHandler { AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.Zero });
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly WebApplication _proxy;
    private readonly Uri _target;
    private int _requests;
    private int _troubled;
    private int _awaited = int.MaxValue;

    private TroubledLink(WebApplication proxy, Uri target)
    {
        _proxy = proxy;
        _target = target;
    }

    /// <summary>What happens to the n-th request, counted from one.</summary>
    public Func<int, Trouble> Weather { get; set; } = _ => Trouble.None;

    /// <summary>How many requests met with trouble.</summary>
    public int Troubled => Volatile.Read(ref _troubled);

    private Uri Address => new(_proxy.Urls.Single());

    /// <summary>Opens a way to the service that a connection string names.</summary>
    public static async Task<TroubledLink> OpenAsync(string connectionString)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0").ConfigureKestrel(o =>
        {
            o.Limits.MaxRequestBodySize = null;
            o.Limits.MinRequestBodyDataRate = null;
            o.Limits.MinResponseDataRate = null;
        });
        var link = new TroubledLink(builder.Build(), new Uri(EndpointOf(connectionString)));
        link._proxy.Run(link.RelayAsync);
        await link._proxy.StartAsync();
        return link;
    }

    /// <summary>The same place by this way.</summary>
    public string Through(string connectionString) =>
        connectionString.Replace(_target.GetLeftPart(UriPartial.Authority), Address.GetLeftPart(UriPartial.Authority), StringComparison.Ordinal);

    /// <summary>Ends when as many more requests have come.</summary>
    public Task AfterAsync(int requests)
    {
        Volatile.Write(ref _awaited, Volatile.Read(ref _requests) + requests);
        return _reached.Task.WithinAsync($"{requests} more requests to come");
    }

    public async ValueTask DisposeAsync()
    {
        await _proxy.DisposeAsync();
        _service.Dispose();
    }

    private static string EndpointOf(string connectionString) =>
        connectionString.Split(';').Select(part => part.Split('=', 2)).Single(part => part[0] == "BlobEndpoint")[1];

    private async Task RelayAsync(HttpContext context)
    {
        var number = Interlocked.Increment(ref _requests);
        if (number >= Volatile.Read(ref _awaited))
        {
            _reached.TrySetResult();
        }

        var trouble = Weather(number);
        if (trouble != Trouble.None)
        {
            Interlocked.Increment(ref _troubled);
        }

        switch (trouble)
        {
            case Trouble.Busy:
                await RefuseAsync(context, HttpStatusCode.ServiceUnavailable, "ServerBusy");
                break;
            case Trouble.Throttled:
                await RefuseAsync(context, HttpStatusCode.TooManyRequests, "TooManyRequests");
                break;
            case Trouble.LostRequest:
                context.Abort();
                break;
            default:
                await PassOnAsync(context, trouble);
                break;
        }
    }

    private static Task RefuseAsync(HttpContext context, HttpStatusCode status, string code)
    {
        context.Response.StatusCode = (int)status;
        context.Response.Headers["x-ms-error-code"] = code;
        context.Response.ContentType = "application/xml";
        return context.Response.WriteAsync($"<?xml version=\"1.0\" encoding=\"utf-8\"?><Error><Code>{code}</Code><Message>Try again later.</Message></Error>", context.RequestAborted);
    }

    private async Task PassOnAsync(HttpContext context, Trouble trouble)
    {
        using var request = Outgoing(context.Request, trouble);
        HttpResponseMessage answer;
        try
        {
            answer = await _service.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, context.RequestAborted);
        }
        catch (HttpRequestException)
        {
            // Nobody listens there: the caller sees a connection that is closed without an answer.
            context.Abort();
            return;
        }

        using (answer)
        {
            if (trouble == Trouble.LostAnswer)
            {
                await answer.Content.CopyToAsync(Stream.Null, context.RequestAborted);
                context.Abort();
                return;
            }

            await AnswerAsync(context, answer, trouble);
        }
    }

    private HttpRequestMessage Outgoing(HttpRequest incoming, Trouble trouble)
    {
        // As it was written: the signature covers it.
        var path = incoming.HttpContext.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var request = new HttpRequestMessage(new HttpMethod(incoming.Method), new Uri(_target.GetLeftPart(UriPartial.Authority) + path));
        if (incoming.ContentLength is not null)
        {
            request.Content = new StreamContent(trouble == Trouble.Slow ? new TricklingStream(incoming.Body) : incoming.Body);
        }

        foreach (var (name, values) in incoming.Headers.Where(h => !OwnHeaders.Contains(h.Key, StringComparer.OrdinalIgnoreCase)))
        {
            if (!request.Headers.TryAddWithoutValidation(name, values.AsEnumerable()))
            {
                request.Content?.Headers.TryAddWithoutValidation(name, values.AsEnumerable());
            }
        }

        return request;
    }

    private static async Task AnswerAsync(HttpContext context, HttpResponseMessage answer, Trouble trouble)
    {
        context.Response.StatusCode = (int)answer.StatusCode;
        foreach (var (name, values) in answer.Headers.Concat(answer.Content.Headers).Where(h => !OwnHeaders.Contains(h.Key, StringComparer.OrdinalIgnoreCase)))
        {
            context.Response.Headers[name] = values.ToArray();
        }

        var stream = await answer.Content.ReadAsStreamAsync(context.RequestAborted);
        if (trouble == Trouble.TornAnswer)
        {
            var half = new byte[answer.Content.Headers.ContentLength.GetValueOrDefault() / 2];
            await stream.ReadExactlyAsync(half, context.RequestAborted);
            await context.Response.Body.WriteAsync(half, context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            context.Abort();
        }
        else if (context.Request.Method != HttpMethods.Head)
        {
            await (trouble == Trouble.Slow ? new TricklingStream(stream) : stream).CopyToAsync(context.Response.Body, context.RequestAborted);
        }
    }
}
