using System.Security.Cryptography;
using QdrantBackup.Clusters;
using QdrantBackup.Runs;
using QdrantBackup.Storage;
using QdrantBackup.Stores;

namespace QdrantBackup.Capture;

/// <summary>Something that a backup would fail at.</summary>
/// <param name="Subject">What was tried.</param>
/// <param name="Message">What failed.</param>
/// <param name="Hint">What to do.</param>
public sealed record CheckProblem(string Subject, string Message, string Hint);

/// <summary>What a check found.</summary>
/// <param name="Plan">What a backup would take; null if it could not be planned.</param>
/// <param name="Problems">All problems, not only the first.</param>
public sealed record CheckResult(BackupPlanOverview? Plan, IReadOnlyList<CheckProblem> Problems)
{
    /// <summary>What a backup does not fail at and somebody should change.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}

/// <summary>Tries for real what a backup must be able to do, without making one: plan, write and delete in the store, make and delete snapshots.</summary>
public sealed class BackupCheck(IBackupStore blobs, BackupPlanner planner, ClusterNodes nodes, bool mayDelete)
{
    // Rights may differ from collection to collection; a server of thousands is not asked for each.
    private const int MostCollections = 50;
    private const int ProbeLength = 64;

    private readonly List<CheckProblem> _problems = [];

    /// <summary>Tries everything once.</summary>
    /// <param name="request">A backup of everything that the configuration selects.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<CheckResult> RunAsync(RunRequest request, CancellationToken cancellationToken)
    {
        BackupPlanOverview? plan = null;
        await TryAsync("plan a backup", async () => plan = await planner.PreviewAsync(request, cancellationToken));
        await TryAsync("write into the store", () => blobs.PutAsync(BlobNames.Probe, RandomNumberGenerator.GetBytes(ProbeLength), PutCondition.Always, summary: null, cancellationToken));
        if (mayDelete && _problems.All(p => p.Subject != "write into the store"))
        {
            await TryAsync("delete in the store", () => blobs.DeleteAsync(BlobNames.Probe, ifMatch: null, cancellationToken));
        }

        foreach (var node in nodes.All)
        {
            await TryAsync($"make and delete snapshots on {ClusterNodes.NameOf(node)}", () => TryRightsAsync(node, cancellationToken));
        }

        return new CheckResult(plan, [.. _problems]);
    }

    // Qdrant asks for the same right to make a snapshot and to delete one, before it looks whether there is one of that name. Making one would cost a copy of the collection.
    private static async Task TryRightsAsync(IQdrantNode node, CancellationToken cancellationToken)
    {
        foreach (var collection in (await node.ListCollectionsAsync(cancellationToken)).Take(MostCollections))
        {
            await node.DeleteSnapshotAsync(collection, $"qdrant-backup-check-{RandomNumberGenerator.GetHexString(16, lowercase: true)}.snapshot", cancellationToken);
        }
    }

    private async Task TryAsync(string subject, Func<Task> step)
    {
        try
        {
            await step();
        }
        catch (BackupException e)
        {
            // One cause, such as a server that is down, is listed once.
            if (_problems.All(p => p.Message != e.Message))
            {
                _problems.Add(new CheckProblem(subject, e.Message, e.Hint));
            }
        }
    }
}
