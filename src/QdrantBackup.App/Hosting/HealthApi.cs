using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using QdrantBackup.App.Http;
using QdrantBackup.App.Schedules;
using QdrantBackup.App.Stores;
using QdrantBackup.Configuration.Access;

namespace QdrantBackup.App.Hosting;

/// <summary>Tells whether the app lives and whether it can serve.</summary>
public sealed class HealthApi(StoreReadiness store, TickReports ticks, HealthCheckService health, ApiCallers callers)
{
    private const string WhereToLook = "Read event 2221 in the app's log, or look with 'qdrant-backup status': both name the problem and what to do.";

    /// <summary>The process answers; and which steps of the tick fail, since when, and what to do.</summary>
    [Function(nameof(Health))]
    public async Task<IResult> Health([HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "health")] HttpRequest request, CancellationToken cancellationToken)
    {
        var failing = await ticks.FindFailingAsync(cancellationToken);
        if (failing.Count == 0)
        {
            return ApiResults.Ok(new { Status = "ok" });
        }

        // Without a key a caller learns that, not why.
        var isKnown = callers.Judge(request.HttpContext, ApiScopes.Read).Verdict == ApiVerdict.Granted;
        return ApiResults.Ok(new
        {
            Status = "degraded",
            Failing = failing.Select(step => new
            {
                Step = step.Name,
                Since = step.FailingSince,
                Problem = isKnown ? step.Problem : null,
                Hint = isKnown ? step.Hint : WhereToLook,
            }),
        });
    }

    /// <summary>The store opens, and the runtime has nothing to say against it (its disk is full, for instance). Qdrant is not asked: when it is dead, restores must still be served.</summary>
    [Function(nameof(Ready))]
    public async Task<IResult> Ready([HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "ready")] HttpRequest request, CancellationToken cancellationToken)
    {
        return await store.OpensAsync(cancellationToken) && (await health.CheckHealthAsync(cancellationToken)).Status != HealthStatus.Unhealthy
            ? ApiResults.Ok(new { Status = "ready" })
            : NotReady();
    }

    // Whoever asks without a key learns that, not why; the reason is in the log and behind the other addresses.
    private static IResult NotReady() => ApiResults.Unavailable(new { Status = "not ready" });
}
