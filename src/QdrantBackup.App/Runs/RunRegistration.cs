using Microsoft.Extensions.DependencyInjection;
using QdrantBackup.App.Stores;

namespace QdrantBackup.App.Runs;

/// <summary>Registers what all runs share.</summary>
internal static class RunRegistration
{
    public static IServiceCollection AddRuns(this IServiceCollection services) => services
        .AddPerStore<RunServices>()
        .AddSingleton<RunFeatures>()
        .AddSingleton<RunGuard>()
        .AddSingleton<RunStarter>()
        .AddSingleton<RunViews>()
        .AddSingleton<Janitor>()
        .AddSingleton<InterruptedRuns>()
        .AddSingleton<ActivityFailures>()
        .AddSingleton(provider => new TickJob("sweep up after runs", provider.GetRequiredService<Janitor>().SweepAsync));
}
