using System.Globalization;
using System.Net;
using System.Text;
using QdrantBackup.Clusters;
using QdrantBackup.Harness;

namespace QdrantBackup.Integration.Tests.Clusters;

/// <summary>A download goes on only in the same file: a server, or something before it, that does not understand <c>If-Match</c> answers with another one and says so by its ETag alone.</summary>
public sealed class ResumeTests : IAsyncDisposable
{
    private const string Begun = "\"a:1\"";
    private const string NoETag = "";
    private const int Length = 1000;

    private readonly HttpListener _server;
    private readonly QdrantNodes _nodes = new(TimeProvider.System);
    private readonly Task _serving;
    private string _etag = Begun;

    public ResumeTests()
    {
        (_server, Address) = Listen();
        _serving = ServeAsync();
    }

    public static TheoryData<string> OtherETags => ["\"b:1\"", "\"A:1\"", "a:1", "\"\"", NoETag];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private Uri Address { get; }

    [Theory]
    [MemberData(nameof(OtherETags))]
    public async Task The_rest_of_a_file_with_another_ETag_is_refused_although_the_server_serves_it(string other)
    {
        await using (var first = await Node().OpenSnapshotAsync("docs", "docs.snapshot", 0, null, Stop))
        {
            Assert.Equal((Begun, (long)Length), (first.ETag, first.TotalLength));
        }

        _etag = other;
        var failure = await Assert.ThrowsAsync<SourceException>(() => Node().OpenSnapshotAsync("docs", "docs.snapshot", 100, Begun, Stop).WithinAsync("the refusal"));

        Assert.Contains("changed since the download began", failure.Message, StringComparison.Ordinal);
        Assert.False(failure.IsTransient);
    }

    [Theory]
    [MemberData(nameof(OtherETags))]
    public async Task Some_bytes_of_a_file_with_another_ETag_are_refused_although_the_server_serves_them(string other)
    {
        _etag = other;
        var failure = await Assert.ThrowsAsync<SourceException>(() => Node().ReadSnapshotAsync("docs", "docs.snapshot", 100, 50, Begun, Stop).WithinAsync("the refusal"));

        Assert.Contains("changed since the download began", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_rest_of_the_same_file_is_taken()
    {
        await using var rest = await Node().OpenSnapshotAsync("docs", "docs.snapshot", 100, Begun, Stop);

        Assert.Equal((100L, (long)Length, Begun), (rest.Offset, rest.TotalLength, rest.ETag));
    }

    public async ValueTask DisposeAsync()
    {
        _server.Stop();
        await _serving.WithinAsync("the server to stop");
        _server.Close();
        _nodes.Dispose();
    }

    private static (HttpListener Server, Uri Address) Listen()
    {
        var chance = new Chance((ulong)Environment.ProcessId);
        for (var attempt = 0; ; attempt++)
        {
            var address = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{20_000 + chance.Next(12_000)}/");
            var server = new HttpListener();
            server.Prefixes.Add(address);
            try
            {
                server.Start();
                return (server, new Uri(address));
            }
            catch (HttpListenerException) when (attempt < 50)
            {
                // Somebody listens there.
            }
        }
    }

    private IQdrantNode Node() => _nodes.Open(new QdrantNodeOptions { Url = Address, RetryDelay = TimeSpan.FromMilliseconds(1), IdleTimeout = TimeSpan.FromSeconds(20) });

    /// <summary>Answers as a file server does that knows ranges and no conditions.</summary>
    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                var context = await _server.GetContextAsync();
                var (request, response) = (context.Request, context.Response);
                var (begin, end) = (0, Length);
                if (request.Headers["Range"] is { } range)
                {
                    var limits = range["bytes=".Length..].Split('-');
                    begin = int.Parse(limits[0], CultureInfo.InvariantCulture);
                    end = limits[1].Length == 0 ? Length : int.Parse(limits[1], CultureInfo.InvariantCulture) + 1;
                    response.StatusCode = 206;
                    response.Headers["Content-Range"] = $"bytes {begin}-{end - 1}/{Length}";
                }

                if (_etag != NoETag)
                {
                    response.Headers["ETag"] = _etag;
                }

                response.ContentLength64 = end - begin;
                await response.OutputStream.WriteAsync(Encoding.ASCII.GetBytes(new string('x', end - begin)));
                response.Close();
            }
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException || !_server.IsListening)
        {
            // Stopped.
        }
    }
}
