using Microsoft.Extensions.Logging;
using QdrantBackup.App.Stores;
using QdrantBackup.Runs;
using QdrantBackup.Schedules;

namespace QdrantBackup.App.Schedules;

/// <summary>What the tick needs on an opened store.</summary>
public sealed class ScheduleServices(OpenedStore opened, TimeProvider time, ILoggerFactory logs)
{
    /// <summary>The store.</summary>
    public OpenedStore Opened => opened;

    /// <summary>What the ticks come to.</summary>
    public TickRecords Ticks { get; } = new(opened.Store);

    /// <summary>Logs how old the newest backup is.</summary>
    public SignsOfLife SignsOfLife { get; } = new(opened.Store, opened.Catalog, opened.Records, time, logs.CreateLogger<SignsOfLife>());
}
