using Microsoft.Extensions.DependencyInjection;
using QdrantBackup.App.Runs;
using QdrantBackup.App.Stores;
using QdrantBackup.Runs;

namespace QdrantBackup.App.Copies;

/// <summary>Registers copies.</summary>
internal static class CopyFeature
{
    public static IServiceCollection AddCopies(this IServiceCollection services) => services
        .AddPerStore<CopyServices>()
        .AddSingleton(new RunFeature(RunKind.Copy, nameof(CopyOrchestrator)) { ReachesSecond = request => request.Copy is not null });
}
