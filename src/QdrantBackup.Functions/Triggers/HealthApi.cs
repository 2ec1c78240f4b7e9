using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using QdrantBackup.Functions.Api;
using QdrantBackup.Functions.Wiring;

namespace QdrantBackup.Functions.Triggers;

/// <summary>Tells whether the app lives and whether it can serve.</summary>
public sealed class HealthApi(StoreConnection connection)
{
    /// <summary>The process answers.</summary>
    [Function(nameof(Health))]
    public IResult Health([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "health")] HttpRequest request) =>
        ApiResults.Ok(new { Status = "ok" });

    /// <summary>The store opens. Qdrant is not asked: when it is dead, restores must still be served.</summary>
    [Function(nameof(Ready))]
    public async Task<IResult> Ready([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "ready")] HttpRequest request, CancellationToken cancellationToken)
    {
        try
        {
            await connection.OpenReadableAsync(cancellationToken);
            return ApiResults.Ok(new { Status = "ready" });
        }
        catch (BackupException)
        {
            // Whoever asks without a key learns that, not why; the reason is in the log and behind the other addresses.
            return ApiResults.Unavailable(new { Status = "not ready" });
        }
    }
}
