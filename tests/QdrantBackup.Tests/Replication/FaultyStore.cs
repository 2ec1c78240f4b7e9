using QdrantBackup.Storage;

namespace QdrantBackup.Tests.Replication;

/// <summary>A store that stops answering: at the n-th put, or altogether.</summary>
internal sealed class FaultyStore(IBackupStore inner) : IBackupStore
{
    private int _puts;

    /// <summary>The put that fails, counted from 1, and with it everything after; 0: none.</summary>
    public int DiesAtPut { get; set; }

    /// <summary>Whether nothing is answered at all.</summary>
    public bool IsAway { get; set; }

    /// <summary>What happens on the way of a put, before it is carried out.</summary>
    public Func<BlobName, Task> BeforePut { get; set; } = _ => Task.CompletedTask;

    public string Location => inner.Location;

    public async Task<BlobEntry> PutAsync(BlobName name, ReadOnlyMemory<byte> content, PutCondition condition, string? summary, CancellationToken cancellationToken)
    {
        if (DiesAtPut > 0 && Interlocked.Increment(ref _puts) >= DiesAtPut)
        {
            IsAway = true;
        }

        await BeforePut(name);
        return await Answer(() => inner.PutAsync(name, content, condition, summary, cancellationToken));
    }

    public Task<StoredBlob?> GetAsync(BlobName name, long maxLength, CancellationToken cancellationToken) => Answer(() => inner.GetAsync(name, maxLength, cancellationToken));

    public Task<BlobEntry?> FindAsync(BlobName name, CancellationToken cancellationToken) => Answer(() => inner.FindAsync(name, cancellationToken));

    public IAsyncEnumerable<BlobEntry> ListAsync(string prefix, CancellationToken cancellationToken) =>
        IsAway ? throw Away() : inner.ListAsync(prefix, cancellationToken);

    public Task<bool> DeleteAsync(BlobName name, string? ifMatch, CancellationToken cancellationToken) => Answer(() => inner.DeleteAsync(name, ifMatch, cancellationToken));

    /// <summary>Answers again, from the next put on too.</summary>
    public void Revive() => (IsAway, DiesAtPut, _puts) = (false, 0, 0);

    private Task<T> Answer<T>(Func<Task<T>> step) => IsAway ? Task.FromException<T>(Away()) : step();

    private StoreException Away() => new($"{Location} does not answer", "It is a test.", isTransient: true);
}
