using LocalFunctions.Durable.Storage;
using LocalFunctions.Simulation.World;

namespace LocalFunctions.Simulation.Plants;

/// <summary>Runs a statement.</summary>
internal delegate int Statement(string sql, ReadOnlySpan<object?> values);

/// <summary>A fault that is planted into the engine from outside, at the seams that the simulation has anyway, to see that it is found. This one plants nothing.</summary>
internal class Plant
{
    /// <summary>The engine as it is.</summary>
    public static readonly Plant None = new();

    /// <summary>Whether a second process gets in while the first has the database open.</summary>
    public virtual bool ForgetsTheLease => false;

    /// <summary>What a query asks instead.</summary>
    public virtual string Rewrite(string sql) => sql;

    /// <summary>What a statement does instead.</summary>
    public virtual int Execute(string sql, ReadOnlySpan<object?> values, SqlSession session, Statement run) => run(Rewrite(sql), values);

    /// <summary>What happens when a process has opened the database.</summary>
    public virtual void Opened(SqlSession session)
    {
    }

    /// <summary>What stands between a process and the database.</summary>
    public virtual IDurableDatabase Around(IDurableDatabase database, SimulatedWorld world) => database;
}
