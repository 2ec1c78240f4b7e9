using Microsoft.Extensions.DependencyInjection;
using QdrantBackup.App.Runs;
using QdrantBackup.App.Stores;
using QdrantBackup.Configuration;

namespace QdrantBackup.App.Schedules;

/// <summary>Registers the tick.</summary>
internal static class ScheduleRegistration
{
    public static IServiceCollection AddSchedules(this IServiceCollection services)
    {
        services.AddPerStore<ScheduleServices>();
        services.AddSingleton<TickSteps>();
        services.AddSingleton<TickReports>();
        services.AddSingleton(provider => new TickWork(
            provider.GetServices<TickJob>(), provider.GetRequiredService<TickSteps>(), provider.GetRequiredService<BackupOptions>()));
        services.AddSingleton(provider => new TickJob("log signs of life", (opened, _, stop) =>
        {
            var options = provider.GetRequiredService<BackupOptions>();
            var signs = provider.GetRequiredService<PerStore<ScheduleServices>>().On(opened).SignsOfLife;
            return signs.TellAsync(options.ClusterName, options.Schedules, stop);
        }));
        services.AddSingleton(provider => new TickJob("try the keys", (opened, _, stop) =>
            provider.GetRequiredService<KeyChecks>().TryIfDueAsync(opened.Store, stop)));

        // An app that runs tells its process's health checks whether its own state can be written.
        services.AddHealthChecks().AddCheck<TickHealthCheck>(TickHealthCheck.Name);
        return services;
    }
}
