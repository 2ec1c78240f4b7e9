using Microsoft.Extensions.Logging;
using QdrantBackup.Keys;
using QdrantBackup.Stores;

namespace QdrantBackup.App.Stores;

/// <summary>Says, when the store is opened, how near it is to being closed for ever.</summary>
internal sealed partial class KeyNotes(ILogger<KeyNotes> log)
{
    public void Tell(SealedStore store, IReadOnlyList<BackupException> problems, StorePins? pins)
    {
        foreach (var problem in problems.Concat(store.RecipientFailures))
        {
            LogUnusable(log, problem.Message, problem.Hint);
        }

        foreach (var remark in store.RecipientRemarks)
        {
            LogRemark(log, remark);
        }

        if (store.Recipients is [var only])
        {
            LogOneRecipient(log, store.Blobs.Location, only.Id);
        }

        if (pins is null)
        {
            LogNotPinned(log, store.Blobs.Location, store.StoreId.ToString(), store.KeyId);
        }
    }

    [LoggerMessage(2021, LogLevel.Warning, "The store {Location} has one recipient of its key, {Recipient}: if it is lost, every backup is lost. Add a second one and keep it elsewhere with `qdrant-backup key add-recipient`")]
    private static partial void LogOneRecipient(ILogger logger, string location, string recipient);

    [LoggerMessage(2022, LogLevel.Warning, "Another recipient opened the store, but this one did not: {Problem}. {Hint}")]
    private static partial void LogUnusable(ILogger logger, string problem, string hint);

    [LoggerMessage(2026, LogLevel.Warning, "{Remark}")]
    private static partial void LogRemark(ILogger logger, string remark);

    [LoggerMessage(2023, LogLevel.Warning, "The store {Location} is not pinned: add `store: {{ id: {StoreId}, keyId: {KeyId} }}` to the configuration, so that no other store or key is ever taken for it")]
    private static partial void LogNotPinned(ILogger logger, string location, string storeId, string keyId);
}
