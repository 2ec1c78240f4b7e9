using System.Runtime.CompilerServices;
using QdrantBackup.Manifests;
using QdrantBackup.Sealing;
using QdrantBackup.Storage;

namespace QdrantBackup.Runs;

/// <summary>What a running backup, restore or verification needs kept (docs/format.md, writing and deleting).</summary>
public sealed record Pin
{
    /// <summary>Version of the format.</summary>
    public int Format { get; init; } = 1;

    /// <summary>The run.</summary>
    public required RunId RunId { get; init; }

    /// <summary>What the run does.</summary>
    public required RunKind Kind { get; init; }

    /// <summary>When the pin was first written, by the store's clock; null in that first write itself.</summary>
    public DateTimeOffset? Began { get; init; }

    /// <summary>True once the run needs nothing any more.</summary>
    public bool Released { get; init; }

    /// <summary>The backups whose chunks the run may reuse or reads; they only become more while it lives.</summary>
    public IReadOnlyList<BackupId> Bases { get; init; } = [];
}

/// <summary>A pin as found in the store.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Began">When it was first written, by the store's clock.</param>
/// <param name="Renewed">When it was last written, by the store's clock.</param>
/// <param name="Pin">What it says, or null when it cannot be opened.</param>
public sealed record PinEntry(RunId RunId, DateTimeOffset Began, DateTimeOffset Renewed, Pin? Pin);

/// <summary>Pins: written before anything is read, renewed while the run lives, overwritten as released at its end (W3).</summary>
public sealed class RunPins(SealedStore store)
{
    private const int MaxAttempts = 10;

    /// <summary>Writes the run's pin, or adds bases to it. The entry's <c>Renewed</c> is now by the store's clock. A released pin is refused.</summary>
    public async Task<PinEntry> WriteAsync(RunId runId, RunKind kind, IReadOnlyList<BackupId> bases, CancellationToken cancellationToken)
    {
        for (int attempt = 1; ; attempt++)
        {
            StoredDocument<Pin>? found = await FindAsync(runId, cancellationToken);
            ThrowIfReleased(found?.Value);

            // Bases only become more: an attempt that planned with others may be running beside this one (W9).
            Pin pin = found is null
                ? new Pin { RunId = runId, Kind = kind, Bases = bases }
                : Renewed(found) with { Bases = [.. found.Value.Bases.Union(bases)] };
            try
            {
                return await PutAsync(pin, found, cancellationToken);
            }
            catch (StoreConflictException) when (attempt < MaxAttempts)
            {
                // Somebody renewed it meanwhile: read it again.
            }
        }
    }

    /// <summary>Writes the pin again so that it stays young. A missing or released one is refused.</summary>
    public async Task<PinEntry> RenewAsync(RunId runId, CancellationToken cancellationToken)
    {
        for (int attempt = 1; ; attempt++)
        {
            StoredDocument<Pin> found = await FindAsync(runId, cancellationToken) ?? throw Ended(runId);
            ThrowIfReleased(found.Value);
            try
            {
                return await PutAsync(Renewed(found), found, cancellationToken);
            }
            catch (StoreConflictException) when (attempt < MaxAttempts)
            {
                // Somebody renewed it meanwhile: read it again.
            }
        }
    }

    /// <summary>Marks the pin as released; harmless when it is released or was never written.</summary>
    public async Task ReleaseAsync(RunId runId, CancellationToken cancellationToken)
    {
        for (int attempt = 1; ; attempt++)
        {
            if (await FindAsync(runId, cancellationToken) is not { Value.Released: false } found)
            {
                return;
            }

            try
            {
                await PutAsync(Renewed(found) with { Released = true }, found, cancellationToken);
                return;
            }
            catch (StoreConflictException) when (attempt < MaxAttempts)
            {
                // Somebody renewed it meanwhile: read it again.
            }
        }
    }

    /// <summary>All pins, the released ones too.</summary>
    public async IAsyncEnumerable<PinEntry> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (BlobEntry entry in store.Blobs.ListAsync(BlobNames.Pins, cancellationToken))
        {
            if (RunId.TryParse(entry.Name.Value[BlobNames.Pins.Length..], out RunId runId))
            {
                yield return await ReadEntryAsync(runId, entry, cancellationToken);
            }
        }
    }

    private async Task<PinEntry> ReadEntryAsync(RunId runId, BlobEntry entry, CancellationToken cancellationToken)
    {
        try
        {
            Pin? pin = await store.GetDocumentAsync(entry.Name, SealedType.Record, StoreJson.Default.Pin, cancellationToken);
            return new PinEntry(runId, pin?.Began ?? entry.Modified, entry.Modified, pin);
        }
        catch (BackupException e) when (Damages.IsDamage(e))
        {
            // A pin that cannot be read counts, and stops whoever wants to delete.
            return new PinEntry(runId, entry.Modified, entry.Modified, Pin: null);
        }
    }

    private Task<StoredDocument<Pin>?> FindAsync(RunId runId, CancellationToken cancellationToken) =>
        store.FindDocumentAsync(BlobNames.Pin(runId), SealedType.Record, StoreJson.Default.Pin, cancellationToken);

    private async Task<PinEntry> PutAsync(Pin pin, StoredDocument<Pin>? found, CancellationToken cancellationToken)
    {
        PutCondition condition = found is null ? PutCondition.OnlyIfAbsent : PutCondition.OnlyIfMatch(found.Entry.ETag);
        BlobEntry entry = await store.PutDocumentAsync(
            BlobNames.Pin(pin.RunId), SealedType.Record, pin, StoreJson.Default.Pin, condition, summary: null, cancellationToken);
        return new PinEntry(pin.RunId, pin.Began ?? entry.Modified, entry.Modified, pin);
    }

    private static Pin Renewed(StoredDocument<Pin> found) => found.Value with { Began = found.Value.Began ?? found.Entry.Modified };

    private static void ThrowIfReleased(Pin? pin)
    {
        if (pin is { Released: true })
        {
            throw Ended(pin.RunId);
        }
    }

    private static RefusedException Ended(RunId runId) =>
        new($"run {runId} has ended: its pin is released or gone", "Start a new run; this one must not read or write any more.");
}
