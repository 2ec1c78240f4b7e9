using LocalFunctions.Durable.Storage;

namespace LocalFunctions.Soak.Plants;

/// <summary>Runs a statement.</summary>
internal delegate int Statement(string sql, ReadOnlySpan<object?> values);

/// <summary>A fault that is planted into the engine from outside, at the seams that the simulation has anyway, to see that it is found. This one plants nothing.</summary>
internal class Plant
{
    /// <summary>Whether it had anything to change: a plant that fits the engine no more would prove nothing.</summary>
    public bool HasTaken { get; protected set; }

    /// <summary>Whether a process gets in while another has the database open.</summary>
    public virtual bool LetsInASecond() => false;

    /// <summary>What a query asks instead.</summary>
    public virtual string Rewrite(string sql) => sql;

    /// <summary>What a statement does instead.</summary>
    public virtual int Execute(string sql, ReadOnlySpan<object?> values, SqlSession session, Statement run) => run(Rewrite(sql), values);

    /// <summary>What happens when a process has opened the database.</summary>
    public virtual void Opened(SqlSession session)
    {
    }

    /// <summary>What stands between a process and the database.</summary>
    public virtual IDurableDatabase Around(IDurableDatabase database) => database;

    /// <summary>What a statement was changed to, noting whether it was.</summary>
    protected string Used(string right, string wrong)
    {
        HasTaken |= right != wrong;
        return wrong;
    }
}
