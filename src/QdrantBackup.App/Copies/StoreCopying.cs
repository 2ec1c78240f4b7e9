using Microsoft.Extensions.Logging;
using QdrantBackup.Replication;
using QdrantBackup.Runs;
using QdrantBackup.Stores;

namespace QdrantBackup.App.Copies;

/// <summary>Copying backups from one of two stores into the other.</summary>
public sealed class StoreCopying
{
    internal StoreCopying(SealedStore records, CopyEnds ends, CaptureOptions options, TimeProvider time, ILoggerFactory logs)
    {
        Planner = new CopyPlanner(new CopyPlans(records), ends, options);
        Parts = new PartCopy(records, ends, options, time, logs.CreateLogger<PartCopy>());
        Commit = new CopyCommit(ends, Parts, options, logs.CreateLogger<CopyCommit>());
    }

    /// <summary>Chooses what to copy.</summary>
    public CopyPlanner Planner { get; }

    /// <summary>Copies it.</summary>
    public PartCopy Parts { get; }

    /// <summary>Makes it exist.</summary>
    public CopyCommit Commit { get; }
}
