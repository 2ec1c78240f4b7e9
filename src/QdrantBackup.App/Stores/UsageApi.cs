using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using QdrantBackup.App.Http;
using QdrantBackup.Usage;

namespace QdrantBackup.App.Stores;

/// <summary>Shows what the store holds, and for which backups.</summary>
public sealed class UsageApi(PerStore<StoreUsage> stores)
{
    /// <summary>What the store holds, and for whom.</summary>
    [Function(nameof(ShowUsage))]
    public async Task<IResult> ShowUsage(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "api/v1/usage")] HttpRequest request, CancellationToken cancellationToken)
    {
        var fresh = new Query(request).Text("fresh") is "true";
        var usage = await stores.OpenReadableAsync(cancellationToken);
        return ApiResults.Ok(await usage.ReportAsync(fresh, cancellationToken));
    }
}
