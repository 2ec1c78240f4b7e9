using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace QdrantBackup.Cli.Connection;

/// <summary>How a command reaches a server: directly, to the address that it was given and to no other, and with a key only where nobody can read it on the way.</summary>
internal static class ServerConnection
{
    private const string KeyHeader = "X-API-Key";

    /// <summary>A client of the server at an address.</summary>
    /// <param name="address">The server's.</param>
    /// <param name="apiKey">The key to send; null for none.</param>
    /// <param name="allowsPlainHttp">Whether a key may travel over plain http to another machine.</param>
    /// <param name="socket">The Unix socket to connect by; null to connect to the address.</param>
    /// <exception cref="UsageException">The key would be sent in the clear, or cannot be a key.</exception>
    public static HttpClient Open(Uri address, string? apiKey, bool allowsPlainHttp, string? socket = null)
    {
        if (apiKey is not null && address.Scheme == Uri.UriSchemeHttp && !allowsPlainHttp && !address.IsLoopback && !IsOwn(address))
        {
            throw new UsageException(
                $"the API key would be sent over plain http to {address.IdnHost}, where everybody on the way can read it",
                "Give the server's https address, run the command on the server, or say --allow-plain-http if the network in between is private.");
        }

        if (apiKey is not null && !apiKey.All(character => character is > ' ' and <= '~'))
        {
            throw new UsageException("the API key holds characters that no key has", "Check QDRANT_BACKUP_API_KEY or --api-key for blanks, quotes and line ends.");
        }

        var http = new HttpClient(HandlerOf(address, socket)) { BaseAddress = address, Timeout = Patience.OfProgram };
        if (apiKey is not null)
        {
            http.DefaultRequestHeaders.Add(KeyHeader, apiKey);
        }

        return http;
    }

    // A redirect would carry the key to an address that nobody gave; so would a proxy to which plain http is sent.
    private static SocketsHttpHandler HandlerOf(Uri address, string? socket) => new()
    {
        ConnectTimeout = Patience.OfProgramToConnect,
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = address.Scheme == Uri.UriSchemeHttps,
        ConnectCallback = socket is null ? null : (_, cancellationToken) => ConnectAsync(socket, cancellationToken),
    };

    private static async ValueTask<Stream> ConnectAsync(string path, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Whether it is an address of this machine: a server that listens on one is found by its state directory under that address.</summary>
    private static bool IsOwn(Uri address) => System.Net.IPAddress.TryParse(address.IdnHost, out var wanted)
        && NetworkInterface.GetAllNetworkInterfaces().Any(card => card.GetIPProperties().UnicastAddresses.Any(own => own.Address.Equals(wanted)));
}
