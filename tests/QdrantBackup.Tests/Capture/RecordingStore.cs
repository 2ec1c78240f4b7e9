using QdrantBackup.Soak.World;
using QdrantBackup.Storage;

namespace QdrantBackup.Tests.Capture;

/// <summary>Records the order in which blobs are read and written.</summary>
internal sealed class RecordingStore(IBackupStore inner) : RelayingStore(inner)
{
    private readonly Lock _gate = new();

    public List<string> Steps { get; } = [];

    public override Task<BlobEntry> PutAsync(BlobName name, ReadOnlyMemory<byte> content, PutCondition condition, string? summary, CancellationToken cancellationToken)
    {
        Note("put", name);
        return base.PutAsync(name, content, condition, summary, cancellationToken);
    }

    public override Task<StoredBlob?> GetAsync(BlobName name, long maxLength, CancellationToken cancellationToken)
    {
        Note("get", name);
        return base.GetAsync(name, maxLength, cancellationToken);
    }

    public override Task<bool> DeleteAsync(BlobName name, string? ifMatch, CancellationToken cancellationToken)
    {
        Note("delete", name);
        return base.DeleteAsync(name, ifMatch, cancellationToken);
    }

    public override Task ExpireAsync(BlobName name, CancellationToken cancellationToken)
    {
        Note("expire", name);
        return base.ExpireAsync(name, cancellationToken);
    }

    private void Note(string step, BlobName name)
    {
        lock (_gate)
        {
            Steps.Add($"{step} {name}");
        }
    }
}
