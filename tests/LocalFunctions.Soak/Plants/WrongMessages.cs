using LocalFunctions.Durable.Storage;

namespace LocalFunctions.Soak.Plants;

/// <summary>Messages of some kind come so many times instead of once.</summary>
/// <param name="kind">What their event contains.</param>
/// <param name="isCarried">Whether only those are meant that continue-as-new carries over.</param>
/// <param name="times">How often they come.</param>
internal sealed class WrongMessages(string kind, bool isCarried, int times) : Plant
{
    /// <inheritdoc/>
    public override int Execute(string sql, ReadOnlySpan<object?> values, SqlSession session, Statement run)
    {
        if (!sql.StartsWith("INSERT INTO inbox", StringComparison.Ordinal)
            || values[^1] is not string message
            || !message.Contains(kind, StringComparison.Ordinal)
            || (isCarried && values[^2] is not < 0L))
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
