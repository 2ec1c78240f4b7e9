using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace QdrantBackup.Integration.Tests.StandIn;

/// <summary>Breaks an upload off on the raw connection, as an observation of the recording tells.</summary>
internal static class RawUpload
{
    /// <summary>Sends as much of an upload as the real server was sent, and gives back what came, if anything.</summary>
    public static async Task<string> SendAsync(Uri address, RecordedStep step, CancellationToken cancellationToken)
    {
        var body = Replay.Multipart(new JsonObject { ["field"] = "snapshot", ["filename"] = "a.snapshot", ["file"] = "mixtral_vectors.snapshot", ["length"] = 0 });
        var missing = step.Facts!["bytesOfBody"]!.GetValue<int>() - step.Facts["bytesOfBodySent"]!.GetValue<int>();
        var sent = body.AsMemory(0, body.Length - missing);
        var isChunked = step.Name.Contains("chunked", StringComparison.Ordinal);

        using var client = new TcpClient();
        await client.ConnectAsync(address.Host, address.Port, cancellationToken);
        var stream = client.GetStream();
        await WriteAsync(
            $"POST /collections/fresh/snapshots/upload?priority=snapshot HTTP/1.1\r\nHost: {address.Authority}\r\nContent-Type: multipart/form-data; boundary=----qdrant-recording-boundary\r\n"
            + (isChunked ? "Transfer-Encoding: chunked\r\n\r\n" : $"Content-Length: {body.Length}\r\n\r\n"));
        if (isChunked)
        {
            await WriteAsync(sent.Length.ToString("x", CultureInfo.InvariantCulture) + "\r\n");
        }

        await stream.WriteAsync(sent, cancellationToken);
        if (isChunked)
        {
            await WriteAsync(step.Name.Contains("properly ended", StringComparison.Ordinal) ? "\r\n0\r\n\r\n" : "\r\n");
        }

        if (step.Name.EndsWith(", closed", StringComparison.Ordinal))
        {
            return "";
        }

        if (step.Name.EndsWith("half-closed", StringComparison.Ordinal))
        {
            client.Client.Shutdown(SocketShutdown.Send);
        }

        try
        {
            var answer = new byte[4096];
            var read = await stream.ReadAsync(answer, cancellationToken);
            return Encoding.UTF8.GetString(answer, 0, read);
        }
        catch (IOException)
        {
            return "";
        }

        async Task WriteAsync(string text) => await stream.WriteAsync(Encoding.ASCII.GetBytes(text), cancellationToken);
    }
}
