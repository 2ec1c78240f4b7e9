using Microsoft.Extensions.Logging.Abstractions;
using QdrantBackup.Catalog;
using QdrantBackup.Damages;
using QdrantBackup.Ids;
using QdrantBackup.Retention;
using QdrantBackup.Runs;
using QdrantBackup.Stores;

namespace QdrantBackup.Benchmarks.Pipeline;

/// <summary>One prune from its beginning to its end, with the app's own limits.</summary>
internal static class PrunePass
{
    public static async Task<PruneTotals> RunAsync(SealedStore store)
    {
        var time = TimeProvider.System;
        var pins = new RunPins(store);
        var records = new RetentionRecords(store, new BackupCatalog(store, NullLogger<BackupCatalog>.Instance), new MaintenanceMemory(store), time);
        var damage = new DamageRecords(store, time, NullLogger<DamageRecords>.Instance);
        var pruner = new Pruner(records, new RunFences(store, pins), damage, new PruneOptions(), time, NullLogger<Pruner>.Instance);
        var request = new PruneRequest(RunId.New(time), AllowUnusual: false, "benchmark");
        PruneReceipt receipt;
        do
        {
            receipt = await pruner.StepAsync(request, CancellationToken.None);
        }
        while (!receipt.Done);
        return receipt.Totals;
    }
}
