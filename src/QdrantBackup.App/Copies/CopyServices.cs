using Microsoft.Extensions.Logging;
using QdrantBackup.App.Stores;
using QdrantBackup.Replication;
using QdrantBackup.Runs;
using QdrantBackup.Stores;

namespace QdrantBackup.App.Copies;

/// <summary>What copies need on an opened store.</summary>
public sealed class CopyServices(OpenedStore opened, CaptureOptions options, TimeProvider time, ILoggerFactory logs)
{
    /// <summary>The store.</summary>
    public OpenedStore Opened => opened;

    /// <summary>What copies do.</summary>
    public CopyPlans Plans { get; } = new(opened.Store);

    /// <summary>Which backups are in the second store.</summary>
    public CopyRecords Records { get; } = new(opened.Store, time);

    /// <summary>
    /// Copies from the store into the other one, or back. The store that is written is made if it is not there yet; but where backups were copied before, an empty
    /// place is more likely a disk that is not mounted.
    /// </summary>
    public async Task<StoreCopying> BetweenAsync(CopyRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var store = opened.Store;
        var isSourceHere = store.IsReplica == request.Back;
        var other = isSourceHere ? await OpenTargetAsync(request, cancellationToken) : await opened.Second.OpenAsync(cancellationToken);
        var ends = isSourceHere ? new CopyEnds(store, other, time, logs) : new CopyEnds(other, store, time, logs);
        var parts = new PartCopy(store, ends, options, time, logs.CreateLogger<PartCopy>());
        return new(new CopyPlanner(Plans, ends, options), parts, new CopyCommit(ends, parts, options, logs.CreateLogger<CopyCommit>()));
    }

    private async Task<SealedStore> OpenTargetAsync(CopyRequest request, CancellationToken cancellationToken)
    {
        var copied = request.Back || request.Make ? 0 : (await Records.ListAsync(cancellationToken)).Count;
        return copied == 0 ? await opened.Second.OpenOrMakeAsync(cancellationToken) : await opened.Second.OpenAgainAsync(copied, cancellationToken);
    }
}

/// <summary>Copying backups from one of two stores into the other.</summary>
/// <param name="Planner">Chooses what to copy.</param>
/// <param name="Parts">Copies it.</param>
/// <param name="Commit">Makes it exist.</param>
public sealed record StoreCopying(CopyPlanner Planner, PartCopy Parts, CopyCommit Commit);
