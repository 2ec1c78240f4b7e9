using LocalFunctions.Durable.Machine;
using LocalFunctions.Durable.Storage;
using Microsoft.Data.Sqlite;
using QdrantBackup.Harness;

namespace LocalFunctions.Tests.Durable;

/// <summary>This machine with a disk that the test fills: SQLite refuses to grow the database, with the error of a full disk.</summary>
internal sealed class SmallDisk(TimeProvider time) : IMachine
{
    private readonly LocalMachine _inner = new(time);
    private IDurableDatabase? _database;
    private int _refused;
    private int _writing;

    /// <summary>How many transactions found no room.</summary>
    public int Refused => Volatile.Read(ref _refused);

    /// <summary>Whether a transaction is in line or on its way.</summary>
    public bool IsWriting => Volatile.Read(ref _writing) > 0;

    public TimeProvider Time => _inner.Time;

    public TaskScheduler Background => _inner.Background;

    public TaskScheduler StartThreads(string name, int count) => _inner.StartThreads(name, count);

    public string NewId() => _inner.NewId();

    public IDurableDatabase Open(string path) => new CountedWrites(this, _database = _inner.Open(path));

    public Task<long> ActivitiesLeftAsync() => _database!.ReadAsync(session => (long)session.Scalar("SELECT COUNT(*) FROM activities")!);

    public Task FillAsync() => LimitAsync("1");

    public Task FreeAsync() => LimitAsync("1000000");

    // SQLite takes a limit below the present size as the present size. A transaction that fails for want of room takes those with it that it shares a commit with.
    private Task LimitAsync(string pages) => Waiting.UntilAsync("the limit of the database's size to be set beside transactions that find no room", async () =>
    {
        try
        {
            await _database!.WriteAsync(session => session.Scalar($"PRAGMA max_page_count={pages}"));
            return true;
        }
        catch (SqliteException)
        {
            return false;
        }
    });

    private sealed class CountedWrites(SmallDisk disk, IDurableDatabase inner) : IDurableDatabase
    {
        public async Task<T> WriteAsync<T>(Func<SqlSession, T> statements, CancellationToken cancellation = default)
        {
            Interlocked.Increment(ref disk._writing);
            try
            {
                return await inner.WriteAsync(statements, cancellation);
            }
            catch (SqliteException)
            {
                Interlocked.Increment(ref disk._refused);
                throw;
            }
            finally
            {
                Interlocked.Decrement(ref disk._writing);
            }
        }

        public Task<T> ReadAsync<T>(Func<SqlSession, T> queries, CancellationToken cancellation = default) => inner.ReadAsync(queries, cancellation);

        public void Dispose() => inner.Dispose();
    }
}
