using LocalFunctions.Hosting;
using Microsoft.Extensions.DependencyInjection;
using QdrantBackup.App.Hosting;
using QdrantBackup.App.Http;

namespace QdrantBackup.Cli.Connection;

/// <summary>The function app on LocalFunctions, in this process.</summary>
internal static class AppOnThisMachine
{
    /// <summary>The app's builder.</summary>
    /// <param name="args">Command-line arguments, which are settings too.</param>
    /// <param name="configure">Adds what the caller needs, after everything else: configuration sources added here win.</param>
    public static LocalFunctionsApplicationBuilder CreateBuilder(string[] args, Action<LocalFunctionsApplicationBuilder>? configure = null)
    {
        var builder = LocalFunctionsApplication.CreateBuilder(args, typeof(AppHost).Assembly);
        builder.Services.AddSingleton(services =>
        {
            var callers = services.GetRequiredService<LocalCallers>();
            return new AppReach(FromThisMachineOnly: true) { IsLocal = (http, presented) => callers.Is(http.Connection, presented) || callers.IsOfGroup(http) };
        });
        AppHost.Compose(builder, builder);
        configure?.Invoke(builder);
        return builder;
    }
}
