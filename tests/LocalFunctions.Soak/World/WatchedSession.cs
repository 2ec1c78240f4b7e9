using LocalFunctions.Durable.Storage;
using LocalFunctions.Soak.Invariants;
using LocalFunctions.Soak.Plants;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace LocalFunctions.Soak.World;

/// <summary>
/// The connection: statements and commits fail as the weather has it, and what each commit changed goes to the ledger. Triggers note the changes in a temporary table, so
/// whatever is rolled back is rolled back there too.
/// </summary>
internal sealed class WatchedSession(SqliteConnection connection, SimulatedWorld world, Ledger ledger, Plant plant) : SqlSession(connection)
{
    private bool _isMade;

    /// <summary>Makes the tables, and the triggers that watch them.</summary>
    public void Make()
    {
        DurableSchema.Apply(this);
        base.Execute(WatchedChanges.Create);
        _isMade = true;
    }

    /// <inheritdoc/>
    public override int Execute(string sql, params ReadOnlySpan<object?> values)
    {
        if (sql == "COMMIT")
        {
            return Commit();
        }

        Fail(sql);
        return plant.Execute(sql, values, this, base.Execute);
    }

    /// <inheritdoc/>
    public override object? Scalar(string sql, params ReadOnlySpan<object?> values)
    {
        Fail(sql);
        return base.Scalar(plant.Rewrite(sql), values);
    }

    /// <inheritdoc/>
    public override List<T> Query<T>(string sql, Func<SqliteDataReader, T> read, params ReadOnlySpan<object?> values)
    {
        Fail(sql);
        return base.Query(plant.Rewrite(sql), read, values);
    }

    private int Commit()
    {
        var changes = base.Query(WatchedChanges.Select, WatchedChanges.Read);
        base.Execute(WatchedChanges.Clear);
        if (world.IsStormy && world.Chance.OneIn(world.Weather.FailedCommits))
        {
            throw new SqliteException("disk I/O error: the commit failed", raw.SQLITE_IOERR);
        }

        base.Execute("COMMIT");
        ledger.Commit(changes);
        return world.IsStormy && world.Chance.OneIn(world.Weather.DeniedCommits)
            ? throw new SqliteException("disk I/O error: nobody knows whether the commit failed", raw.SQLITE_IOERR)
            : 0;
    }

    // A rollback never fails: SQLite does it by forgetting.
    private void Fail(string sql)
    {
        if (_isMade && world.IsStormy && !sql.StartsWith("RO", StringComparison.Ordinal) && world.Chance.OneIn(world.Weather.FailedStatements))
        {
            throw new SqliteException("database or disk is full", raw.SQLITE_FULL);
        }
    }
}
