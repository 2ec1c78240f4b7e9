using Microsoft.DurableTask.Client;
using QdrantBackup.App.Stores;

namespace QdrantBackup.App.Runs;

/// <summary>What a feature has the tick do beside starting backups.</summary>
/// <param name="Name">What it does, as health and alarms name it.</param>
/// <param name="Work">Does it; it may be repeated at any time.</param>
/// <param name="OfMaintenance">Whether an app whose role is backup leaves it to the maintenance app.</param>
internal sealed record TickJob(string Name, Func<OpenedStore, DurableTaskClient, CancellationToken, Task> Work, bool OfMaintenance = false);
