using LocalFunctions.Durable.Storage;
using LocalFunctions.Soak.Invariants;
using LocalFunctions.Soak.Plants;
using Microsoft.Data.Sqlite;

namespace LocalFunctions.Soak.World;

/// <summary>The one database of a world: the real schema in a SQLite database in memory. What is committed outlives every process, and nothing else does.</summary>
internal sealed class SimulatedDisk : IDisposable
{
    private readonly Plant _plant;
    private readonly WatchedSession _session;
    private Lane? _holder;

    public SimulatedDisk(SimulatedWorld world, Ledger ledger, Plant plant)
    {
        _plant = plant;
        var connection = new SqliteConnection("Data Source=:memory:;Pooling=False");
        connection.Open();
        _session = new WatchedSession(connection, world, ledger, plant);
        _session.Make();
    }

    /// <summary>A process opens the database, unless another that lives has it open.</summary>
    public IDurableDatabase Open(Lane lane)
    {
        if (_holder is { IsAlive: true } && !_plant.LetsInASecond())
        {
            throw new DurableStorageException("The database is in use by another process.");
        }

        _holder = lane;
        _plant.Opened(_session);
        return _plant.Around(new SimulatedDatabase(new CommitQueue(_session, lane), _session, lane, Close));
    }

    /// <summary>The first column of the first row.</summary>
    public long Count(string sql) => (long)_session.Scalar(sql)!;

    /// <inheritdoc/>
    public void Dispose() => _session.Dispose();

    private void Close(Lane lane)
    {
        if (_holder == lane)
        {
            _holder = null;
        }
    }
}
