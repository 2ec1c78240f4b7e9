using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using QdrantBackup.Ids;
using QdrantBackup.Sealing;
using QdrantBackup.Storage;

namespace QdrantBackup.Stores;

/// <summary>A document and its blob.</summary>
/// <param name="Entry">The blob.</param>
/// <param name="Value">Its content.</param>
public sealed record StoredDocument<T>(BlobEntry Entry, T Value);

/// <summary>An opened store: blobs, and the key to seal and open them.</summary>
public sealed class SealedStore : IDisposable
{
    private const int DocumentFormat = 1;

    private readonly bool _ownsSealer;

    internal SealedStore(IBackupStore blobs, Sealer sealer, bool isReplica = false, bool ownsSealer = true)
    {
        (Blobs, Sealer, IsReplica, _ownsSealer) = (blobs, sealer, isReplica, ownsSealer);
        Ends = new BackupEnds(this);
        OfMaintenance = this;
    }

    /// <summary>The blobs.</summary>
    public IBackupStore Blobs { get; }

    /// <summary>Seals and opens.</summary>
    public Sealer Sealer { get; }

    /// <summary>Whether it is the second store, into which no backup is made directly.</summary>
    public bool IsReplica { get; }

    /// <summary>Which backups are ended.</summary>
    public BackupEnds Ends { get; }

    /// <summary>How many small records of one kind are read at once.</summary>
    internal int RecordsAtOnce { get; set; } = 16;

    /// <summary>Who may end backups and release holds in this store, as this app sees it.</summary>
    public MaintenanceAuthority Authority { get; private set; } = MaintenanceAuthority.OfStore;

    /// <summary>The view of the store that only maintenance reads and writes, if maintenance has a key of its own; else the store itself.</summary>
    public SealedStore OfMaintenance { get; private set; }

    /// <summary>The store's id.</summary>
    public StoreId StoreId => Sealer.StoreId;

    /// <summary>The id of the store's key.</summary>
    public string KeyId => Sealer.KeyId;

    /// <summary>The recipients that the store's key is wrapped for.</summary>
    public IReadOnlyList<KeyRecipient> Recipients { get; internal init; } = [];

    /// <summary>Failures of recipients before one opened the store.</summary>
    public IReadOnlyList<BackupException> RecipientFailures { get; internal init; } = [];

    /// <summary>What a person should know of the recipients and their documents.</summary>
    public IReadOnlyList<string> RecipientRemarks { get; internal init; } = [];

    /// <summary>The log for damaged records that can be written again.</summary>
    public ILogger Log { internal get; set; } = NullLogger.Instance;

    /// <summary>Sets who may end backups and release holds, before any blob of the store is read. The store disposes maintenance's own key.</summary>
    public void Use(MaintenanceAuthority authority)
    {
        Authority = authority;
        OfMaintenance = authority.Wrap(this);
    }

    /// <summary>Throws when this is the second store: its backups come from the first store.</summary>
    /// <exception cref="RefusedException">It is the second store.</exception>
    public void ThrowIfReplica()
    {
        if (IsReplica)
        {
            throw new RefusedException(
                $"the store at {Blobs.Location} is a second store and takes no backups of its own",
                "Let Storage name the store itself, and this one as Storage:Second. If the store is lost, make a new one from this second store with 'qdrant-backup copy --back'.");
        }
    }

    /// <summary>Seals a JSON document and puts it.</summary>
    public Task<BlobEntry> PutDocumentAsync<T>(
        BlobName name, SealedType type, T value, JsonTypeInfo<T> json, PutCondition condition, string? summary, CancellationToken cancellationToken) =>
        PutPlainAsync(name, type, JsonSerializer.SerializeToUtf8Bytes(value, json), condition, summary, cancellationToken);

    /// <summary>Puts a document unless there is one, and returns the valid one: repeating a step never changes the decision of the first attempt.</summary>
    public async Task<StoredDocument<T>> PutOnceAsync<T>(BlobName name, SealedType type, T value, JsonTypeInfo<T> json, CancellationToken cancellationToken)
    {
        try
        {
            BlobEntry entry = await PutDocumentAsync(name, type, value, json, PutCondition.OnlyIfAbsent, summary: null, cancellationToken);
            return new StoredDocument<T>(entry, value);
        }
        catch (StoreConflictException)
        {
            return await FindDocumentAsync(name, type, json, cancellationToken) ?? throw new MissingBlobException(name, "was there and is missing now");
        }
    }

