using QdrantBackup.Ids;
using QdrantBackup.Sealing;
using QdrantBackup.Storage;
using QdrantBackup.Stores;

namespace QdrantBackup.Keys;

/// <summary>A store's key, unwrapped, and everybody it is wrapped for: to add and remove recipients and to wrap it anew. Nothing else of the store is touched.</summary>
public sealed class StoreKeyring : IDisposable
{
    private readonly IBackupStore _blobs;

    internal StoreKeyring(IBackupStore blobs, StoreId storeId, StoreKey key, IReadOnlyList<StoredKeyDocument> documents, IReadOnlyList<BackupException> failures)
    {
        _blobs = blobs;
        StoreId = storeId;
        Key = key;
        Documents = [.. documents.Where(d => d.Entry.Name.Value.StartsWith($"{BlobNames.Keys}{key.KeyId}/", StringComparison.Ordinal))];
        Failures = failures;
    }

    /// <summary>The store.</summary>
    public StoreId StoreId { get; }

    /// <summary>The id of its key.</summary>
    public string KeyId => Key.KeyId;

    /// <summary>Whether it is a copy of another store, with the same key and recipients of its own.</summary>
    public bool IsReplica { get; internal init; }

    /// <summary>The key documents of that key.</summary>
    public IReadOnlyList<StoredKeyDocument> Documents { get; }

    /// <summary>The recipients whose documents verify: their MACs are made with the store's key.</summary>
    public IReadOnlyList<KeyRecipient> Recipients => [.. Documents.Where(IsAuthentic).Select(d => d.Document!.Recipient)];

    /// <summary>What went wrong with recipients before one opened the store.</summary>
    public IReadOnlyList<BackupException> Failures { get; }

    /// <summary>What a person should know of the recipients and their documents.</summary>
    public IReadOnlyList<string> Remarks { get; internal init; } = [];

    /// <summary>The key itself.</summary>
    internal StoreKey Key { get; }

    /// <summary>Opens a store's key with the first recipient that can, and refuses any store or key but the pinned ones.</summary>
    public static Task<StoreKeyring> OpenAsync(
        IBackupStore blobs, IReadOnlyList<IStoreKeyRecipient> recipients, StorePins? pins, CancellationToken cancellationToken) =>
        StoreOpening.OpenKeyringAsync(blobs, recipients, pins, cancellationToken);

    /// <summary>Reads the key documents without any key: what they say is what whoever can write to the store wants them to say.</summary>
    public static Task<IReadOnlyList<StoredKeyDocument>> ReadDocumentsAsync(IBackupStore blobs, CancellationToken cancellationToken) =>
        KeyDocuments.ReadAsync(blobs, keyId: null, [], cancellationToken);

    /// <summary>Whether the MAC of a document verifies.</summary>
    public bool IsAuthentic(StoredKeyDocument document) => document.IsAuthentic(Key);

    /// <summary>Wraps the key for one more recipient.</summary>
    /// <exception cref="UsageException">It is one already, or there is room for no more.</exception>
    public async Task<KeyRecipient> AddAsync(IStoreKeyRecipient recipient, CancellationToken cancellationToken)
    {
        if (Documents.Count >= KeyDocuments.MaxRecipients)
        {
            throw new UsageException($"the store has {Documents.Count} recipients, as many as it may have", "Remove one first: 'key remove-recipient'.");
        }

        KeyDocument document = await KeyDocuments.WrapAsync(Key, StoreId, recipient, cancellationToken);
        try
        {
            await KeyDocuments.PutAsync(_blobs, Key, document, PutCondition.OnlyIfAbsent, cancellationToken);
            return document.Recipient;
        }
        catch (StoreConflictException e)
        {
            throw new UsageException($"{recipient.Description} is a recipient of this store already: {document.Recipient.Id}", "Use 'key test' to check that it opens the store, 'key rewrap' to wrap the key for it again.", e);
        }
    }

    /// <summary>
    /// Wraps the key anew for a recipient, in the place of what was wrapped for it: under the newest version of a vault's key, or with new parameters. For a
    /// recipient that can unwrap, only what it really unwraps is replaced.
    /// </summary>
    /// <param name="recipient">The recipient.</param>
    /// <param name="onlyId">Only the document of this id; null for all that are the recipient's.</param>
    /// <param name="cancellationToken">Stops between two documents.</param>
    /// <returns>The recipients that were wrapped anew.</returns>
    public async Task<IReadOnlyList<KeyRecipient>> RewrapAsync(IStoreKeyRecipient recipient, string? onlyId, CancellationToken cancellationToken)
    {
        var renewed = new List<KeyRecipient>();
        foreach (StoredKeyDocument stored in Documents.Where(d => IsAuthentic(d) && recipient.IsFor(d.Document!.Recipient) && (onlyId is null || d.RecipientId == onlyId)))
        {
            if (await OpensAsync(stored, recipient, cancellationToken) is SealException)
            {
                continue;
            }

            KeyDocument document = await KeyDocuments.WrapAsync(Key, StoreId, recipient, cancellationToken);
            bool keepsName = document.Recipient.Id == stored.Document!.Recipient.Id;
            await KeyDocuments.PutAsync(_blobs, Key, document, keepsName ? PutCondition.OnlyIfMatch(stored.Entry.ETag) : PutCondition.OnlyIfAbsent, cancellationToken);
            if (!keepsName)
            {
                await _blobs.DeleteAsync(stored.Entry.Name, stored.Entry.ETag, cancellationToken);
            }

            renewed.Add(document.Recipient);
        }

        return renewed;
    }

