using System.Text.Json;
using QdrantBackup.Manifests;
using QdrantBackup.Runs;
using QdrantBackup.Sealing;
using QdrantBackup.Simulation.World;
using QdrantBackup.Storage;

namespace QdrantBackup.Simulation.Plants;

/// <summary>Stands between the real program and the store; a plant changes what one kind of request does.</summary>
internal class FaultyStore(IBackupStore inner) : IBackupStore
{
    public string Location => inner.Location;

    protected IBackupStore Inner => inner;

    public virtual Task<BlobEntry> PutAsync(BlobName name, ReadOnlyMemory<byte> content, PutCondition condition, string? summary, CancellationToken cancellationToken) =>
        inner.PutAsync(name, content, condition, summary, cancellationToken);

    public virtual Task<StoredBlob?> GetAsync(BlobName name, long maxLength, CancellationToken cancellationToken) => inner.GetAsync(name, maxLength, cancellationToken);

    public virtual Task<BlobEntry?> FindAsync(BlobName name, CancellationToken cancellationToken) => inner.FindAsync(name, cancellationToken);

    public virtual IAsyncEnumerable<BlobEntry> ListAsync(string prefix, CancellationToken cancellationToken) => inner.ListAsync(prefix, cancellationToken);

    public virtual Task<bool> DeleteAsync(BlobName name, string? ifMatch, CancellationToken cancellationToken) => inner.DeleteAsync(name, ifMatch, cancellationToken);

    public Task ExpireAsync(BlobName name, CancellationToken cancellationToken) => inner.ExpireAsync(name, cancellationToken);

    public Task<int> PurgeDeletedAsync(DateOnly day, CancellationToken cancellationToken) => inner.PurgeDeletedAsync(day, cancellationToken);

    protected static bool Is(BlobName name, string folder) => name.Value.StartsWith(folder, StringComparison.Ordinal);

    protected static Pin ReadPin(BlobName name, ReadOnlySpan<byte> content) =>
        SealedStore.ReadDocument(name.Value, StoreContents.Sealer.Open(SealedType.Record, name.Value, content), StoreJson.Default.Pin);

    /// <summary>The same blob with another pin in it.</summary>
    protected static StoredBlob With(StoredBlob blob, Pin pin) =>
        blob with { Content = StoreContents.Sealer.Seal(SealedType.Record, blob.Entry.Name.Value, JsonSerializer.SerializeToUtf8Bytes(pin, StoreJson.Default.Pin)) };

    /// <summary>The answer to a put that never happened.</summary>
    protected static BlobEntry Pretended(BlobName name, ReadOnlyMemory<byte> content) => new(name, content.Length, "\"pretended\"", default, null);
}
