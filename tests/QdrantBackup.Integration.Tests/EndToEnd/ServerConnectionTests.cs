using System.Net;
using System.Net.Sockets;
using System.Text;
using QdrantBackup.Cli;
using QdrantBackup.Cli.Connection;

namespace QdrantBackup.Integration.Tests.EndToEnd;

/// <summary>The key of the command line goes to the server that was named, and over no wire that others can read.</summary>
public sealed class ServerConnectionTests
{
    private const string Key = "qb_0123456789abcdefghjkmnpqrstvwxyz";

    [Theory]
    [InlineData("http://backup.example:8000")]
    [InlineData("http://192.0.2.7:8000")]
    [InlineData("http://[2001:db8::7]:8000")]
    [InlineData("http://127.0.0.1.example:8000")]
    [InlineData("http://localhost.example:8000")]
    public async Task A_key_is_not_sent_over_plain_http_to_another_machine(string server)
    {
        var (code, _, errors) = await RunAsync("list", "--server", server, "--api-key", Key);

        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains("plain http", errors, StringComparison.Ordinal);
        Assert.Contains("--allow-plain-http", errors, StringComparison.Ordinal);
        Assert.DoesNotContain(Key, errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://127.0.0.1:8000", false)]
    [InlineData("http://127.8.9.10:8000", false)]
    [InlineData("http://[::1]:8000", false)]
    [InlineData("http://localhost:8000", false)]
    [InlineData("https://backup.example:8000", false)]
    [InlineData("http://backup.example:8000", true)]
    public void To_this_machine_over_https_or_where_it_is_allowed_by_name_it_is_sent(string server, bool isAllowed)
    {
        using var http = ServerConnection.Open(new Uri(server), Key, isAllowed);
        Assert.Equal(Key, Assert.Single(http.DefaultRequestHeaders.GetValues("X-API-Key")));
    }

    [Fact]
    public async Task A_redirect_is_not_followed_and_reported_with_where_it_leads()
    {
        using var trap = new TcpListener(IPAddress.Loopback, 0);
        trap.Start();
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        var target = $"http://127.0.0.1:{((IPEndPoint)trap.LocalEndpoint).Port}/x\u001b?sig=hunter2";
        var answering = AnswerAsync(server, $"HTTP/1.1 307 Temporary Redirect\r\nLocation: {target}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");

        var (code, _, errors) = await RunAsync("list", "--server", $"http://127.0.0.1:{((IPEndPoint)server.LocalEndpoint).Port}", "--api-key", Key);

        Assert.Contains(Key, await answering, StringComparison.Ordinal);
        Assert.False(trap.Pending(), "the redirect was followed");
        Assert.Equal(ExitCode.Failed, code);
        Assert.Contains("307", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://me:hunter2@127.0.0.1:8000")]
    [InlineData("me:hunter2@127.0.0.1:8000")]
    [InlineData("http://127.0.0.1:8000?sig=hunter2")]
    public async Task A_password_in_the_address_of_the_server_is_refused_and_not_shown(string server)
    {
        var (code, _, errors) = await RunAsync("list", "--server", server);

        Assert.Equal(ExitCode.Usage, code);
        Assert.DoesNotContain("hunter2", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_server_answers_reaches_the_terminal_as_text_only()
    {
        const string Evil = "\\u001b[2J\\u0007\\u009b31m\\r\\nerror: forged\\u202e";
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        var body = $$"""{"type":"urn:x","title":"t","status":400,"detail":"name '{{Evil}}' is wrong","hint":"do {{Evil}}"}""";
        var answering = AnswerAsync(server, $"HTTP/1.1 400 Bad Request\r\nContent-Type: application/problem+json\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\nConnection: close\r\n\r\n{body}");

        var (_, _, errors) = await RunAsync("list", "--server", $"http://127.0.0.1:{((IPEndPoint)server.LocalEndpoint).Port}");
        await answering;

        Assert.Equal(2, errors.TrimEnd('\n').Split('\n').Length);
        Assert.DoesNotContain(errors, character => (char.IsControl(character) && character != '\n') || character is '\u202e');
        Assert.Contains("forged", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("table")]
    [InlineData("json")]
    public async Task Tables_and_JSON_of_a_server_hold_nothing_that_a_terminal_obeys(string format)
    {
        const string Evil = "\\u001b[2J\\u0007\\u009b31m\\r\\nforged\\u202e\\u2066";
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        var body = $$"""{"backups":[{"id":"{{Evil}}","state":"{{Evil}}","started":"{{Evil}}","suspect":"{{Evil}}","{{Evil}}":"x"}],"storeAway":"{{Evil}}"}""";
        var answering = AnswerAsync(server, $"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\nConnection: close\r\n\r\n{body}");

        var (code, results, errors) = await RunAsync("list", "--output", format, "--server", $"http://127.0.0.1:{((IPEndPoint)server.LocalEndpoint).Port}");
        await answering;

        Assert.Equal(ExitCode.Done, code);
        Assert.Contains("forged", results, StringComparison.Ordinal);
        Assert.DoesNotContain(results + errors, character => (char.IsControl(character) && character is not '\n') || character is '\u202e' or '\u2066');
        if (format == "json")
        {
            using var parsed = System.Text.Json.JsonDocument.Parse(results);
            Assert.Equal("\u001b[2J\u0007\u009b31m\r\nforged\u202e\u2066", parsed.RootElement.GetProperty("backups")[0].GetProperty("id").GetString());
        }
    }

    private static async Task<(int Code, string Results, string Errors)> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        var code = await CommandLine.RunAsync(arguments, output, error);
        return (code, output.ToString(), error.ToString());
    }

    private static async Task<string> AnswerAsync(TcpListener listener, string answer)
    {
        var stop = TestContext.Current.CancellationToken;
        using var client = await listener.AcceptTcpClientAsync(stop);
        var buffer = new byte[64 * 1024];
        var read = await client.GetStream().ReadAsync(buffer, stop);
        await client.GetStream().WriteAsync(Encoding.UTF8.GetBytes(answer), stop);
        return Encoding.ASCII.GetString(buffer, 0, read);
    }
}
