using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using QdrantBackup.Harness;

namespace LocalFunctions.Tests.Hosting;

public sealed class Signals
{
    public TaskCompletionSource Cancelled { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}

public class Streams(Signals signals)
{
    [Function("Upper")]
    public async Task Upper([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "upper")] HttpRequest request, CancellationToken cancellationToken)
    {
        var buffer = new byte[64];
        int read;
        while ((read = await request.Body.ReadAsync(buffer, cancellationToken)) > 0)
        {
            await request.HttpContext.Response.WriteAsync(Encoding.ASCII.GetString(buffer, 0, read).ToUpperInvariant(), cancellationToken);
            await request.HttpContext.Response.Body.FlushAsync(cancellationToken);
        }
    }

    [Function("Forever")]
    public async Task Forever([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "forever")] HttpRequest request, CancellationToken cancellationToken)
    {
        await request.HttpContext.Response.WriteAsync("begin", cancellationToken);
        await request.HttpContext.Response.Body.FlushAsync(cancellationToken);
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
        }
        finally
        {
            signals.Cancelled.SetResult();
        }
    }

    [Function("BreaksLater")]
    public async Task BreaksLater([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "breaks")] HttpRequest request)
    {
        await request.HttpContext.Response.WriteAsync("begin");
        await request.HttpContext.Response.Body.FlushAsync();
        throw new InvalidOperationException("after the first bytes");
    }
}

public sealed class StreamingTests
{
    // HttpClient sends a whole HTTP/1.1 request before it reads the response, so this speaks for itself.
    [Fact]
    [Trait("Honours", "3 Streaming")]
    public async Task Bodies_stream_both_ways_while_the_function_runs()
    {
        await using var app = await StartAsync();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var connection = new TcpClient();
        await connection.ConnectAsync(app.Address.Host, app.Address.Port, patience.Token);
        await using var stream = connection.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"POST /api/upper HTTP/1.1\r\nHost: {app.Address.Authority}\r\nTransfer-Encoding: chunked\r\n\r\n"), patience.Token);
        await stream.WriteAsync("3\r\none\r\n"u8.ToArray(), patience.Token);
        await ReadUntilAsync(stream, "ONE", patience.Token);
        await stream.WriteAsync("3\r\ntwo\r\n0\r\n\r\n"u8.ToArray(), patience.Token);
        await ReadUntilAsync(stream, "TWO", patience.Token);
    }

    [Fact]
    public async Task A_caller_that_goes_away_cancels_the_function()
    {
        await using var app = await StartAsync();
        using (var answer = await app.Http.GetAsync(new Uri("/api/forever", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead))
        {
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        await app.Services.GetRequiredService<Signals>().Cancelled.Task.WithinAsync("the function to be cancelled");
        Assert.DoesNotContain(app.Log.Lines, line => line.StartsWith("Error", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Stopping_cancels_what_still_runs_when_the_drain_is_over()
    {
        await using var app = await StartAsync(drainSeconds: "0");
        using var answer = await app.Http.GetAsync(new Uri("/api/forever", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);
        var signals = app.Services.GetRequiredService<Signals>();
        await app.StopAsync();
        Assert.True(signals.Cancelled.Task.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task A_function_that_fails_after_its_first_bytes_cuts_the_connection()
    {
        await using var app = await StartAsync();
        await Assert.ThrowsAsync<HttpRequestException>(() => app.Http.GetStringAsync(new Uri("/api/breaks", UriKind.Relative)));
    }

    private static Task<TestApp> StartAsync(string drainSeconds = "5") => TestApp.StartAsync([typeof(Streams)], builder =>
    {
        builder.Services.AddSingleton<Signals>();
        builder.Configuration["LocalFunctions:DrainSeconds"] = drainSeconds;
    });

    private static async Task ReadUntilAsync(Stream stream, string text, CancellationToken cancellationToken)
    {
        var seen = new StringBuilder();
        var buffer = new byte[256];
        while (!seen.ToString().Contains(text, StringComparison.Ordinal))
        {
            var read = await stream.ReadAsync(buffer, cancellationToken);
            Assert.NotEqual(0, read);
            seen.Append(Encoding.ASCII.GetString(buffer, 0, read));
        }
    }
}
