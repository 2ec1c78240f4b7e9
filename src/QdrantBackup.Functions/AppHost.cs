using System.Runtime.CompilerServices;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using QdrantBackup.Configuration;
using QdrantBackup.Functions.Api;
using QdrantBackup.Functions.Triggers;
using QdrantBackup.Functions.Wiring;

namespace QdrantBackup.Functions;

/// <summary>Puts the function app together, for its own entry point, for the command line and for tests.</summary>
public static class AppHost
{
    /// <summary>The app setting that names the configuration file.</summary>
    public const string ConfigFileSetting = "BACKUP_CONFIG";

    /// <summary>The app setting with the NCRONTAB expression of the one timer. On Azure it has to be set; here it has a default.</summary>
    public const string TickSetting = "BACKUP_TICK";

    private const string EveryMinute = "0 * * * * *";

    /// <summary>The app's builder. Its functions are those of this assembly, wherever the call comes from.</summary>
    /// <param name="args">Command-line arguments, which are settings too.</param>
    /// <param name="configure">Adds what the caller needs, after everything else: configuration sources added here win.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static FunctionsApplicationBuilder CreateBuilder(string[] args, Action<FunctionsApplicationBuilder>? configure = null)
    {
        var builder = FunctionsApplication.CreateBuilder(args);
        builder.ConfigureFunctionsWebApplication();
        builder.Configuration.AddBackupSources(builder.Configuration[ConfigFileSetting]);
        if (builder.Configuration[TickSetting] is null)
        {
            builder.Configuration.AddInMemoryCollection([new(TickSetting, EveryMinute)]);
        }

        builder.Services.AddBackupOptions(builder.Configuration);
        builder.AddRuntimeServices();
        builder.Services.AddBackupApp();
        builder.UseMiddleware<ApiMiddleware>();
        if (AppServices.IsLocalRuntime)
        {
            builder.UseMiddleware<ActivityFailureMiddleware>();
        }

        configure?.Invoke(builder);
        return builder;
    }
}
