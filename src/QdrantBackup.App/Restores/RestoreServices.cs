using Microsoft.Extensions.Logging;
using QdrantBackup.App.Stores;
using QdrantBackup.Capture;
using QdrantBackup.Catalog;
using QdrantBackup.Restores;
using QdrantBackup.Runs;

namespace QdrantBackup.App.Restores;

/// <summary>What restores need on an opened store.</summary>
public sealed class RestoreServices
{
    /// <summary>Puts it together.</summary>
    public RestoreServices(OpenedStore opened, ClusterNodes nodes, CaptureOptions options, ILoggerFactory logs)
    {
        ArgumentNullException.ThrowIfNull(opened);
        var store = opened.Store;
        var plans = new RestorePlans(store);
        var history = new StoreHistory(store, opened.Catalog, logs.CreateLogger<StoreHistory>());
        Opened = opened;
        Planner = new RestorePlanner(plans, opened.Access, nodes, history, opened.Pins, options);
        Parts = new PartRestore(plans, opened.Access, nodes, options, logs.CreateLogger<PartRestore>());
        Checks = new RestoreChecks(nodes, plans);
    }

    /// <summary>The store.</summary>
    public OpenedStore Opened { get; }

    /// <summary>Plans restores.</summary>
    public RestorePlanner Planner { get; }

    /// <summary>Carries parts back.</summary>
    public PartRestore Parts { get; }

    /// <summary>What follows an upload.</summary>
    public RestoreChecks Checks { get; }
}
