using QdrantBackup.Sealing;
using QdrantBackup.Stores;

namespace QdrantBackup.Keys;

/// <summary>What a try of one recipient came to.</summary>
public enum RecipientTrialState
{
    /// <summary>It opens the store.</summary>
    Opens,

    /// <summary>Only its public half is here, and the store holds a key document for it that somebody with the key wrote.</summary>
    Present,

    /// <summary>It does not open the store.</summary>
    Fails,

    /// <summary>It could not be tried now: a vault or the store did not answer.</summary>
    Unknown,
}

/// <summary>One recipient, tried.</summary>
/// <param name="Recipient">What it is, for messages.</param>
/// <param name="CanUnwrap">Whether it is meant to open the store from here.</param>
/// <param name="State">What the try came to.</param>
/// <param name="Problem">Why it did not open the store.</param>
/// <param name="Hint">What to do about it.</param>
public sealed record RecipientTrial(string Recipient, bool CanUnwrap, RecipientTrialState State, string? Problem = null, string? Hint = null);

/// <summary>
/// The store opened afresh with every recipient that is configured, as after a restart: a process that opened it once goes on for months with a key that is lost (docs/keys.md).
/// </summary>
/// <param name="Trials">Each recipient.</param>
public sealed record KeyTrial(IReadOnlyList<RecipientTrial> Trials)
{
    /// <summary>Whether at least one recipient opens the store.</summary>
    public bool AnyOpens => Trials.Any(t => t.State == RecipientTrialState.Opens);

    /// <summary>Whether the key is lost from here: no recipient opens the store, and each was really tried. A vault that does not answer is not a lost key.</summary>
    public bool IsLost => Trials.Where(t => t.CanUnwrap).All(t => t.State == RecipientTrialState.Fails);

    /// <summary>The recipients that do not open the store.</summary>
    public IEnumerable<RecipientTrial> Failing => Trials.Where(t => t.State == RecipientTrialState.Fails);

    /// <summary>The recipients that could not be tried.</summary>
    public IEnumerable<RecipientTrial> Untried => Trials.Where(t => t.State == RecipientTrialState.Unknown);

    /// <summary>Tries every recipient.</summary>
    /// <param name="store">The store, open.</param>
    /// <param name="recipients">The recipients that could be taken up.</param>
    /// <param name="problems">Why others could not: they are meant to open the store and cannot.</param>
    /// <param name="cancellationToken">Stops between two recipients.</param>
    public static async Task<KeyTrial> RunAsync(
        SealedStore store, IReadOnlyList<IStoreKeyRecipient> recipients, IReadOnlyList<BackupException> problems, CancellationToken cancellationToken)
    {
        List<RecipientTrial> trials = [.. problems.Select(p => new RecipientTrial("a configured recipient", true, RecipientTrialState.Fails, p.Message, p.Hint))];
        try
        {
            (_, _, ReadOnlyMemory<byte> description) = await StoreOpening.ReadDescriptionAsync(store.Blobs, cancellationToken);
            store.Sealer.CheckPlain(BlobNames.Store.Value, description.Span);
            IReadOnlyList<StoredKeyDocument> documents = await KeyDocuments.ReadAsync(store.Blobs, store.KeyId, recipients, cancellationToken);
            foreach (IStoreKeyRecipient recipient in recipients)
            {
                trials.Add(await TryAsync(store, recipient, documents, cancellationToken));
            }
        }
        catch (BackupException e)
        {
            // Without store.json and the key documents no recipient opens anything.
            trials.AddRange(recipients.Skip(trials.Count - problems.Count).Select(r => Failed(r, e)));
        }

        return new KeyTrial(trials);
    }

    private static async Task<RecipientTrial> TryAsync(
        SealedStore store, IStoreKeyRecipient recipient, IReadOnlyList<StoredKeyDocument> documents, CancellationToken cancellationToken)
    {
        StoredKeyDocument[] own = [.. documents.Where(d => d.Document is { } document && recipient.IsFor(document.Recipient))];
        if (!recipient.CanUnwrap)
        {
            return own.Any(d => IsAuthentic(store, d))
                ? new RecipientTrial(recipient.Description, false, RecipientTrialState.Present)
                : Failed(recipient, NoDocument(store, recipient, documents));
        }

        BackupException? problem = null;
        var work = new OpeningWork();
        foreach (StoredKeyDocument document in own.OrderByDescending(d => IsAuthentic(store, d)))
        {
            if (!work.Allows(recipient, document.Document!.Recipient))
            {
                continue;
            }

            try
            {
                using StoreKey key = await document.UnwrapAsync(recipient, store.StoreId, cancellationToken);
                return new RecipientTrial(recipient.Description, true, RecipientTrialState.Opens);
            }
            catch (BackupException e)
            {
                // A document that could not be tried may be the one that opens.
                problem = problem is { IsTransient: true } ? problem : e;
            }
        }

        return Failed(recipient, problem ?? NoDocument(store, recipient, documents));
    }

    private static bool IsAuthentic(SealedStore store, StoredKeyDocument document)
    {
        try
        {
            store.Sealer.CheckPlain(document.Entry.Name.Value, document.Content.Span);
            return true;
        }
        catch (SealException)
        {
            return false;
        }
    }

    private static RecipientTrial Failed(IStoreKeyRecipient recipient, BackupException problem) => new(
        recipient.Description, recipient.CanUnwrap, problem.IsTransient ? RecipientTrialState.Unknown : RecipientTrialState.Fails, problem.Message, problem.Hint);

    // A document that cannot be read may have been this one's.
    private static SealException NoDocument(SealedStore store, IStoreKeyRecipient recipient, IReadOnlyList<StoredKeyDocument> documents)
    {
        string damaged = string.Concat(documents.Where(d => d.Problem is not null || !IsAuthentic(store, d)).Select(d => $"; '{d.Entry.Name}' is damaged"));
        return new SealException(
            $"the store at {store.Blobs.Location} has no sound key document for {recipient.Description}{damaged}",
            "Put the document back from soft delete or the second store, or wrap the key for this recipient again: 'qdrant-backup key add-recipient'. If it is no recipient any more, take it out of the configuration.");
    }
}