    /// <summary>Reads and opens a JSON document, or null when there is none.</summary>
    public async Task<StoredDocument<T>?> FindDocumentAsync<T>(BlobName name, SealedType type, JsonTypeInfo<T> json, CancellationToken cancellationToken)
    {
        if (await FindPlainAsync(name, type, cancellationToken) is not { } found)
        {
            return null;
        }

        return new StoredDocument<T>(found.Entry, ReadDocument(name.Value, found.Value, json));
    }

    /// <summary>Reads and opens a JSON document, or the default when there is none.</summary>
    public async Task<T?> GetDocumentAsync<T>(BlobName name, SealedType type, JsonTypeInfo<T> json, CancellationToken cancellationToken) =>
        await FindDocumentAsync(name, type, json, cancellationToken) is { } found ? found.Value : default;

    /// <summary>Both stores of a pair share one key; the opener of the first disposes it.</summary>
    public void Dispose()
    {
        Authority.Dispose();
        if (_ownsSealer)
        {
            Sealer.Dispose();
        }
    }

    internal Task<BlobEntry> PutPlainAsync(
        BlobName name, SealedType type, ReadOnlyMemory<byte> plaintext, PutCondition condition, string? summary, CancellationToken cancellationToken) =>
        PutPlainAsync(name, type, plaintext, ChunkCompression.Auto, condition, summary, cancellationToken);

    internal Task<BlobEntry> PutPlainAsync(
        BlobName name, SealedType type, ReadOnlyMemory<byte> plaintext, ChunkCompression compression, PutCondition condition, string? summary, CancellationToken cancellationToken) =>
        plaintext.Length <= SealedHeader.MaxPlainLength(type)
            ? Blobs.PutAsync(name, Sealer.Seal(type, name.Value, plaintext.Span, compression), condition, summary, cancellationToken)
            : Task.FromException<BlobEntry>(new UsageException(
                $"'{name}' would have {plaintext.Length} bytes, more than the {SealedHeader.MaxPlainLength(type)} that it may have",
                "Back up fewer collections in one run: name them, or leave some out."));

    /// <summary>Which of the store's encryption keys an object is sealed with, or null when there is none of that name.</summary>
    internal async Task<byte?> KeyNumberOfAsync(BlobName name, SealedType type, CancellationToken cancellationToken) =>
        await Blobs.GetAsync(name, SealedHeader.MaxSealedLength(type), cancellationToken) is { } blob
            ? SealedHeader.Read(blob.Content.Span, type, name.Value).KeyNumber
            : null;

    internal async Task<StoredDocument<byte[]>?> FindPlainAsync(BlobName name, SealedType type, CancellationToken cancellationToken)
    {
        long limit = SealedHeader.MaxSealedLength(type);
        StoredBlob? blob = await Blobs.GetAsync(name, limit, cancellationToken);
        return blob is null ? null : new StoredDocument<byte[]>(blob.Entry, Sealer.Open(type, name.Value, blob.Content.Span));
    }

    /// <summary>Reads a JSON document after looking at its format alone.</summary>
    internal static T ReadDocument<T>(string name, ReadOnlySpan<byte> plaintext, JsonTypeInfo<T> json)
    {
        try
        {
            int? format = JsonSerializer.Deserialize(plaintext, StoreJson.Default.FormatProbe)?.Format;
            if (format > DocumentFormat)
            {
                throw new SealException($"'{name}' is of format {format}, newer than {DocumentFormat}", "Use the newest version of this program.") { IsNewerFormat = true };
            }

            if (format == DocumentFormat && JsonSerializer.Deserialize(plaintext, json) is { } value)
            {
                return value;
            }
        }
        catch (JsonException e)
        {
            // The reader's message may quote the document (W5), so only its place is reported.
            throw new SealException($"'{name}' opens but is no {typeof(T).Name} (at byte {e.BytePositionInLine})", "A faulty writer made it. Use the newest version of this program.");
        }

        throw new SealException($"'{name}' opens but has no format number", "A faulty writer made it. Use the newest version of this program.");
    }
}
