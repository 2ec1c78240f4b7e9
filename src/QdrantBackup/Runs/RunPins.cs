using QdrantBackup.Manifests;
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
    /// <summary>Writes the run's pin, or adds bases to it. The entry's <c>Renewed</c> is now by the store's clock. A released pin is refused.</summary>
    public Task<PinEntry> WriteAsync(RunId runId, RunKind kind, IReadOnlyList<BackupId> bases, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Writes the pin again so that it stays young. A missing or released one is refused.</summary>
    public Task<PinEntry> RenewAsync(RunId runId, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Marks the pin as released; harmless when it is released or was never written.</summary>
    public Task ReleaseAsync(RunId runId, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>All pins, the released ones too.</summary>
    public IAsyncEnumerable<PinEntry> ListAsync(CancellationToken cancellationToken) => throw new NotImplementedException();
}
