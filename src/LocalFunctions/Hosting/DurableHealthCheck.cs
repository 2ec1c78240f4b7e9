using LocalFunctions.Durable;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace LocalFunctions.Hosting;

/// <summary>Lets an app learn through <see cref="HealthCheckService"/>, as it would of anything else, that its durable state cannot be written.</summary>
internal sealed class DurableHealthCheck(DurableEngine engine) : IHealthCheck
{
    /// <summary>The name of the check.</summary>
    public const string Name = "durable-state";

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(engine.Problem is { } problem ? HealthCheckResult.Unhealthy(problem) : HealthCheckResult.Healthy());
}
