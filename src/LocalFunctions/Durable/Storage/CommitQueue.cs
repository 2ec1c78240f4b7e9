namespace LocalFunctions.Durable.Storage;

/// <summary>
/// Transactions in line for the one connection that writes. Those that wait together are committed together, because a commit waits for the disk; each is
/// still all or nothing by itself, and one that fails takes no other with it.
/// </summary>
internal sealed class CommitQueue(SqlSession session, TaskScheduler scheduler)
{
    private const int MaxTogether = 200;
    private readonly Lock _gate = new();
    private readonly Lock _committing = new();
    private readonly Queue<PendingWrite> _line = new();
    private bool _isWorking;
    private volatile bool _closed;

    /// <summary>Writes a transaction; the task completes after the commit.</summary>
    public Task<T> AddAsync<T>(Func<SqlSession, T> statements)
    {
        var write = new PendingWrite<T>(statements);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            _line.Enqueue(write);
            if (!_isWorking)
            {
                _isWorking = true;
                _ = Task.Factory.StartNew(WriteNext, CancellationToken.None, TaskCreationOptions.DenyChildAttach, scheduler);
            }
        }

        return write.Outcome;
    }

    /// <summary>Drops the transactions in line and waits for the running commit; after it the connection is not used any more.</summary>
    public void Close()
    {
        PendingWrite[] late;
        lock (_gate)
        {
            _closed = true;
            late = [.. _line];
            _line.Clear();
        }

        Array.ForEach(late, write => write.Fail(new ObjectDisposedException(nameof(CommitQueue))));
        lock (_committing)
        {
        }
    }

    private void WriteNext()
    {
        List<PendingWrite> together = [];
        lock (_gate)
        {
            while (together.Count < MaxTogether && _line.TryDequeue(out var write))
            {
                together.Add(write);
            }
        }

        Commit(together);
        lock (_gate)
        {
            _isWorking = _line.Count > 0;
            if (_isWorking)
            {
                _ = Task.Factory.StartNew(WriteNext, CancellationToken.None, TaskCreationOptions.DenyChildAttach, scheduler);
            }
        }
    }

    private void Commit(List<PendingWrite> together)
    {
        try
        {
            lock (_committing)
            {
                ObjectDisposedException.ThrowIf(_closed, this);
                Write(together);
            }
        }
        catch (Exception failure)
        {
            together.ForEach(write => write.Fail(failure));
            return;
        }

        together.ForEach(write => write.Conclude());
    }

    private void Write(List<PendingWrite> together)
    {
        try
        {
            session.Execute("BEGIN IMMEDIATE");
            together.ForEach(write => write.Run(session));
            session.Execute("COMMIT");
        }
        catch
        {
            // After some errors, a full disk among them, SQLite has rolled back by itself.
            if (session.IsInTransaction)
            {
                session.Execute("ROLLBACK");
            }

            throw;
        }
    }
}
