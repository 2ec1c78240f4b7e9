using QdrantBackup.Soak.World;
using QdrantBackup.Storage;

namespace QdrantBackup.Tests.Replication;

/// <summary>A store that stops answering: at the n-th put, or altogether.</summary>
internal sealed class FaultyStore(IBackupStore inner) : RelayingStore(inner)
{
    private int _puts;

    /// <summary>The number of the put that fails, from 1, together with every later call; 0: no put fails.</summary>
    public int DiesAtPut { get; set; }

    /// <summary>Whether no call is answered.</summary>
    public bool IsAway { get; set; }

    /// <summary>Runs during a put, before it is carried out.</summary>
    public Func<BlobName, Task> BeforePut { get; set; } = _ => Task.CompletedTask;

    public override async Task<BlobEntry> PutAsync(BlobName name, ReadOnlyMemory<byte> content, PutCondition condition, string? summary, CancellationToken cancellationToken)
    {
        if (DiesAtPut > 0 && Interlocked.Increment(ref _puts) >= DiesAtPut)
        {
            IsAway = true;
        }

        await BeforePut(name);
        return await Answer(() => base.PutAsync(name, content, condition, summary, cancellationToken));
    }

    public override Task<StoredBlob?> GetAsync(BlobName name, long maxLength, CancellationToken cancellationToken) => Answer(() => base.GetAsync(name, maxLength, cancellationToken));

    public override Task<BlobEntry?> FindAsync(BlobName name, CancellationToken cancellationToken) => Answer(() => base.FindAsync(name, cancellationToken));

    public override IAsyncEnumerable<BlobEntry> ListAsync(string prefix, CancellationToken cancellationToken) =>
        IsAway ? throw Away() : base.ListAsync(prefix, cancellationToken);

    public override Task<bool> DeleteAsync(BlobName name, string? ifMatch, CancellationToken cancellationToken) => Answer(() => base.DeleteAsync(name, ifMatch, cancellationToken));

    /// <summary>Answers again, including puts.</summary>
    public void Revive() => (IsAway, DiesAtPut, _puts) = (false, 0, 0);

    private Task<T> Answer<T>(Func<Task<T>> step) => IsAway ? Task.FromException<T>(Away()) : step();

    private StoreException Away() => new($"{Location} does not answer", "It is a test.", isTransient: true);
}
