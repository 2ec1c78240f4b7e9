using LocalFunctions.Durable.Storage;
using Microsoft.Data.Sqlite;
using QdrantBackup.Tests;

namespace LocalFunctions.Tests.Durable.Schema;

/// <summary>Databases of every version go on; those that this program must not touch stay as they are.</summary>
public sealed class SchemaTests
{
    private static string Recording(int version) => $"tests/LocalFunctions.Tests/Durable/Schema/version-{version}.db";

    public static TheoryData<int> Versions => [.. Enumerable.Range(1, DurableSchema.Version)];

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task A_database_of_any_version_goes_on_where_its_process_died(int version)
    {
        await using var engine = new EngineFixture();
        File.Copy(Repository.Path(Recording(version)), engine.DatabasePath);

        await Voyages.ArriveAsync(engine);

        await engine.CrashAsync();
        Assert.Equal((long)DurableSchema.Version, Ask(engine.DatabasePath, "PRAGMA user_version"));
    }

    [Fact]
    [Trait("Category", "Recording")]
    public async Task What_this_program_leaves_is_what_the_newest_recording_holds()
    {
        await using var engine = new EngineFixture();
        await Voyages.LeavePortAsync(engine);
        Ask(engine.DatabasePath, "PRAGMA wal_checkpoint(TRUNCATE)");
        Recorded.Copy(Recording(DurableSchema.Version), engine.DatabasePath);

        const string Shape = "SELECT group_concat(id || name || status || ifnull(output, ''), ';') FROM (SELECT * FROM instances ORDER BY id)";
        Assert.Equal(Ask(Copy(engine, Recording(DurableSchema.Version)), Shape), Ask(engine.DatabasePath, Shape));
    }

    [Fact]
    public async Task An_upgraded_database_is_built_like_a_new_one()
    {
        await using var engine = new EngineFixture();
        DurableDatabase.Open(engine.DatabasePath).Dispose();
        var old = Copy(engine, Recording(1));
        DurableDatabase.Open(old).Dispose();

        const string Build = "SELECT group_concat(name || ': ' || sql, char(10)) FROM (SELECT * FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name)";
        Assert.Equal(Ask(engine.DatabasePath, Build), Ask(old, Build));
    }

    [Fact]
    public async Task An_upgrade_that_fails_leaves_the_old_version_whole()
    {
        await using var engine = new EngineFixture();
        var old = Copy(engine, Recording(1));
        Ask(old, "DROP INDEX inbox_by_due");

        Assert.Throws<DurableStorageException>(() => DurableDatabase.Open(old));

        Assert.Equal((1L, 8L), (Ask(old, "PRAGMA user_version"), Ask(old, "SELECT COUNT(*) FROM instances")));
    }

    [Fact]
    public async Task A_newer_database_is_refused_and_not_a_byte_of_it_changes()
    {
        await using var engine = new EngineFixture();
        var newer = Path.Combine(Path.GetDirectoryName(engine.DatabasePath)!, "newer.db");
        using (var program = Connect(Copy(engine, Recording(1))))
        {
            Ask(program, "PRAGMA journal_mode=WAL");
            Ask(program, "PRAGMA user_version=99");

            // What the newer program wrote last is in its write-ahead log only, as after a crash.
            File.Copy(program.DataSource, newer);
            File.Copy(program.DataSource + "-wal", newer + "-wal");
        }

        var before = (await File.ReadAllBytesAsync(newer), await File.ReadAllBytesAsync(newer + "-wal"));
        var refusal = Assert.Throws<DurableStorageException>(() => DurableDatabase.Open(newer));

        Assert.Contains($"has version 99; this program supports {DurableSchema.Version}", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(before.Item1, await File.ReadAllBytesAsync(newer));
        Assert.Equal(before.Item2, await File.ReadAllBytesAsync(newer + "-wal"));
    }

    [Theory]
    [InlineData("a page in the middle")]
    [InlineData("the end")]
    [InlineData("everything")]
    public async Task A_damaged_database_is_refused_and_not_a_byte_of_it_changes(string what)
    {
        await using var engine = new EngineFixture();
        var path = Copy(engine, Recording(1));
        var bytes = await File.ReadAllBytesAsync(path);
        switch (what)
        {
            case "a page in the middle":
                bytes.AsSpan(5 * 4096, 4096).Fill(0xA5);
                break;
            case "the end":
                bytes = bytes[..(bytes.Length - 9000)];
                break;
            default:
                bytes.AsSpan().Fill(0x5A);
                break;
        }

        await File.WriteAllBytesAsync(path, bytes);

        var refusal = Assert.Throws<DurableStorageException>(() => DurableDatabase.Open(path));

        Assert.Contains("is damaged or not a database", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("Put back a copy", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(bytes, await File.ReadAllBytesAsync(path));
    }

    [Fact]
    public async Task What_becomes_due_is_looked_up_by_its_index_and_messages_are_not_in_it()
    {
        await using var engine = new EngineFixture();
        DurableDatabase.Open(engine.DatabasePath).Dispose();

        using var connection = Connect(engine.DatabasePath);
        using var command = connection.CreateCommand();
        command.CommandText = "EXPLAIN QUERY PLAN SELECT DISTINCT instance_id FROM inbox WHERE due > 0 AND due <= $1";
        command.Parameters.AddWithValue("$1", 1L);
        using var reader = command.ExecuteReader();
        Assert.True(reader.Read());
        Assert.Contains("inbox_by_due", reader.GetString(3), StringComparison.Ordinal);
        Assert.EndsWith("WHERE due > 0", (string)Ask(engine.DatabasePath, "SELECT sql FROM sqlite_schema WHERE name = 'inbox_by_due'"), StringComparison.Ordinal);
    }

    private static string Copy(EngineFixture engine, string recording)
    {
        var copy = Path.Combine(Path.GetDirectoryName(engine.DatabasePath)!, "copy.db");
        File.Copy(Repository.Path(recording), copy);
        return copy;
    }

    private static SqliteConnection Connect(string path)
    {
        var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        return connection;
    }

    private static object Ask(string path, string sql)
    {
        using var connection = Connect(path);
        return Ask(connection, sql);
    }

    private static object Ask(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar() ?? "";
    }
}
