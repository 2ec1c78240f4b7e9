using Microsoft.Extensions.DependencyInjection;
using QdrantBackup.App.Runs;
using QdrantBackup.App.Stores;
using QdrantBackup.Runs;

namespace QdrantBackup.App.Retention;

/// <summary>Registers retention.</summary>
internal static class RetentionFeature
{
    public static IServiceCollection AddRetention(this IServiceCollection services) => services
        .AddPerStore<RetentionServices>()
        .AddSingleton<RetentionTimes>()
        .AddSingleton(new RunFeature(RunKind.Retention, nameof(RetentionOrchestrator)) { NeedsFirstStore = true, MakesRoom = true })
        .AddSingleton(provider => new TickJob("start retention", provider.GetRequiredService<RetentionTimes>().StartDueAsync, OfMaintenance: true));
}
