using LocalFunctions.Durable.Storage;

namespace LocalFunctions.Soak.Plants;

/// <summary>A process that starts does something to the database that it should not.</summary>
internal sealed class WrongOpening(string sql) : Plant
{
    /// <inheritdoc/>
    public override void Opened(SqlSession session) => HasTaken |= session.Execute(sql) > 0;
}
