using QdrantBackup.Storage;
using QdrantBackup.Stores;

namespace QdrantBackup.Soak.Plants;

/// <summary>Writes the bases into the pin only after they were read again.</summary>
internal sealed class PinAfterReading(IBackupStore inner) : FaultyStore(inner)
{
    private (BlobName Name, ReadOnlyMemory<byte> Content)? _held;

    public override async Task<BlobEntry> PutAsync(
        BlobName name, ReadOnlyMemory<byte> content, PutCondition condition, string? summary, CancellationToken cancellationToken)
    {
        if (Is(name, BlobNames.Pins) && _held is null && ReadPin(name, content.Span) is { Bases.Count: > 0, Released: false })
        {
            _held = (name, content.ToArray());
            return Pretended(name, content);
        }

        if (name.Value.EndsWith("/plan", StringComparison.Ordinal) && _held is { } held)
        {
            await Inner.PutAsync(held.Name, held.Content, PutCondition.Always, null, cancellationToken);
        }

        return await Inner.PutAsync(name, content, condition, summary, cancellationToken);
    }
}

/// <summary>Believes what it read of a base before it was pinned, instead of reading it again.</summary>
internal sealed class NotReadAgain(IBackupStore inner) : FaultyStore(inner)
{
    private readonly Dictionary<BlobName, StoredBlob?> _read = [];
    private readonly Dictionary<BlobName, BlobEntry?> _found = [];

    public override async Task<StoredBlob?> GetAsync(BlobName name, long maxLength, CancellationToken cancellationToken)
    {
        if (!Is(name, BlobNames.Manifests))
        {
            return await Inner.GetAsync(name, maxLength, cancellationToken);
        }

        return _read.TryGetValue(name, out StoredBlob? read) ? read : _read[name] = await Inner.GetAsync(name, maxLength, cancellationToken);
    }

    public override async Task<BlobEntry?> FindAsync(BlobName name, CancellationToken cancellationToken)
    {
        if (!Is(name, BlobNames.Retirements))
        {
            return await Inner.FindAsync(name, cancellationToken);
        }

        return _found.TryGetValue(name, out BlobEntry? found) ? found : _found[name] = await Inner.FindAsync(name, cancellationToken);
    }
}

/// <summary>Does not put a chunk that is there already.</summary>
internal sealed class ExistenceIsEvidence(IBackupStore inner) : FaultyStore(inner)
{
    public override async Task<BlobEntry> PutAsync(
        BlobName name, ReadOnlyMemory<byte> content, PutCondition condition, string? summary, CancellationToken cancellationToken) =>
        Is(name, "chunks/") && await Inner.FindAsync(name, cancellationToken) is { } there
            ? there
            : await Inner.PutAsync(name, content, condition, summary, cancellationToken);
}

/// <summary>A run that failed releases its pin without a marker, while a late request of it may still commit.</summary>
internal sealed class ReleasedWithoutMarker(IBackupStore inner) : FaultyStore(inner)
{
    public override Task<BlobEntry> PutAsync(
        BlobName name, ReadOnlyMemory<byte> content, PutCondition condition, string? summary, CancellationToken cancellationToken) =>
        MarkerForgotten.IsMarker(name, content) ? Task.FromResult(Pretended(name, content)) : Inner.PutAsync(name, content, condition, summary, cancellationToken);
}
