using Microsoft.Extensions.DependencyInjection;
using QdrantBackup.App.Runs;
using QdrantBackup.App.Stores;
using QdrantBackup.Runs;

namespace QdrantBackup.App.Verifications;

/// <summary>Registers verifications and repairs: one orchestrator carries both out.</summary>
internal static class VerifyFeature
{
    public static IServiceCollection AddVerifications(this IServiceCollection services) => services
        .AddPerStore<VerificationServices>()
        .AddSingleton<RollingRuns>()
        .AddSingleton<ReadBackRuns>()
        .AddSingleton(provider => Of(RunKind.Verify, provider))
        .AddSingleton(provider => Of(RunKind.Repair, provider))
        .AddSingleton(provider => new TickJob("start the rolling verification", provider.GetRequiredService<RollingRuns>().StartDueAsync))
        .AddSingleton(provider => new TickJob("read a backup back", provider.GetRequiredService<ReadBackRuns>().StartDueAsync, OfMaintenance: true));

    private static RunFeature Of(RunKind kind, IServiceProvider provider) => new(kind, nameof(VerifyOrchestrator))
    {
        OneAtATime = false,
        WorkOf = request => request.Verify is { } verify ? WorkOf(verify) : "verify",
        Covers = (running, wanted) => running.Kind == wanted.Kind && running.Verify == wanted.Verify,
        ReachesSecond = request => request.Verify?.Second == true,
        Complete = async (opened, run, view, cancellationToken) =>
        {
            var trace = provider.GetRequiredService<PerStore<VerificationServices>>().On(opened).First.Trace;
            var report = run.Result is null ? null : await trace.ReadAsync(run.Request.RunId, cancellationToken);
            return view with { Damage = report is { Count: > 0 } ? report : null };
        },
    };

    // A repair and a verification of the same backups read the same chunks.
    private static string WorkOf(VerifyRequest verify) =>
        $"verify {verify.BackupId?.Value ?? (verify.All ? "all" : "latest")}{(verify.Subset is { } share ? $" {share}" : "")}{(verify.Second ? " second" : "")}";
}
