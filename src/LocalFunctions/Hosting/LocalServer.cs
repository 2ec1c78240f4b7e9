using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;

namespace LocalFunctions.Hosting;

/// <summary>Reads the addresses from the web server, which knows them once it listens.</summary>
internal sealed class LocalServer(IServer server) : ILocalServer
{
    public IReadOnlyList<Uri> Addresses =>
        server.Features.Get<IServerAddressesFeature>()?.Addresses.Select(Reachable).OfType<Uri>().ToList() ?? [];

    // A wildcard is where a server listens, not where a client can connect to.
    private static Uri? Reachable(string address)
    {
        var bound = BindingAddress.Parse(address);
        if (bound.IsUnixPipe || bound.IsNamedPipe)
        {
            return null;
        }

        var host = bound.Host switch
        {
            "0.0.0.0" => "127.0.0.1",
            "[::]" or "*" or "+" => "localhost",
            var name => name,
        };
        return new Uri($"{bound.Scheme}://{host}:{bound.Port}{bound.PathBase}");
    }
}
