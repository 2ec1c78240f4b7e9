using LocalFunctions.Durable.Machine;
using LocalFunctions.Durable.Storage;
using Microsoft.Data.Sqlite;

namespace LocalFunctions.Tests.Durable;

/// <summary>This machine with a disk that the test fills: SQLite refuses to grow the database, with the error of a full disk.</summary>
internal sealed class SmallDisk(TimeProvider time) : IMachine
{
    private readonly LocalMachine _inner = new(time);
    private IDurableDatabase? _database;

    public TimeProvider Time => _inner.Time;

    public TaskScheduler Background => _inner.Background;

    public TaskScheduler StartThreads(string name, int count) => _inner.StartThreads(name, count);

    public string NewId() => _inner.NewId();

    public IDurableDatabase Open(string path) => _database = _inner.Open(path);

    public Task<long> ActivitiesLeftAsync() => _database!.ReadAsync(session => (long)session.Scalar("SELECT COUNT(*) FROM activities")!);

    public Task FillAsync() => LimitAsync("1");

    public Task FreeAsync() => LimitAsync("1000000");

    // SQLite takes a limit below the present size as the present size. A transaction that fails for want of room takes those with it that it shares a commit with.
    private async Task LimitAsync(string pages)
    {
        while (true)
        {
            try
            {
                await _database!.WriteAsync(session => session.Scalar($"PRAGMA max_page_count={pages}"));
                return;
            }
            catch (SqliteException)
            {
                await Task.Yield();
            }
        }
    }
}
