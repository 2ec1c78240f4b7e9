using LocalFunctions.Hosting;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LocalFunctions.Tests.Hosting;

/// <summary>A function app of the given classes in a folder of its own, on a free port.</summary>
public sealed class TestApp : IAsyncDisposable
{
    private IHost? host;

    private TestApp(string folder) => Folder = folder;

    public string Folder { get; }

    public string StateDirectory => Path.Combine(Folder, ".localfunctions");

    public CapturedLog Log { get; } = new();

    /// <summary>A caller on this machine, who knows the server's own key.</summary>
    public HttpClient Http { get; } = new(new SocketsHttpHandler { AllowAutoRedirect = false });

    /// <summary>A caller who knows no key, or has what comes through a reverse proxy on this machine that adds no header.</summary>
    public HttpClient Stranger { get; } = new(new SocketsHttpHandler { AllowAutoRedirect = false });

    public IServiceProvider Services => host!.Services;

    public Uri Address => Services.GetRequiredService<ILocalServer>().Addresses[0];

    public static string NewFolder() => Directory.CreateTempSubdirectory("localfunctions-").FullName;

    /// <summary>Builds the app; errors of its code and settings come from here.</summary>
    public static TestApp Build(
        Type[] functions, Action<LocalFunctionsApplicationBuilder>? configure = null, string? hostJson = null, string? folder = null, params string[] args)
    {
        var app = new TestApp(folder ?? NewFolder());
        File.WriteAllText(Path.Combine(app.Folder, "host.json"), hostJson ?? """{ "version": "2.0" }""");
        try
        {
            var builder = LocalFunctionsApplication.CreateBuilder(
                ["--contentRoot", app.Folder, .. args], new FunctionAppSource(typeof(TestApp).Assembly, () => functions));
            builder.Logging.ClearProviders().AddProvider(app.Log);
            builder.Configuration.AddInMemoryCollection([new("LocalFunctions:Urls", "http://127.0.0.1:0"), new("LocalFunctions:DrainSeconds", "5")]);
            configure?.Invoke(builder);
            app.host = builder.Build();
            return app;
        }
        catch
        {
            Directory.Delete(app.Folder, recursive: true);
            throw;
        }
    }

    public static async Task<TestApp> StartAsync(
        Type[] functions, Action<LocalFunctionsApplicationBuilder>? configure = null, string? hostJson = null, string? folder = null)
    {
        var app = Build(functions, configure, hostJson, folder);
        await app.StartAsync();
        return app;
    }

    public async Task StartAsync()
    {
        await host!.StartAsync();
        Http.BaseAddress = Stranger.BaseAddress = Address;
        Http.DefaultRequestHeaders.Remove("x-functions-key");
        Http.DefaultRequestHeaders.Add("x-functions-key", Services.GetRequiredService<LocalCallers>().Key);
    }

    /// <summary>Stops the app and leaves its folder, as for a restart.</summary>
    public async Task StopAsync()
    {
        if (host is not null)
        {
            await host.StopAsync();
            await ((IAsyncDisposable)host).DisposeAsync();
            host = null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Http.Dispose();
        Stranger.Dispose();
        Log.Dispose();
        if (Directory.Exists(Folder))
        {
            Directory.Delete(Folder, recursive: true);
        }
    }
}
