using Microsoft.Extensions.DependencyInjection;
using QdrantBackup.App.Runs;
using QdrantBackup.App.Stores;
using QdrantBackup.Runs;

namespace QdrantBackup.App.Restores;

/// <summary>Registers restores.</summary>
internal static class RestoreFeature
{
    public static IServiceCollection AddRestores(this IServiceCollection services) => services
        .AddPerStore<RestoreServices>()
        .AddSingleton<CommittedBackups>()
        .AddSingleton(provider => new RunFeature(RunKind.Restore, nameof(RestoreOrchestrator))
        {
            StatusPath = "/api/v1/restore/status/",
            TakesTurns = true,
            ContinuesWhenAsked = true,
            Complete = async (opened, run, view, cancellationToken) =>
            {
                var planner = provider.GetRequiredService<PerStore<RestoreServices>>().On(opened).Planner;
                var warnings = await planner.FindWarningsAsync(run.Request.RunId, cancellationToken);
                return view with { Warnings = warnings.Count > 0 ? warnings : null };
            },
        });
}
