using QdrantBackup.Parts;
using QdrantBackup.Sealing;
using QdrantBackup.Soak.World;
using QdrantBackup.Storage;
using QdrantBackup.Stores;

namespace QdrantBackup.Soak.Plants;

/// <summary>Takes the pin of a dead run for released without having written the run's marker.</summary>
internal sealed class MarkerForgotten(IBackupStore inner) : FaultyStore(inner)
{
    private readonly HashSet<BlobName> _ignored = [];

    public static bool IsMarker(BlobName name, ReadOnlyMemory<byte> content) =>
        Is(name, BlobNames.Manifests)
        && SealedStore.ReadDocument(name.Value, StoreContents.Sealer.Open(SealedType.Manifest, name.Value, content.Span), PartsJson.Default.Manifest).Aborted;

    public override Task<BlobEntry> PutAsync(BlobName name, ReadOnlyMemory<byte> content, PutCondition condition, string? summary, CancellationToken cancellationToken)
    {
        if (IsMarker(name, content))
        {
            return Task.FromResult(Pretended(name, content));
        }

        if (Is(name, BlobNames.Pins) && ReadPin(name, content.Span) is { Released: true, Kind: QdrantBackup.Runs.RunKind.Backup })
        {
            _ignored.Add(name);
            return Task.FromResult(Pretended(name, content));
        }

        return Inner.PutAsync(name, content, condition, summary, cancellationToken);
    }

    public override async Task<StoredBlob?> GetAsync(BlobName name, long maxLength, CancellationToken cancellationToken) =>
        await Inner.GetAsync(name, maxLength, cancellationToken) is { } blob
            ? _ignored.Contains(name) ? With(blob, ReadPin(name, blob.Content.Span) with { Released = true }) : blob
            : null;
}

/// <summary>Deletes the blob under the name, changed or not.</summary>
internal sealed class IfMatchForgotten(IBackupStore inner) : FaultyStore(inner)
{
    public override Task<bool> DeleteAsync(BlobName name, string? ifMatch, CancellationToken cancellationToken) => Inner.DeleteAsync(name, ifMatch: null, cancellationToken);
}

/// <summary>Deletes also what was put since the oldest pin began: every pin seems to have begun long from now.</summary>
internal sealed class OldestPinForgotten(IBackupStore inner) : FaultyStore(inner)
{
    public override async Task<StoredBlob?> GetAsync(BlobName name, long maxLength, CancellationToken cancellationToken) =>
        await Inner.GetAsync(name, maxLength, cancellationToken) is { } blob
            ? Is(name, BlobNames.Pins) && ReadPin(name, blob.Content.Span) is { Kind: QdrantBackup.Runs.RunKind.Backup } pin ? With(blob, pin with { Began = DateTimeOffset.MaxValue.AddYears(-1) }) : blob
            : null;
}

/// <summary>Answers listings with what was there earlier: the pruner's order is turned round without its noticing.</summary>
internal abstract class EarlierListings(IBackupStore inner) : FaultyStore(inner)
{
    private readonly Dictionary<string, List<BlobEntry>> _listings = [];
    private readonly Dictionary<BlobName, StoredBlob?> _contents = [];

    public override async IAsyncEnumerable<BlobEntry> ListAsync(string prefix, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await BeforeListingAsync(prefix, cancellationToken);
        if (!_listings.TryGetValue(prefix, out List<BlobEntry>? kept))
        {
            await foreach (BlobEntry entry in Inner.ListAsync(prefix, cancellationToken))
            {
                yield return entry;
            }

            yield break;
        }

        foreach (BlobEntry entry in kept)
        {
            yield return entry;
        }
    }

    public override Task<BlobEntry> PutAsync(BlobName name, ReadOnlyMemory<byte> content, PutCondition condition, string? summary, CancellationToken cancellationToken)
    {
        // What it changes itself it sees.
        _contents.Remove(name);
        return Inner.PutAsync(name, content, condition, summary, cancellationToken);
    }

    public override Task<StoredBlob?> GetAsync(BlobName name, long maxLength, CancellationToken cancellationToken) =>
        _contents.TryGetValue(name, out StoredBlob? kept) ? Task.FromResult(kept) : Inner.GetAsync(name, maxLength, cancellationToken);

