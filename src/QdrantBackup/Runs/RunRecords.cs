using QdrantBackup.Manifests;

namespace QdrantBackup.Runs;

/// <summary>The sealed records of runs, under <c>runs/yyyy/mm/runId/</c>.</summary>
public sealed class RunRecords(SealedStore store, TimeProvider time)
{
    /// <summary>Writes the request, once. Writing an equal one again is harmless; a different one under the same id is refused.</summary>
    public Task WriteRequestAsync(RunRequest request, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Reads and validates a request; a missing one is a <see cref="RefusedException"/>: nothing runs without it.</summary>
    public Task<RunRequest> ReadRequestAsync(RunId runId, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Overwrites the progress.</summary>
    public Task WriteProgressAsync(RunProgress progress, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Writes the result if there is none yet, and returns the one that counts.</summary>
    public Task<RunResult> WriteResultAsync(RunResult result, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Adds a remark.</summary>
    public Task AddNoteAsync(RunId runId, string by, string text, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Everything recorded of one run, or null when there is no such run.</summary>
    public Task<RunOverview?> FindAsync(RunId runId, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Runs, newest first, month by month back to <paramref name="from"/>. A record that cannot be opened is left out of the line it belongs to and logged.</summary>
    public IAsyncEnumerable<RunOverview> ListAsync(DateTimeOffset from, CancellationToken cancellationToken) => throw new NotImplementedException();
}
