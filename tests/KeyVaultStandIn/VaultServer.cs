using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace KeyVaultStandIn;

/// <summary>
/// Stands in for Azure Key Vault and a managed HSM where a store's key is wrapped: <c>https://localhost:port/keys/…</c>, with challenges, tokens, versions and
/// algorithms checked as the service does. A second, plain port hands out tokens as the identity endpoint of an app on Azure does.
/// </summary>
public sealed class VaultServer : IAsyncDisposable
{
    private readonly X509Certificate2 _certificate = MakeCertificate();
    private readonly ConcurrentQueue<string> _requests = new();
    private readonly VaultRequests _vault;
    private readonly IdentityRequests _identity;
    private readonly WebApplication _application;

    private VaultServer(TimeProvider time)
    {
        _vault = new VaultRequests(this, time);
        _identity = new IdentityRequests(this);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(IPAddress.Loopback, 0, listen =>
            {
                listen.Protocols = HttpProtocols.Http1;
                listen.UseHttps(_certificate);
            });
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http1);
        });
        _application = builder.Build();
        _application.Run(HandleAsync);
    }

    /// <summary>The vault's address.</summary>
    public Uri Vault { get; private set; } = null!;

    /// <summary>Where tokens are handed out: <c>IDENTITY_ENDPOINT</c>.</summary>
    public Uri IdentityEndpoint { get; private set; } = null!;

    /// <summary>What callers of that must show: <c>IDENTITY_HEADER</c>.</summary>
    public string IdentityHeader { get; } = RandomNumberGenerator.GetHexString(32, lowercase: true);

    /// <summary>The service that the vault's challenge names.</summary>
    public string Resource { get; set; } = "https://localhost";

    /// <summary>The tenant that it names.</summary>
    public string Tenant { get; set; } = "72f988bf-0000-0000-0000-2d7cd011db47";

    /// <summary>The only token that opens anything.</summary>
    public string Token { get; set; } = $"token-{RandomNumberGenerator.GetHexString(32, lowercase: true)}";

    /// <summary>What goes wrong, each once, in order.</summary>
    public ConcurrentQueue<VaultFault> Faults { get; } = new();

    /// <summary>The keys, by name.</summary>
    public ConcurrentDictionary<string, VaultedKey> Keys { get; } = new(StringComparer.Ordinal);

    /// <summary>Every request to the vault since the start: method, path and the status of the answer.</summary>
    public IReadOnlyList<string> Requests => [.. _requests];

    /// <summary>Its certificate in PEM, to be trusted.</summary>
    public string CertificatePem => _certificate.ExportCertificatePem();

    public static async Task<VaultServer> StartAsync(TimeProvider? time = null)
    {
        var server = new VaultServer(time ?? TimeProvider.System);
        await server._application.StartAsync();
        var urls = server._application.Urls.Select(url => new Uri(url)).ToList();
        server.Vault = new Uri($"https://localhost:{urls.Single(url => url.Scheme == "https").Port}");
        server.Resource = server.Vault.GetLeftPart(UriPartial.Authority);
        server.IdentityEndpoint = new Uri($"http://127.0.0.1:{urls.Single(url => url.Scheme == "http").Port}/msi/token");
        return server;
    }

    /// <summary>Adds a key with one version and returns its address without a version.</summary>
    public Uri AddKey(string name, VaultedKey? key = null)
    {
        Keys[name] = key ?? VaultedKey.Rsa();
        return AddressOf(name);
    }

    /// <summary>The address of a key, without a version.</summary>
    public Uri AddressOf(string name) => new(Vault, $"/keys/{name}");

    /// <summary>A handler for clients that trusts this server and nobody else.</summary>
    public HttpMessageHandler TrustingHandler() => new SocketsHttpHandler
    {
        SslOptions = { RemoteCertificateValidationCallback = (_, presented, _, _) => presented?.GetCertHashString() == _certificate.GetCertHashString() },
    };

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _application.StopAsync(now.Token);
        await _application.DisposeAsync();
        _certificate.Dispose();
    }

    internal void Note(string request) => _requests.Enqueue(request);

    private Task HandleAsync(HttpContext context) => context.Request.IsHttps ? _vault.HandleAsync(context) : _identity.HandleAsync(context);

    private static X509Certificate2 MakeCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        var now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now.AddDays(-1), now.AddDays(2));
    }
}
