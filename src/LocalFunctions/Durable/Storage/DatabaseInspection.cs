using Microsoft.Data.Sqlite;

namespace LocalFunctions.Durable.Storage;

/// <summary>Checks a database file before anything may change it: a file that is not ours, damaged or of a newer program stays byte for byte as it is.</summary>
internal static class DatabaseInspection
{
    /// <summary>Refuses a file that this program must not use. A missing or empty one is fine.</summary>
    /// <exception cref="DurableStorageException">It is another program's, damaged, or of a newer version.</exception>
    public static void Check(string path)
    {
        if (new FileInfo(path) is { Exists: false } or { Length: 0 })
        {
            return;
        }

        try
        {
            // Read-only: even the last connection to close then moves nothing from the write-ahead log into the file.
            using var connection = new SqliteConnection(
                new SqliteConnectionStringBuilder { DataSource = path, Pooling = false, Mode = SqliteOpenMode.ReadOnly }.ToString());
            connection.Open();
            using var session = new SqlSession(connection);
            CheckOwner(session, path);
            CheckVersion(session, path);
            CheckPages(session, path);
        }
        catch (SqliteException failure) when (failure.SqliteErrorCode is SQLitePCL.raw.SQLITE_NOTADB or SQLitePCL.raw.SQLITE_CORRUPT)
        {
            throw Damaged(path, failure.Message, failure);
        }
    }

    private static void CheckOwner(SqlSession session, string path)
    {
        if ((long)session.Scalar("PRAGMA application_id")! != DurableSchema.ApplicationId && (long)session.Scalar("SELECT COUNT(*) FROM sqlite_schema")! > 0)
        {
            throw new DurableStorageException($"The file '{path}' is a database of another program. Nothing was changed. Choose another path.");
        }
    }

    private static void CheckVersion(SqlSession session, string path)
    {
        if ((long)session.Scalar("PRAGMA user_version")! is var version && version > DurableSchema.Version)
        {
            throw new DurableStorageException(
                $"The database '{path}' has version {version}; this program supports {DurableSchema.Version}. Nothing was changed. Run the newer program that wrote it.");
        }
    }

    private static void CheckPages(SqlSession session, string path)
    {
        if (session.Scalar("PRAGMA quick_check(1)") is not "ok" and var problem)
        {
            throw Damaged(path, $"{problem}.", cause: null);
        }
    }

    private static DurableStorageException Damaged(string path, string problem, Exception? cause) => new(
        $"The file '{path}' is damaged or not a database: {problem} Nothing was changed. Put back a copy of it, or move it away to start with an empty history.",
        cause);
}
