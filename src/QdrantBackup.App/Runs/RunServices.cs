using QdrantBackup.App.Stores;
using QdrantBackup.Capture;
using QdrantBackup.Runs;

namespace QdrantBackup.App.Runs;

/// <summary>What every run needs on an opened store, and what is needed to clean up after one.</summary>
public sealed class RunServices
{
    /// <summary>Puts it together.</summary>
    public RunServices(OpenedStore opened, ClusterNodes nodes, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(opened);
        Opened = opened;
        Lease = new ClusterLease(opened.Store, opened.Pins);
        MadeSnapshots = new MadeSnapshots(opened.Store, new NodeSnapshots(nodes, time));
        OpenRunSearch = new OpenRunSearch(opened.Store, opened.Records, MadeSnapshots, time);
    }

    /// <summary>The store.</summary>
    public OpenedStore Opened { get; }

    /// <summary>Whose turn it is.</summary>
    public ClusterLease Lease { get; }

    /// <summary>Which snapshots runs made.</summary>
    public MadeSnapshots MadeSnapshots { get; }

    /// <summary>Rebuilds the index of open runs.</summary>
    public OpenRunSearch OpenRunSearch { get; }
}
