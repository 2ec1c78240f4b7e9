using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using QdrantBackup.Functions.Api;
using QdrantBackup.Functions.Wiring;

namespace QdrantBackup.Functions.Triggers;

/// <summary>Tells whether the app lives and whether it can serve.</summary>
public sealed class HealthApi(StoreConnection connection, HealthCheckService health)
{
    /// <summary>The process answers.</summary>
    [Function(nameof(Health))]
    public IResult Health([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "health")] HttpRequest request) =>
        ApiResults.Ok(new { Status = "ok" });

    /// <summary>The store opens, and the runtime has nothing to say against it (its disk is full, for instance). Qdrant is not asked: when it is dead, restores must still be served.</summary>
    [Function(nameof(Ready))]
    public async Task<IResult> Ready([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "ready")] HttpRequest request, CancellationToken cancellationToken)
    {
        try
        {
            await connection.OpenReadableAsync(cancellationToken);
            return (await health.CheckHealthAsync(cancellationToken)).Status == HealthStatus.Unhealthy ? NotReady() : ApiResults.Ok(new { Status = "ready" });
        }
        catch (BackupException)
        {
            return NotReady();
        }
    }

    // Whoever asks without a key learns that, not why; the reason is in the log and behind the other addresses.
    private static IResult NotReady() => ApiResults.Unavailable(new { Status = "not ready" });
}
