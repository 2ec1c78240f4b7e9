using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using QdrantBackup.App.Api;
using QdrantBackup.App.Wiring;
using QdrantBackup.Damages;
using QdrantBackup.Ids;
using QdrantBackup.Runs;
using QdrantBackup.Stores;

namespace QdrantBackup.App.Triggers;

/// <summary>Starts verifications, repairs and copies of one backup, of the latest, or of all; tells what the store holds.</summary>
public sealed class VerifyApi(StoreConnection connection, RunStarter starter)
{
    /// <summary>Starts reading backups back.</summary>
    [Function(nameof(VerifyBackup))]
    public Task<IResult> VerifyBackup(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/v1/backups/{id}/verify")] HttpRequest request,
        string id,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken) => StartAsync(client, RunKind.Verify, id, VerifyLevel.Readable, request, cancellationToken);

    /// <summary>Starts reading backups back and replacing what is damaged by what the other store has.</summary>
    [Function(nameof(RepairBackup))]
    public Task<IResult> RepairBackup(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/v1/backups/{id}/repair")] HttpRequest request,
        string id,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken) => StartAsync(client, RunKind.Repair, id, VerifyLevel.Exists, request, cancellationToken);

    /// <summary>Starts copying backups into the second store, or back.</summary>
    [Function(nameof(CopyBackup))]
    public async Task<IResult> CopyBackup(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/v1/backups/{id}/copy")] HttpRequest request,
        string id,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken)
    {
        var body = await RequestBody.ReadAsync<CopyBody>(request, cancellationToken);
        var services = await connection.OpenReadableAsync(cancellationToken);
        if (!services.HasSecond)
        {
            throw new UsageException("There is no second store", "Name one as Storage:Second, or give Storage:Local beside Storage:Remote.");
        }

        var run = starter.NewRequest(RunKind.Copy, ApiMiddleware.CallerOf(request.HttpContext)) with
        {
            Copy = new CopyRequest { BackupId = id == TypedIds.All ? null : await IdOfAsync(services, id, body.Back, cancellationToken), Back = body.Back, Make = body.Make, Full = body.Full },
        };
        return await RunControl.StartUnlessRunningAsync(client, starter, run, running => $"Copy {running} of this cluster's backups is running", request, cancellationToken);
    }

    /// <summary>What the store holds, and for whom.</summary>
    [Function(nameof(ShowUsage))]
    public async Task<IResult> ShowUsage(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/usage")] HttpRequest request, CancellationToken cancellationToken)
    {
        var fresh = new Query(request).Text("fresh") is "true";
        var services = await connection.OpenReadableAsync(cancellationToken);
        return ApiResults.Ok(await services.Usage.ReportAsync(fresh, cancellationToken));
    }

    private async Task<IResult> StartAsync(
        DurableTaskClient client, RunKind kind, string id, VerifyLevel level, HttpRequest request, CancellationToken cancellationToken)
    {
        var body = await RequestBody.ReadAsync<VerifyBody>(request, cancellationToken);
        var wanted = RequestOf(id, body) with { Level = body.Level ?? level, Repair = kind == RunKind.Repair };
        var services = await connection.OpenReadableAsync(cancellationToken);
        if (wanted.Repair && !services.HasSecond)
        {
            throw new UsageException(
                "There is no second store to mend from", "Chunks that are known to be damaged are put again by the next backup whose data still holds them: verify, then take a backup.");
        }

        await ThrowUnlessThereAsync(services, wanted, cancellationToken);
        var run = starter.NewRequest(kind, ApiMiddleware.CallerOf(request.HttpContext)) with { Verify = wanted };
        await starter.StartAsync(client, run, cancellationToken);
        return ApiResults.Accepted(run.RunId, $"/api/v1/runs/{run.RunId}", request);
    }

    private static VerifyRequest RequestOf(string id, VerifyBody body)
    {
        VerifySubset subset = default;
        if (body.Subset is not null && !VerifySubset.TryParse(body.Subset, out subset))
        {
            throw new UsageException($"'{body.Subset}' is not a share of a verification", $"Write it as 3/30: the third of thirty shares, of which there may be {VerifySubset.MaxOf}.");
        }

        return new VerifyRequest
        {
            BackupId = id is TypedIds.All or TypedIds.Latest ? null : TypedIds.BackupOf(id),
            All = id == TypedIds.All,
            Subset = body.Subset is null ? null : subset,
            Second = body.Second,
        };
    }

    private static async Task<BackupId> IdOfAsync(StoreServices services, string id, bool back, CancellationToken cancellationToken)
    {
        if (id != TypedIds.Latest)
        {
            return TypedIds.BackupOf(id);
        }

        return !back
            ? (await services.Catalog.LatestAsync(services.Cluster, cancellationToken)).Id
            : throw new UsageException("'latest' is ambiguous: the first store does not know what it lost", "Give the backup's id, or bring back all that are missing.");
    }

    // What does not exist is said at once; what is damaged is the verification's to say.
    private static async Task ThrowUnlessThereAsync(StoreServices services, VerifyRequest wanted, CancellationToken cancellationToken)
    {
        if (wanted is { BackupId: { } backup, Second: false } && await services.Store.Blobs.FindAsync(BlobNames.Manifest(backup), cancellationToken) is null)
        {
            throw new UsageException(
                $"There is no backup {backup}",
                "List the backups that exist with 'qdrant-backup list'." + (services.HasSecond ? $" If the second store has it, 'qdrant-backup copy {backup} --back' brings it back." : ""));
        }
    }
}
