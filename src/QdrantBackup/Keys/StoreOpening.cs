using System.Text.Json;
using QdrantBackup.Ids;
using QdrantBackup.Sealing;
using QdrantBackup.Storage;
using QdrantBackup.Stores;

namespace QdrantBackup.Keys;

/// <summary>Which store and which key must be found; from the configuration.</summary>
/// <param name="StoreId">The store.</param>
/// <param name="KeyId">Its key, 32 hex digits.</param>
public sealed record StorePins(StoreId StoreId, string KeyId);

/// <summary>Opens stores (docs/format.md §2).</summary>
public static class StoreOpening
{
    internal const int StoreFormat = 1;
    private const int MaxDescriptionLength = 64 * 1024;

    /// <summary>Opens a store with the first recipient that can, and refuses any store or key but the pinned ones.</summary>
    public static Task<SealedStore> OpenAsync(
        IBackupStore blobs, IReadOnlyList<IStoreKeyRecipient> recipients, StorePins? pins, CancellationToken cancellationToken) =>
        OpenAsync(blobs, recipients, pins, keyNumber: 0, cancellationToken);

    /// <summary>The same, to seal with the encryption keys of a number (docs/format.md §2).</summary>
    public static async Task<SealedStore> OpenAsync(
        IBackupStore blobs, IReadOnlyList<IStoreKeyRecipient> recipients, StorePins? pins, byte keyNumber, CancellationToken cancellationToken)
    {
        using StoreKeyring keyring = await OpenKeyringAsync(blobs, recipients, pins, cancellationToken);
        return new SealedStore(blobs, new Sealer(keyring.StoreId, keyring.Key, keyNumber), keyring.IsReplica)
        {
            Recipients = keyring.Recipients,
            RecipientFailures = keyring.Failures,
            RecipientRemarks = keyring.Remarks,
        };
    }

    /// <summary>Finds the store's key with the first recipient that can unwrap it, and checks everything that stands in the store unencrypted.</summary>
    internal static async Task<StoreKeyring> OpenKeyringAsync(
        IBackupStore blobs, IReadOnlyList<IStoreKeyRecipient> recipients, StorePins? pins, CancellationToken cancellationToken)
    {
        (StoreId storeId, bool isReplica, ReadOnlyMemory<byte> description) = await ReadDescriptionAsync(blobs, cancellationToken);
        if (pins is not null && pins.StoreId != storeId)
        {
            throw new RefusedException(
                $"'store.json' names the store at {blobs.Location} {storeId}, but {pins.StoreId} is pinned",
                "Point Storage at the store that belongs to this configuration. If this store is meant, pin its id and key id instead.");
        }

        (IReadOnlyList<StoredKeyDocument> documents, int passedOver) = await KeyDocuments.FindAsync(blobs, pins?.KeyId, recipients, cancellationToken);
        var failures = new List<BackupException>();
        StoreKey key = await UnwrapAsync(blobs, documents, recipients, pins, storeId, failures, cancellationToken);
        try
        {
            PlainDocument.Check(key, BlobNames.Store.Value, description.Span);
            return new StoreKeyring(blobs, storeId, key, documents, failures) { IsReplica = isReplica, Remarks = RemarksOf(blobs, recipients, passedOver) };
        }
        catch (SealException)
        {
            key.Dispose();
            throw;
        }
    }

    private static IReadOnlyList<string> RemarksOf(IBackupStore blobs, IReadOnlyList<IStoreKeyRecipient> recipients, int passedOver) =>
    [
        .. recipients.Select(r => r.Remark).OfType<string>(),
        .. passedOver == 0 ? (string[])[] :
        [
            $"The store at {blobs.Location} has more than {KeyDocuments.MaxRecipients} key documents, and {passedOver} were passed over. Somebody added them: delete those below keys/ that 'qdrant-backup key show' does not list as authentic.",
        ],
    ];

