namespace QdrantBackup.Storage;

/// <summary>
/// Where backups live: a flat space of named blobs (docs/format.md, names). The port of every store; one contract suite runs against each implementation.
/// </summary>
/// <remarks>
/// Every member may be repeated after a failure whose outcome is unknown. A put is atomic and durable when it returns: readers see the old
/// content, the new content or nothing, never a mixture. Failures are <see cref="StoreException"/>; conditions that do not hold are <see cref="StoreConflictException"/>.
/// </remarks>
public interface IBackupStore
{
    /// <summary>Where this store is, for messages: a directory or a container's address, never with a SAS or key.</summary>
    string Location { get; }

    /// <summary>Puts a whole blob, with an optional <paramref name="summary"/> (base64, at most 4 KiB) that listings return.</summary>
    Task<BlobEntry> PutAsync(BlobName name, ReadOnlyMemory<byte> content, PutCondition condition, string? summary, CancellationToken cancellationToken);

    /// <summary>Reads a whole blob, or null when there is none. A blob longer than <paramref name="maxLength"/> is an <see cref="OversizedBlobException"/>, before its content is read.</summary>
    Task<StoredBlob?> GetAsync(BlobName name, long maxLength, CancellationToken cancellationToken);

    /// <summary>What is known of a blob without reading it, or null when there is none.</summary>
    Task<BlobEntry?> FindAsync(BlobName name, CancellationToken cancellationToken);

    /// <summary>
    /// Lists the blobs whose name begins with <paramref name="prefix"/>, in ordinal order of their UTF-8 names. A blob that is there during the whole
    /// listing is listed; one that comes or goes meanwhile may or may not be.
    /// </summary>
    IAsyncEnumerable<BlobEntry> ListAsync(string prefix, CancellationToken cancellationToken);

    /// <summary>Deletes a blob; false when there was none. With <paramref name="ifMatch"/>, only if its ETag is still that.</summary>
    Task<bool> DeleteAsync(BlobName name, string? ifMatch, CancellationToken cancellationToken);

    /// <summary>
    /// Expires a blob: deletes it, or marks it for the store's own lifecycle rule, which deletes it later; until then it can be read and listed as before.
    /// Harmless when it is missing, and when repeated. Only for blobs that are put once, since the mark is bound to no ETag.
    /// </summary>
    Task ExpireAsync(BlobName name, CancellationToken cancellationToken);

    /// <summary>Removes for good all blobs that were deleted before <paramref name="day"/>, where the store keeps them itself; returns the number of removed days. A service with its own soft delete does nothing.</summary>
    Task<int> PurgeDeletedAsync(DateOnly day, CancellationToken cancellationToken);

    /// <summary>The store's own clock, the one that <see cref="BlobEntry.Modified"/> comes from; a directory has the machine's. Nothing is written.</summary>
    Task<DateTimeOffset> NowAsync(CancellationToken cancellationToken);
}

/// <summary>A blob as a listing shows it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Length">Its length in bytes.</param>
/// <param name="ETag">Changes whenever the blob is put.</param>
/// <param name="Modified">When it was last put, by the store's own clock.</param>
/// <param name="Summary">The summary it was put with, if any.</param>
public sealed record BlobEntry(BlobName Name, long Length, string ETag, DateTimeOffset Modified, string? Summary);

/// <summary>A blob as read.</summary>
/// <param name="Entry">What is known of it.</param>
/// <param name="Content">Its whole content.</param>
public sealed record StoredBlob(BlobEntry Entry, ReadOnlyMemory<byte> Content)
{
    private byte[] _buffer = [];

    /// <summary>A blob in a buffer of <see cref="ChunkBuffers"/>, which <see cref="GiveBack"/> returns to them.</summary>
    internal static StoredBlob In(byte[] buffer, BlobEntry entry) => new(entry, buffer.AsMemory(0, (int)entry.Length)) { _buffer = buffer };

    /// <summary>
    /// Gives the content's buffer back for another blob; the content must not be read any more. Without this call the buffer is left to the garbage collector,
    /// which must clear the memory of every new chunk.
    /// </summary>
    internal void GiveBack() => ChunkBuffers.Return(Interlocked.Exchange(ref _buffer, []), used: 0);
}

/// <summary>What must hold for a put to happen.</summary>
public readonly record struct PutCondition
{
    private PutCondition(bool ifAbsent, string? ifMatch) => (IfAbsent, IfMatch) = (ifAbsent, ifMatch);

    /// <summary>Put in any case.</summary>
    public static PutCondition Always { get; }

    /// <summary>Put only if no blob of that name is there.</summary>
    public static PutCondition OnlyIfAbsent { get; } = new(true, null);

    /// <summary>Put only if the blob is there with this ETag.</summary>
    public static PutCondition OnlyIfMatch(string etag) => new(false, etag);

    /// <summary>True when no blob of that name may be there.</summary>
    public bool IfAbsent { get; }

    /// <summary>The ETag that must be there, or null.</summary>
    public string? IfMatch { get; }
}
