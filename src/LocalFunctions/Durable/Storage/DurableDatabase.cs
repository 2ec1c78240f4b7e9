using System.Collections.Concurrent;
using LocalDisk;
using LocalFunctions.Durable.Machine;
using Microsoft.Data.Sqlite;

namespace LocalFunctions.Durable.Storage;

/// <summary>The SQLite file: one writer at a time, readers beside it, one process.</summary>
internal sealed class DurableDatabase : IDurableDatabase
{
    private readonly string _path;
    private readonly FileLock _ownership;
    private readonly SqlSession _writer;

    // A commit waits for the disk, and an app that blocks all threads of the pool must not stop its own results from being written.
    private readonly DedicatedThreads _thread = new("durable commits", 1);
    private readonly CommitQueue _writes;
    private readonly ConcurrentBag<SqlSession> _readers = [];
    private volatile bool _closed;

    private DurableDatabase(string path, FileLock ownership, SqlSession writer)
    {
        _path = path;
        _ownership = ownership;
        _writer = writer;
        _writes = new CommitQueue(writer, _thread);
    }

    /// <summary>Opens or makes the database.</summary>
    /// <exception cref="DurableStorageException">It belongs to another program, is damaged, has a newer version, or is no database of this engine.</exception>
    public static DurableDatabase Open(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        var ownership = Own(path);
        SqlSession? writer = null;
        try
        {
            DatabaseInspection.Check(path);
            MakePrivate(path);
            writer = Connect(path);
            DurableSchema.Apply(writer);
            return new DurableDatabase(path, ownership, writer);
        }
        catch (Exception failure)
        {
            writer?.Dispose();
            ownership.Dispose();
            if (failure is SqliteException)
            {
                throw new DurableStorageException($"The database '{path}' cannot be opened: {failure.Message} Free disk space or repair the disk, then start again.", failure);
            }

            throw;
        }
    }

    /// <inheritdoc/>
    public Task<T> WriteAsync<T>(Func<SqlSession, T> statements, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        return _writes.AddAsync(statements);
    }

    /// <inheritdoc/>
    public Task<T> ReadAsync<T>(Func<SqlSession, T> queries, CancellationToken cancellation = default) =>
        TaskScheduler.Default.RunAsync(() => Read(queries), cancellation);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_closed)
        {
            return;
        }

        _closed = true;
        _writes.Close();
        _thread.Dispose();
        _writer.Dispose();
        DisposeReaders();
        _ownership.Dispose();
    }

    private T Read<T>(Func<SqlSession, T> queries)
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        var reader = _readers.TryTake(out var idle) ? idle : Connect(_path);
        try
        {
            reader.Execute("BEGIN");
            var result = queries(reader);
            reader.Execute("COMMIT");
            Return(reader);
            return result;
        }
        catch
        {
            reader.Dispose();
            throw;
        }
    }

    private void Return(SqlSession reader)
    {
        _readers.Add(reader);
        if (_closed)
        {
            DisposeReaders();
        }
    }

    private void DisposeReaders()
    {
        while (_readers.TryTake(out var reader))
        {
            reader.Dispose();
        }
    }

    private static FileLock Own(string path)
    {
        FileLock? ownership;
        try
        {
            ownership = FileLock.TryTakeProven(path + ".lock");
        }
        catch (LockException failure)
        {
            throw new DurableStorageException($"The database '{path}' cannot be kept from other processes: {failure.Message}. Put it on a local disk.", failure);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new DurableStorageException($"The database '{path}' cannot be locked: {failure.Message} Free disk space or repair the disk, then start again.", failure);
        }

        return ownership ?? throw new DurableStorageException($"The database '{path}' is in use by another process. Stop that one first, or give this one a directory of its own.");
    }

    // Histories contain names of collections and failures. SQLite gives its other files the mode of this one.
    private static void MakePrivate(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        new FileStream(path, new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, UnixCreateMode = OwnerOnly }).Dispose();
        File.SetUnixFileMode(path, OwnerOnly);
    }

    private static SqlSession Connect(string path)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        connection.Open();
        return new SqlSession(connection);
    }
}
