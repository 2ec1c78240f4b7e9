using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using QdrantBackup.App.Http;
using QdrantBackup.App.Runs;
using QdrantBackup.App.Stores;
using QdrantBackup.Damages;
using QdrantBackup.Ids;
using QdrantBackup.Runs;
using QdrantBackup.Stores;

namespace QdrantBackup.App.Verifications;

/// <summary>Starts verifications and repairs of one backup, of the latest, or of all.</summary>
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

    private async Task<IResult> StartAsync(
        DurableTaskClient client, RunKind kind, string id, VerifyLevel level, HttpRequest request, CancellationToken cancellationToken)
    {
        var body = await RequestBody.ReadAsync<VerifyBody>(request, cancellationToken);
        var wanted = RequestOf(id, body) with { Level = body.Level ?? level, Repair = kind == RunKind.Repair };
        var opened = await connection.OpenReadableAsync(cancellationToken);
        if (wanted.Repair && !opened.HasSecond)
        {
            throw new UsageException(
                "There is no second store to mend from", "Chunks that are known to be damaged are put again by the next backup whose data still holds them: verify, then take a backup.");
        }

        await ThrowUnlessThereAsync(opened, wanted, cancellationToken);
        var run = starter.NewRequest(kind, ApiMiddleware.CallerOf(request.HttpContext)) with { Verify = wanted };
        return await RunControl.StartUnlessRunningAsync(client, starter, run, running => $"Run {running} reads the same backups back", request, cancellationToken);
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

    // What does not exist is said at once; what is damaged is the verification's to say.
    private static async Task ThrowUnlessThereAsync(OpenedStore opened, VerifyRequest wanted, CancellationToken cancellationToken)
    {
        if (wanted is { BackupId: { } backup, Second: false } && await opened.Store.Blobs.FindAsync(BlobNames.Manifest(backup), cancellationToken) is null)
        {
            throw new UsageException(
                $"There is no backup {backup}",
                "List the backups that exist with 'qdrant-backup list'." + (opened.HasSecond ? $" If the second store has it, 'qdrant-backup copy {backup} --back' brings it back." : ""));
        }
    }
}

/// <summary>POST /api/v1/backups/{id}/verify.</summary>
internal sealed record VerifyBody
{
    public VerifyLevel? Level { get; init; }

    /// <summary>Only this share, e.g. 3/30.</summary>
    public string? Subset { get; init; }

    /// <summary>True: the second store is verified, or mended, instead of the first.</summary>
    public bool Second { get; init; }
}
