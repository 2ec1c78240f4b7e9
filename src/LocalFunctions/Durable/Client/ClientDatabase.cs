using LocalFunctions.Durable.Dispatch;
using LocalFunctions.Durable.Storage;
using Microsoft.Data.Sqlite;

namespace LocalFunctions.Durable.Client;

/// <summary>The database for callers of the client: when it cannot be used, they get an error at once, and the engine is notified too.</summary>
internal sealed class ClientDatabase(IDurableDatabase inner, StorageHealth health) : IDurableDatabase
{
    /// <inheritdoc/>
    /// <exception cref="DurableStorageException">The database cannot be written.</exception>
    public Task<T> WriteAsync<T>(Func<SqlSession, T> statements, CancellationToken cancellation = default) =>
        OrSayWhyAsync(inner.WriteAsync(statements, cancellation));

    /// <inheritdoc/>
    /// <exception cref="DurableStorageException">The database cannot be read.</exception>
    public Task<T> ReadAsync<T>(Func<SqlSession, T> queries, CancellationToken cancellation = default) =>
        OrSayWhyAsync(inner.ReadAsync(queries, cancellation));

    /// <inheritdoc/>
    public void Dispose()
    {
        // The engine owns the database.
    }

    private async Task<T> OrSayWhyAsync<T>(Task<T> work)
    {
        try
        {
            return await work;
        }
        catch (SqliteException failure)
        {
            _ = health.SuspectAsync(() => inner.WriteAsync(DurableSchema.Touch));
            throw new DurableStorageException($"The durable database cannot be used: {failure.Message} Free disk space or repair the disk, then try again.", failure);
        }
    }
}
