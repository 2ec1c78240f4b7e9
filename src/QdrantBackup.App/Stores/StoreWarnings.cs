using Microsoft.Extensions.Logging;
using QdrantBackup.Configuration;
using QdrantBackup.Keys;
using QdrantBackup.Stores;

namespace QdrantBackup.App.Stores;

/// <summary>How near an open store is to being closed for ever, or taken for another one: in the log when it is opened, and to everybody who looks at it.</summary>
internal static partial class StoreWarnings
{
    /// <summary>What somebody should change, in sentences.</summary>
    public static IReadOnlyList<string> Of(SealedStore store, BackupOptions options)
    {
        var warnings = new List<string>();
        if (store.Recipients is [var only])
        {
            warnings.Add(
                $"The store {store.Blobs.Location} has one recipient of its key, {only.Id}: if it is lost, every backup is lost. Add a second one and keep it elsewhere with 'qdrant-backup key add-recipient'");
        }

        if (StoreConnection.PinsOf(options) is null)
        {
            warnings.Add(
                $"The store {store.Blobs.Location} is not pinned: add `store: {{ id: {store.StoreId}, keyId: {store.KeyId} }}` to the configuration, so that no other store or key is ever taken for it");
        }

        return warnings;
    }

    /// <summary>Logs them, and what was found while the store was opened.</summary>
    public static void Log(ILogger log, SealedStore store, IReadOnlyList<BackupException> problems, BackupOptions options)
    {
        foreach (var problem in problems.Concat(store.RecipientFailures))
        {
            LogUnusable(log, problem.Message, problem.Hint);
        }

        foreach (var remark in store.RecipientRemarks)
        {
            LogRemark(log, remark);
        }

        foreach (var warning in Of(store, options))
        {
            LogWarning(log, warning);
        }
    }

    [LoggerMessage(2021, LogLevel.Warning, "{Warning}")]
    private static partial void LogWarning(ILogger logger, string warning);

    [LoggerMessage(2022, LogLevel.Warning, "Another recipient opened the store, but this one did not: {Problem}. {Hint}")]
    private static partial void LogUnusable(ILogger logger, string problem, string hint);

    [LoggerMessage(2026, LogLevel.Warning, "{Remark}")]
    private static partial void LogRemark(ILogger logger, string remark);
}
