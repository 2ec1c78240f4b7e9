using System.Runtime.CompilerServices;
using QdrantBackup.Ids;
using QdrantBackup.Sealing;
using QdrantBackup.Storage;
using QdrantBackup.Stores;

namespace QdrantBackup.Runs;

/// <summary>What a running backup, restore or verification protects (docs/format.md, writing and deleting).</summary>
public sealed record Pin
{
    /// <summary>Version of the format.</summary>
    public int Format { get; init; } = 1;

    /// <summary>The run.</summary>
    public required RunId RunId { get; init; }

    /// <summary>What the run does.</summary>
    public required RunKind Kind { get; init; }

    /// <summary>When the pin was first written, by the store's clock; null in the first write.</summary>
    public DateTimeOffset? Began { get; init; }

    /// <summary>True once the run protects nothing any more.</summary>
    public bool Released { get; init; }

    /// <summary>True once the run is being ended: it may do nothing any more, and its backups stay protected until it is certain that no late write of it arrives.</summary>
    public bool Closed { get; init; }

    /// <summary>The backups whose chunks the run may reuse or reads; only ever added to while the run lives.</summary>
    public IReadOnlyList<BackupId> Bases { get; init; } = [];

    /// <summary>The backups that a copy puts into this store under their own ids; null for every other run.</summary>
    public IReadOnlyList<BackupId>? Copies { get; init; }
}

/// <summary>A pin as found in the store.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Began">When it was first written, by the store's clock.</param>
/// <param name="Renewed">When it was last written, by the store's clock.</param>
/// <param name="Pin">Its content.</param>
/// <param name="ETag">Its ETag when it was read.</param>
public sealed record PinEntry(RunId RunId, DateTimeOffset Began, DateTimeOffset Renewed, Pin Pin, string ETag)
{
    /// <summary>Whether the pin protects its backups: it is not released, or was written after a moment of the store's clock, since a release by itself proves nothing.</summary>
    public bool Counts(DateTimeOffset releasedAfter) => !Pin.Released || Renewed > releasedAfter;
}

/// <summary>Pins: written before anything is read, renewed while the run lives, overwritten as released at its end (W3).</summary>
public sealed class RunPins(SealedStore store)
{

    /// <summary>Writes the run's pin, or adds bases to it. The entry's <c>Renewed</c> is now by the store's clock. A released pin is refused.</summary>
    public Task<PinEntry> WriteAsync(RunId runId, RunKind kind, IReadOnlyList<BackupId> bases, CancellationToken cancellationToken) =>
        WriteAsync(runId, kind, bases, copies: null, cancellationToken);

    /// <summary>The same for a copy, with the backups that it is about to put here.</summary>
    public async Task<PinEntry> WriteAsync(RunId runId, RunKind kind, IReadOnlyList<BackupId> bases, IReadOnlyList<BackupId>? copies, CancellationToken cancellationToken)
    {
        return await SealedRecords.SwapAsync(async () =>
        {
            StoredDocument<Pin>? found = await ReadAsync(runId, cancellationToken);
            ThrowIfOver(found?.Value);

            // Bases are only added: another attempt that planned with other bases may be running beside this one (W9).
            Pin pin = found is null
                ? new Pin { RunId = runId, Kind = kind, Bases = bases, Copies = copies }
                : Renewed(found) with { Bases = [.. found.Value.Bases.Union(bases)], Copies = copies is null ? found.Value.Copies : [.. copies.Union(found.Value.Copies ?? [])] };
            return await PutAsync(pin, found, cancellationToken);
        });
    }

    /// <summary>Writes the pin again so that it stays young. A missing or released one is refused.</summary>
    public async Task<PinEntry> RenewAsync(RunId runId, CancellationToken cancellationToken)
    {
        return await SealedRecords.SwapAsync(async () =>
        {
            StoredDocument<Pin> found = await ReadAsync(runId, cancellationToken) ?? throw Ended(runId);
            ThrowIfOver(found.Value);
            return await PutAsync(Renewed(found), found, cancellationToken);
        });
    }

