using LocalFunctions.Durable.Storage;

namespace LocalFunctions.Soak.Plants;

/// <summary>Messages of some kind come so many times instead of once.</summary>
/// <param name="kind">What their event contains.</param>
/// <param name="due">The due of those that are meant; null for all.</param>
/// <param name="times">How often they come.</param>
internal sealed class WrongMessages(string kind, long? due, int times) : Plant
{
    /// <inheritdoc/>
    public override int Execute(string sql, ReadOnlySpan<object?> values, SqlSession session, Statement run)
    {
        if (!sql.StartsWith("INSERT INTO inbox", StringComparison.Ordinal)
            || values[^1] is not string message
            || !message.Contains(kind, StringComparison.Ordinal)
            || (due is not null && !Equals(values[^2], due)))
        {
            return run(sql, values);
        }

        HasTaken = true;
        for (var time = 0; time < times; time++)
        {
            run(sql, values);
        }

        return 1;
    }
}