    /// <summary>Tries to open the store with one recipient's document; null if it does, else why not.</summary>
    public async Task<BackupException?> TestAsync(StoredKeyDocument document, IStoreKeyRecipient recipient, CancellationToken cancellationToken) =>
        document.Problem ?? ChangeOf(document) ?? await OpensAsync(document, recipient, cancellationToken);

    /// <summary>Takes a recipient's document away. Whoever could open the store until now may have kept the key: this revokes nothing.</summary>
    /// <param name="recipientId">Its id.</param>
    /// <param name="configured">The recipients at hand, with which another way to open the store is shown to work before this one goes.</param>
    /// <param name="gate">How many recipients must be left.</param>
    /// <param name="cancellationToken">Stops before anything is done.</param>
    /// <exception cref="RefusedException">Too few ways to open the store would be left.</exception>
    public async Task RemoveAsync(string recipientId, IReadOnlyList<IStoreKeyRecipient> configured, KeyLossGate gate, CancellationToken cancellationToken)
    {
        StoredKeyDocument going = Documents.FirstOrDefault(d => d.RecipientId == recipientId) ?? throw new UsageException(
            $"'{recipientId}' is no recipient of the store at {_blobs.Location}",
            $"It has: {string.Join(", ", Documents.Select(d => d.RecipientId))}.");
        StoredKeyDocument[] staying = [.. Documents.Where(d => d != going && IsAuthentic(d))];
        gate.CheckRemaining(recipientId, staying.Length);
        if (!gate.IsLossAccepted && !await AnyOpensAsync(staying, configured, cancellationToken))
        {
            throw new RefusedException(
                $"none of the recipients that would be left could be shown to open the store from here: {string.Join(", ", staying.Select(d => d.RecipientId))}",
                "Configure one of them here and see it open the store with 'qdrant-backup key test', then remove this one. If you know that their keys are safe elsewhere: 'qdrant-backup key remove-recipient --accept-key-loss'.");
        }

        await _blobs.DeleteAsync(going.Entry.Name, going.Entry.ETag, cancellationToken);
        IReadOnlyList<StoredKeyDocument> left = await KeyDocuments.ReadAsync(_blobs, KeyId, configured, cancellationToken);
        if (!left.Any(IsAuthentic))
        {
            // Somebody removed the other one at the same time.
            await _blobs.PutAsync(going.Entry.Name, going.Content, PutCondition.OnlyIfAbsent, summary: null, cancellationToken);
            throw new RefusedException($"'{recipientId}' became the last recipient of the store while it was removed, and was put back", "Look at 'key show' before you remove another one.");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Key.Dispose();

    /// <summary>Why a document cannot open the store, whatever recipient it is for; null if its MAC verifies. Asked first: trying to unwrap what was planted may cost much.</summary>
    private SealException? ChangeOf(StoredKeyDocument document)
    {
        try
        {
            PlainDocument.Check(Key, document.Entry.Name.Value, document.Content.Span);
            return null;
        }
        catch (SealException e)
        {
            return e;
        }
    }

    private async Task<bool> AnyOpensAsync(IEnumerable<StoredKeyDocument> documents, IReadOnlyList<IStoreKeyRecipient> configured, CancellationToken cancellationToken)
    {
        foreach (StoredKeyDocument document in documents)
        {
            foreach (IStoreKeyRecipient recipient in configured.Where(r => r.CanUnwrap && r.IsFor(document.Document!.Recipient)))
            {
                if (await OpensAsync(document, recipient, cancellationToken) is null)
                {
                    return true;
                }
            }
        }

        return false;
    }

    private async Task<BackupException?> OpensAsync(StoredKeyDocument document, IStoreKeyRecipient recipient, CancellationToken cancellationToken)
    {
        if (!recipient.CanUnwrap)
        {
            return null;
        }

        try
        {
            using StoreKey key = await document.UnwrapAsync(recipient, StoreId, cancellationToken);
            return null;
        }
        catch (BackupException e)
        {
            return e;
        }
    }
}
