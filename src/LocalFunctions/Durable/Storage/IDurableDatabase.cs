using Microsoft.Data.Sqlite;

namespace LocalFunctions.Durable.Storage;

/// <summary>The engine's database: transactions one after the other, and consistent reads beside them.</summary>
internal interface IDurableDatabase : IDisposable
{
    /// <summary>
    /// Runs statements in one transaction. They are on disk when the task completes. If the disk fails, they may still be written: a caller that tries again must check.
    /// </summary>
    /// <exception cref="SqliteException">The database cannot be written.</exception>
    /// <exception cref="ObjectDisposedException">The database was closed; nothing was written.</exception>
    Task<T> WriteAsync<T>(Func<SqlSession, T> statements, CancellationToken cancellation = default);

    /// <summary>Runs queries on one consistent state.</summary>
    /// <exception cref="SqliteException">The database cannot be read.</exception>
    /// <exception cref="ObjectDisposedException">The database was closed.</exception>
    Task<T> ReadAsync<T>(Func<SqlSession, T> queries, CancellationToken cancellation = default);
}
