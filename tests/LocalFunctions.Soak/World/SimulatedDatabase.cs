using LocalFunctions.Durable.Machine;
using LocalFunctions.Durable.Storage;

namespace LocalFunctions.Soak.World;

/// <summary>The database as one process has it open.</summary>
internal sealed class SimulatedDatabase(CommitQueue writes, SqlSession session, Lane lane, Action<Lane> close) : IDurableDatabase
{
    private bool _closed;

    /// <inheritdoc/>
    public Task<T> WriteAsync<T>(Func<SqlSession, T> statements, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        return writes.AddAsync(statements);
    }

    /// <inheritdoc/>
    public Task<T> ReadAsync<T>(Func<SqlSession, T> queries, CancellationToken cancellation = default) => lane.RunAsync(
        () =>
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            return queries(session);
        },
        cancellation);

    /// <inheritdoc/>
    public void Dispose()
    {
        _closed = true;
        writes.Close();
        close(lane);
    }
}
