using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using QdrantBackup.App.Http;
using QdrantBackup.Configuration;

namespace QdrantBackup.App.Hosting;

/// <summary>Puts the function app together, for a Functions host, for the command line and for tests.</summary>
public static class AppHost
{
    /// <summary>The app setting that names the configuration file.</summary>
    public const string ConfigFileSetting = "BACKUP_CONFIG";

    /// <summary>The app setting with the NCRONTAB expression of the one timer. On Azure it has to be set; here it has a default.</summary>
    public const string TickSetting = "BACKUP_TICK";

    private const string EveryMinute = "0 * * * * *";

    /// <summary>Adds the app's configuration, services and middleware. Its functions are those of this assembly.</summary>
    /// <param name="builder">The host's builder.</param>
    /// <param name="worker">The same as the builder of functions.</param>
    public static void Compose(IHostApplicationBuilder builder, IFunctionsWorkerApplicationBuilder worker)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Configuration.AddBackupSources(builder.Configuration[ConfigFileSetting]);
        if (builder.Configuration[TickSetting] is null)
        {
            builder.Configuration.AddInMemoryCollection([new(TickSetting, EveryMinute)]);
        }

        builder.Services.AddBackupOptions(builder.Configuration);
        builder.Services.AddBackupApp();
        ActivityExecutor.Guard(builder.Services);
        worker.UseMiddleware<ApiMiddleware>();
    }
}