    /// <summary>Marks the pin as released; harmless when it is released or was never written. A backup's run must have its manifest or marker first (<see cref="RunFences"/>).</summary>
    public Task ReleaseAsync(RunId runId, CancellationToken cancellationToken) => ReleaseIfSilentAsync(runId, DateTimeOffset.MaxValue, cancellationToken);

    /// <summary>Marks the pin as released; false if it was renewed after a moment of the store's clock.</summary>
    public Task<bool> ReleaseIfSilentAsync(RunId runId, DateTimeOffset since, CancellationToken cancellationToken) =>
        EndIfSilentAsync(runId, since, isEnded: pin => pin.Released, end: pin => pin with { Released = true }, cancellationToken);

    /// <summary>Closes the pin: the run may do nothing any more, but its backups stay protected. False if the pin was renewed after a moment of the store's clock.</summary>
    public Task<bool> CloseIfSilentAsync(RunId runId, DateTimeOffset since, CancellationToken cancellationToken) =>
        EndIfSilentAsync(runId, since, isEnded: pin => pin.Closed || pin.Released, end: pin => pin with { Closed = true }, cancellationToken);

    private async Task<bool> EndIfSilentAsync(RunId runId, DateTimeOffset since, Func<Pin, bool> isEnded, Func<Pin, Pin> end, CancellationToken cancellationToken)
    {
        return await SealedRecords.SwapAsync(async () =>
        {
            if (await ReadAsync(runId, cancellationToken) is not { } found || isEnded(found.Value))
            {
                return true;
            }

            if (found.Entry.Modified > since)
            {
                return false;
            }

            await PutAsync(end(Renewed(found)), found, cancellationToken);
            return true;
        });
    }

    /// <summary>When the run last renewed its pin, by the store's clock; null when it has no pin, or released it.</summary>
    public async Task<DateTimeOffset?> LastSignAsync(RunId runId, CancellationToken cancellationToken) =>
        await FindAsync(runId, cancellationToken) is { Pin.Released: false } found ? found.Renewed : null;

    /// <summary>A run's pin, or null when there is no pin.</summary>
    public async Task<PinEntry?> FindAsync(RunId runId, CancellationToken cancellationToken) =>
        await ReadAsync(runId, cancellationToken) is { } found ? new PinEntry(runId, found.Value.Began ?? found.Entry.Modified, found.Entry.Modified, found.Value, found.Entry.ETag) : null;

    /// <summary>All pins, including released ones. One that cannot be read is an error that names it: it may protect any backup, so nothing may be deleted.</summary>
    public async IAsyncEnumerable<PinEntry> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (BlobEntry entry in store.Blobs.ListAsync(BlobNames.Pins, cancellationToken))
        {
            if (RunId.TryParse(entry.Name.Value[BlobNames.Pins.Length..], out RunId runId) && await FindAsync(runId, cancellationToken) is { } pin)
            {
                yield return pin;
            }
        }
    }

    private Task<StoredDocument<Pin>?> ReadAsync(RunId runId, CancellationToken cancellationToken) =>
        store.FindDocumentAsync(BlobNames.Pin(runId), SealedType.Record, RunsJson.Default.Pin, cancellationToken);

    private async Task<PinEntry> PutAsync(Pin pin, StoredDocument<Pin>? found, CancellationToken cancellationToken)
    {
        PutCondition condition = found is null ? PutCondition.OnlyIfAbsent : PutCondition.OnlyIfMatch(found.Entry.ETag);
        BlobEntry entry = await store.PutDocumentAsync(
            BlobNames.Pin(pin.RunId), SealedType.Record, pin, RunsJson.Default.Pin, condition, summary: null, cancellationToken);
        return new PinEntry(pin.RunId, pin.Began ?? entry.Modified, entry.Modified, pin, entry.ETag);
    }

    private static Pin Renewed(StoredDocument<Pin> found) => found.Value with { Began = found.Value.Began ?? found.Entry.Modified };

    private static void ThrowIfOver(Pin? pin)
    {
        if (pin is { Released: true } or { Closed: true })
        {
            throw Ended(pin.RunId);
        }
    }

    private static RefusedException Ended(RunId runId) =>
        new($"run {runId} has ended: its pin is released or gone", "Start a new run; this one must not read or write any more.");
}
