using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using QdrantBackup.App.Http;
using QdrantBackup.App.Runs;
using QdrantBackup.App.Stores;
using QdrantBackup.Configuration;
using QdrantBackup.Ids;
using QdrantBackup.Runs;

namespace QdrantBackup.App.Copies;

/// <summary>Starts copies of one backup, of the latest, or of all that the other store lacks.</summary>
public sealed class CopyApi(StoreConnection connection, RunStarter starter, BackupOptions options)
{
    /// <summary>Starts copying backups into the second store, or back.</summary>
    [Function(nameof(CopyBackup))]
    public async Task<IResult> CopyBackup(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/v1/backups/{id}/copy")] HttpRequest request,
        string id,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken)
    {
        var body = await RequestBody.ReadAsync<CopyBody>(request, cancellationToken);
        var opened = await connection.OpenReadableAsync(cancellationToken);
        opened.ThrowUnlessSecond();
        var run = starter.NewRequest(RunKind.Copy, ApiMiddleware.CallerOf(request.HttpContext)) with
        {
            Copy = new CopyRequest { BackupId = id == TypedIds.All ? null : await IdOfAsync(opened, id, body.Back, cancellationToken), Back = body.Back, Make = body.Make, Full = body.Full },
        };
        return await RunControl.StartUnlessRunningAsync(client, starter, run, running => $"Copy {running} of this cluster's backups is running", request, cancellationToken);
    }

    private async Task<BackupId> IdOfAsync(OpenedStore opened, string id, bool back, CancellationToken cancellationToken)
    {
        if (id != TypedIds.Latest)
        {
            return TypedIds.BackupOf(id);
        }

        return !back
            ? (await opened.Catalog.LatestAsync(options.ClusterName, cancellationToken)).Id
            : throw new UsageException("'latest' is ambiguous: the first store does not know what it lost", "Give the backup's id, or bring back all that are missing.");
    }
}

/// <summary>POST /api/v1/backups/{id}/copy.</summary>
internal sealed record CopyBody
{
    /// <summary>True: from the second store into the first.</summary>
    public bool Back { get; init; }

    /// <summary>True: the second store is made anew, should its place be empty.</summary>
    public bool Make { get; init; }

    /// <summary>True: every part is read back before it counts.</summary>
    public bool Full { get; init; }
}
