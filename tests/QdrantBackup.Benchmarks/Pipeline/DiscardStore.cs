using QdrantBackup.Storage;

namespace QdrantBackup.Benchmarks.Pipeline;

/// <summary>A store that keeps nothing: what is measured against it is everything but the store.</summary>
internal sealed class DiscardStore : IBackupStore
{
    public string Location => "nowhere";

    public Task<BlobEntry> PutAsync(BlobName name, ReadOnlyMemory<byte> content, PutCondition condition, string? summary, CancellationToken cancellationToken) =>
        Task.FromResult(new BlobEntry(name, content.Length, "\"0\"", default, summary));

    public Task<StoredBlob?> GetAsync(BlobName name, long maxLength, CancellationToken cancellationToken) => Task.FromResult<StoredBlob?>(null);

    public Task<BlobEntry?> FindAsync(BlobName name, CancellationToken cancellationToken) => Task.FromResult<BlobEntry?>(null);

    public async IAsyncEnumerable<BlobEntry> ListAsync(string prefix, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        yield break;
    }

    public Task<bool> DeleteAsync(BlobName name, string? ifMatch, CancellationToken cancellationToken) => Task.FromResult(false);

    public Task ExpireAsync(BlobName name, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<int> PurgeDeletedAsync(DateOnly day, CancellationToken cancellationToken) => Task.FromResult(0);

    public Task<DateTimeOffset> NowAsync(CancellationToken cancellationToken) => Task.FromResult(DateTimeOffset.MaxValue);
}
