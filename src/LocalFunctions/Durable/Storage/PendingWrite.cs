namespace LocalFunctions.Durable.Storage;

/// <summary>A transaction in line.</summary>
internal abstract class PendingWrite
{
    /// <summary>Runs the statements within a larger transaction; if they fail alone, they are undone and the larger transaction continues.</summary>
    public abstract void Run(SqlSession session);

    /// <summary>The larger transaction is on disk.</summary>
    public abstract void Conclude();

    /// <summary>The larger transaction failed.</summary>
    public abstract void Fail(Exception failure);
}

/// <summary>A transaction in line, with its result.</summary>
internal sealed class PendingWrite<T>(Func<SqlSession, T> statements) : PendingWrite
{
    private readonly TaskCompletionSource<T> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Exception? _failure;
    private T? _result;

    /// <summary>Its result or exception.</summary>
    public Task<T> Outcome => _outcome.Task;

    /// <inheritdoc/>
    public override void Run(SqlSession session)
    {
        session.Execute("SAVEPOINT one");
        try
        {
            _result = statements(session);
        }
        catch (Exception failure) when (session.IsInTransaction)
        {
            session.Execute("ROLLBACK TO one");
            _failure = failure;
        }

        session.Execute("RELEASE one");
    }

    /// <inheritdoc/>
    public override void Conclude()
    {
        if (_failure is null)
        {
            _outcome.TrySetResult(_result!);
        }
        else
        {
            _outcome.TrySetException(_failure);
        }
    }

    /// <inheritdoc/>
    public override void Fail(Exception failure) => _outcome.TrySetException(failure);
}