    /// <summary>What store.json says, not yet authenticated, and its bytes.</summary>
    internal static async Task<(StoreId StoreId, bool IsReplica, ReadOnlyMemory<byte> Bytes)> ReadDescriptionAsync(IBackupStore blobs, CancellationToken cancellationToken)
    {
        StoredBlob blob = await blobs.GetAsync(BlobNames.Store, MaxDescriptionLength, cancellationToken)
            ?? throw new StoreException($"{blobs.Location} is not a backup store: it has no store.json", "Make one with 'qdrant-backup key init', or correct the address of the store.");
        StoreDescription? description = null;
        try
        {
            description = JsonSerializer.Deserialize(blob.Content.Span, KeysJson.Default.StoreDescription);
        }
        catch (JsonException)
        {
            // Told below, as for any other content that is no description.
        }

        if (description is { Format: > StoreFormat })
        {
            throw new SealException($"the store at {blobs.Location} is of format {description.Format}, newer than {StoreFormat}", "Use the newest version of this program.") { IsNewerFormat = true };
        }

        return description is { Format: StoreFormat } && StoreId.TryParse(description.StoreId, out StoreId storeId)
            ? (storeId, description.Replica == true, blob.Content)
            : throw new SealException($"'store.json' at {blobs.Location} is damaged", "Put it back from soft delete or the second store; it is not secret and holds format, storeId and created.");
    }

    /// <summary>In the order of the recipients: what is at hand comes before what has to be asked over a network. What takes work comes last, the least of it first.</summary>
    private static async Task<StoreKey> UnwrapAsync(
        IBackupStore blobs,
        IReadOnlyList<StoredKeyDocument> documents,
        IReadOnlyList<IStoreKeyRecipient> recipients,
        StorePins? pins,
        StoreId storeId,
        List<BackupException> failures,
        CancellationToken cancellationToken)
    {
        var attempts = from recipient in recipients
                       where recipient.CanUnwrap
                       from document in documents
                       where document.Document is { } wrapped && recipient.IsFor(wrapped.Recipient)
                       orderby recipient.WorkOf(document.Document!.Recipient), recipient.RecipientId != document.RecipientId ? document.Entry.Modified : default
                       select (recipient, document);
        var work = new OpeningWork();
        var away = new HashSet<IStoreKeyRecipient>();
        foreach ((IStoreKeyRecipient recipient, StoredKeyDocument document) in attempts)
        {
            if (away.Contains(recipient) || !work.Allows(recipient, document.Document!.Recipient))
            {
                continue;
            }

            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                return await document.UnwrapAsync(recipient, storeId, cancellationToken);
            }
            catch (BackupException e)
            {
                // Any other recipient will do: whoever opens the store is told what did not. A vault that is away is not asked once for each document.
                failures.Add(e);
                if (e.IsTransient)
                {
                    away.Add(recipient);
                }
            }
        }

        if (work.Refused > 0)
        {
            failures.Insert(0, new SealException(
                $"no key document that was tried opens the store at {blobs.Location}, and {work.Refused} for a passphrase were not tried: together they ask for more work than an opening may take",
                "Somebody may have added them: delete those below keys/ that nobody of yours made, or pin Store:KeyId, so that only documents of that key are read."));
        }

        throw failures.FirstOrDefault()
            ?? documents.Select(d => d.Problem).OfType<BackupException>().FirstOrDefault()
            ?? NotOpened(blobs, documents, recipients, pins);
    }

    private static BackupException NotOpened(
        IBackupStore blobs, IReadOnlyList<StoredKeyDocument> documents, IReadOnlyList<IStoreKeyRecipient> recipients, StorePins? pins)
    {
        if (documents.Count == 0 && pins is not null)
        {
            return new RefusedException(
                $"the store at {blobs.Location} has no key {pins.KeyId}, which is pinned",
                "Check the pinned key id. If it is right, the keys of this store were replaced: do not use it.");
        }

        string tried = recipients.Count == 0 ? "none is configured" : string.Join(", ", recipients.Select(r => r.CanUnwrap ? r.Description : $"{r.Description} (which only wraps)"));
        string theirs = string.Join(", ", documents.Select(d => d.RecipientId));
        return new UsageException(
            $"none of the configured recipients can open the store at {blobs.Location}: {tried}",
            $"Configure the key file that the store was made with, or another recipient of its key. It has: {theirs}.");
    }
}
