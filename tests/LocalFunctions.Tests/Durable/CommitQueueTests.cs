using LocalFunctions.Durable.Storage;
using Microsoft.Data.Sqlite;
using QdrantBackup.Harness;
using Xunit;

namespace LocalFunctions.Tests.Durable;

public sealed class CommitQueueTests : IDisposable
{
    private readonly RecordedSession _session;
    private readonly CommitQueue _queue;

    public CommitQueueTests()
    {
        var connection = new SqliteConnection("Data Source=:memory:;Pooling=False");
        connection.Open();
        _session = new RecordedSession(connection);
        _session.Execute("CREATE TABLE written(number INTEGER NOT NULL UNIQUE)");
        _queue = new CommitQueue(_session, TaskScheduler.Default);
    }

    public void Dispose()
    {
        _queue.Close();
        _session.Dispose();
    }

    [Fact]
    public async Task Transactions_that_wait_together_are_committed_together()
    {
        var (first, go) = await HoldAsync();
        var waiting = Enumerable.Range(1, 50).Select(WriteAsync).ToList();

        go.SetResult();
        await Task.WhenAll([first, .. waiting]);

        Assert.Equal(2, _session.Commits);
        Assert.Equal(51L, Count());
    }

    [Fact]
    public async Task A_transaction_that_fails_takes_nothing_of_the_others_with_it()
    {
        var (first, go) = await HoldAsync();
        var before = WriteAsync(1);
        var failing = _queue.AddAsync(session =>
        {
            session.Execute("INSERT INTO written VALUES(2)");
            return session.Execute("INSERT INTO written VALUES(1)");
        });
        var after = WriteAsync(3);

        go.SetResult();
        await Task.WhenAll(first, before, after);

        await Assert.ThrowsAsync<SqliteException>(() => failing);
        Assert.Equal(3L, Count());
    }

    [Fact]
    public async Task A_commit_that_fails_is_told_to_all_whose_transactions_were_in_it_and_leaves_nothing()
    {
        var (first, go) = await HoldAsync();
        Task[] together = [WriteAsync(1), WriteAsync(2)];
        _session.FailingCommits = 2;

        go.SetResult();

        await Assert.ThrowsAsync<SqliteException>(() => first);
        await Assert.ThrowsAsync<SqliteException>(() => together[0]);
        await Assert.ThrowsAsync<SqliteException>(() => together[1]);
        Assert.Equal(0L, Count());
        await WriteAsync(1);
        Assert.Equal(1L, Count());
    }

    [Fact]
    public async Task Nothing_is_acknowledged_before_its_commit()
    {
        var early = false;
        Task? write = null;
        _session.BeforeCommit = () => early = write is { IsCompleted: true };
        var (first, go) = await HoldAsync();
        write = WriteAsync(1);

        go.SetResult();
        await Task.WhenAll(first, write);

        Assert.False(early);
    }

    [Fact]
    public async Task What_is_in_line_when_it_closes_is_not_written_and_told_so()
    {
        var (first, go) = await HoldAsync();
        var late = WriteAsync(1);

        var close = Task.Run(_queue.Close);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => late);
        go.SetResult();
        await close;
        await first;

        Assert.Throws<ObjectDisposedException>(() => { _ = WriteAsync(2); });
        Assert.Equal(1L, Count());
    }

    private long Count() => (long)_session.Scalar("SELECT COUNT(*) FROM written")!;

    private Task<int> WriteAsync(int number) => _queue.AddAsync(session => session.Execute("INSERT INTO written VALUES($1)", number));

    /// <summary>A transaction that is being written until it may go on: whatever is added meanwhile waits.</summary>
    private async Task<(Task First, TaskCompletionSource Go)> HoldAsync()
    {
        var isWriting = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var go = new TaskCompletionSource();
        var first = _queue.AddAsync(session =>
        {
            isWriting.SetResult();
            go.Task.Within("the test to let the transaction go on");
            return session.Execute("INSERT INTO written VALUES(0)");
        });
        await isWriting.Task.WithinAsync("the first transaction to be written");
        return (first, go);
    }

    private sealed class RecordedSession(SqliteConnection connection) : SqlSession(connection)
    {
        public int Commits { get; private set; }

        public int FailingCommits { get; set; }

        public Action BeforeCommit { get; set; } = () => { };

        public override int Execute(string sql, params ReadOnlySpan<object?> values)
        {
            if (sql == "COMMIT")
            {
                BeforeCommit();
                Commits++;
                if (Commits <= FailingCommits)
                {
                    throw new SqliteException("disk I/O error", SQLitePCL.raw.SQLITE_IOERR);
                }
            }

            return base.Execute(sql, values);
        }
    }
}