    protected abstract Task BeforeListingAsync(string prefix, CancellationToken cancellationToken);

    protected void Forget()
    {
        _listings.Clear();
        _contents.Clear();
    }

    /// <summary>Lists now what will be asked for later; of pins and manifests also what is in them.</summary>
    protected async Task ListEarlyAsync(string prefix, bool withContents, CancellationToken cancellationToken)
    {
        var entries = new List<BlobEntry>();
        await foreach (BlobEntry entry in Inner.ListAsync(prefix, cancellationToken))
        {
            entries.Add(entry);
        }

        _listings[prefix] = entries;
        foreach (BlobEntry entry in withContents ? entries : [])
        {
            // It still writes its own pin, and the pins of other retention runs.
            if (await Inner.GetAsync(entry.Name, long.MaxValue, cancellationToken) is { } blob && ReadPin(entry.Name, blob.Content.Span).Kind != QdrantBackup.Runs.RunKind.Retention)
            {
                _contents[entry.Name] = blob;
            }
        }
    }
}

/// <summary>Lists ends, and writes markers, only after chunks, pins and manifests were listed.</summary>
internal sealed class RetirementsLast(IBackupStore inner) : EarlierListings(inner)
{
    protected override async Task BeforeListingAsync(string prefix, CancellationToken cancellationToken)
    {
        if (prefix == BlobNames.Retirements)
        {
            Forget();
            await ListEarlyAsync(StoreContents.Folder, withContents: false, cancellationToken);
            await ListEarlyAsync(BlobNames.Lists, withContents: false, cancellationToken);
            await ListEarlyAsync(BlobNames.Pins, withContents: true, cancellationToken);
            await ListEarlyAsync(BlobNames.Manifests, withContents: false, cancellationToken);
        }
    }
}

/// <summary>Lists pins before chunks.</summary>
internal sealed class PinsBeforeChunks(IBackupStore inner) : EarlierListings(inner)
{
    protected override async Task BeforeListingAsync(string prefix, CancellationToken cancellationToken)
    {
        if (prefix == BlobNames.Retirements)
        {
            Forget();
        }
        else if (prefix == StoreContents.Folder)
        {
            await ListEarlyAsync(BlobNames.Pins, withContents: true, cancellationToken);
        }
    }
}

/// <summary>Lists manifests before pins.</summary>
internal sealed class ManifestsBeforePins(IBackupStore inner) : EarlierListings(inner)
{
    private bool _chunksAreListed;

    protected override async Task BeforeListingAsync(string prefix, CancellationToken cancellationToken)
    {
        if (prefix == BlobNames.Retirements)
        {
            Forget();
        }
        else if (prefix == BlobNames.Pins && _chunksAreListed)
        {
            await ListEarlyAsync(BlobNames.Manifests, withContents: false, cancellationToken);
        }

        _chunksAreListed = prefix == StoreContents.Folder || (_chunksAreListed && prefix != BlobNames.Retirements);
    }
}

/// <summary>Lists what takes ends back once, when the prune begins, and believes that from then on.</summary>
internal sealed class UndeletionsFirst(IBackupStore inner) : EarlierListings(inner)
{
    private bool _isListed;

    protected override async Task BeforeListingAsync(string prefix, CancellationToken cancellationToken)
    {
        if (!_isListed)
        {
            _isListed = true;
            await ListEarlyAsync(BlobNames.Undeletions, withContents: false, cancellationToken);
        }
    }
}

/// <summary>Takes an end back without the second look at the time: every such record seems to have been written long ago.</summary>
internal sealed class UndeletionNeverTooLate(IBackupStore inner) : FaultyStore(inner)
{
    public override async Task<BlobEntry> PutAsync(BlobName name, ReadOnlyMemory<byte> content, PutCondition condition, string? summary, CancellationToken cancellationToken)
    {
        BlobEntry entry = await Inner.PutAsync(name, content, condition, summary, cancellationToken);
        return Is(name, BlobNames.Undeletions) ? entry with { Modified = DateTimeOffset.MinValue.AddYears(1) } : entry;
    }
}
