using LocalFunctions.Durable;
using LocalFunctions.Durable.Dispatch;
using LocalFunctions.Durable.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.DurableTask;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace LocalFunctions.Tests.Durable;

public sealed class StorageTests
{
    [Fact]
    public async Task A_second_process_on_the_same_database_is_refused()
    {
        await using var engine = await new EngineFixture().StartAsync();

        var refusal = Assert.Throws<DurableStorageException>(() => DurableDatabase.Open(engine.DatabasePath));

        Assert.Contains("in use by another process", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_of_a_newer_version_is_refused()
    {
        await using var engine = await new EngineFixture().StartAsync();
        await engine.CrashAsync();
        Change(engine.DatabasePath, "PRAGMA user_version=99");

        var refusal = await Assert.ThrowsAsync<DurableStorageException>(engine.StartAsync);

        Assert.Contains("has version 99", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_of_another_program_is_refused()
    {
        await using var engine = new EngineFixture();
        Change(engine.DatabasePath, "CREATE TABLE theirs(id)");

        await Assert.ThrowsAsync<DurableStorageException>(engine.StartAsync);
    }

    [Fact]
    public async Task Histories_are_for_the_owner_of_the_process_only_even_those_that_were_not()
    {
        await using var engine = await new EngineFixture().StartAsync();
        await engine.CrashAsync();
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(engine.DatabasePath));
        File.SetUnixFileMode(engine.DatabasePath, OwnerOnly | UnixFileMode.OtherRead);

        await engine.StartAsync();
        await engine.ScheduleAsync("Any");

        Assert.Equal(OwnerOnly, File.GetUnixFileMode(engine.DatabasePath));
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(engine.DatabasePath + "-wal"));
    }

    [Fact]
    public async Task A_damaged_file_is_refused_and_left_as_it_is()
    {
        await using var engine = new EngineFixture();
        var bytes = Enumerable.Repeat((byte)'x', 8192).ToArray();
        await File.WriteAllBytesAsync(engine.DatabasePath, bytes);

        var refusal = await Assert.ThrowsAsync<DurableStorageException>(engine.StartAsync);

        Assert.Contains("damaged or not a database", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(bytes, await File.ReadAllBytesAsync(engine.DatabasePath));
    }

    [Fact]
    public async Task A_database_that_cannot_be_written_is_reported_and_waited_out()
    {
        var time = new FakeTimeProvider();
        var health = new StorageHealth(time, NullLogger.Instance, CancellationToken.None);
        var isFull = true;
        var write = health.PatientlyAsync(() => isFull ? throw new SqliteException("database or disk is full", 13) : Task.FromResult("written"));
        Assert.Contains("disk is full", health.Problem, StringComparison.Ordinal);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.False(write.IsCompleted);

        isFull = false;
        time.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal("written", await write);
        Assert.Null(health.Problem);
    }

    [Fact]
    public async Task A_failed_transaction_leaves_nothing_and_the_next_one_works()
    {
        await using var engine = new EngineFixture();
        using var database = DurableDatabase.Open(engine.DatabasePath);
        await Assert.ThrowsAsync<InvalidOperationException>(() => database.WriteAsync<int>(session =>
        {
            session.Execute("INSERT INTO history VALUES('a', 0, 'x')");
            throw new InvalidOperationException();
        }));

        Assert.Equal(1, await database.WriteAsync(session => session.Execute("INSERT INTO history VALUES('a', 0, 'y')")));
        Assert.Equal(1L, await database.ReadAsync(session => session.Scalar("SELECT COUNT(*) FROM history")));
    }

    [Fact]
    public async Task A_full_disk_loses_nothing_that_was_written_and_hurts_nothing_after()
    {
        await using var engine = new EngineFixture();
        using var database = DurableDatabase.Open(engine.DatabasePath);
        await database.WriteAsync(session => session.Execute("INSERT INTO history VALUES('before', 0, 'x')"));
        var pages = (long)(await database.ReadAsync(session => session.Scalar("PRAGMA page_count")))!;
        await database.WriteAsync(session => session.Scalar($"PRAGMA max_page_count={pages + 10}"));

        var failure = await Assert.ThrowsAsync<SqliteException>(() => database.WriteAsync(session =>
            session.Execute("INSERT INTO history VALUES('big', 0, $1)", new string('x', 1_000_000))));
        await database.WriteAsync(session => session.Scalar("PRAGMA max_page_count=1000000"));
        await database.WriteAsync(session => session.Execute("INSERT INTO history VALUES('after', 0, 'x')"));

        Assert.Equal(13, failure.SqliteErrorCode);
        Assert.Equal(["after", "before"], await database.ReadAsync(session => session.Query("SELECT instance_id FROM history ORDER BY 1", row => row.GetString(0))));
    }

    [Fact]
    public async Task Every_commit_is_on_disk_before_it_counts()
    {
        await using var engine = new EngineFixture();
        using var database = DurableDatabase.Open(engine.DatabasePath);

        Assert.Equal(2L, await database.WriteAsync(session => session.Scalar("PRAGMA synchronous")));
        Assert.Equal("wal", await database.ReadAsync(session => session.Scalar("PRAGMA journal_mode")));
    }

    [Fact]
    public async Task An_engine_that_does_not_run_says_so_and_keeps_nobody_waiting()
    {
        await using var engine = await new EngineFixture().StartAsync();
        Assert.Null(engine.Engine.Problem);
        await engine.Client.ScheduleNewOrchestrationInstanceAsync("Any", new StartOrchestrationOptions("later", engine.Time.GetUtcNow().AddDays(1)));
        var wait = engine.Client.WaitForInstanceStartAsync("later", CancellationToken.None);

        await engine.CrashAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => wait);

        Assert.NotNull(engine.Engine.Problem);
    }

    private static void Change(string path, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
