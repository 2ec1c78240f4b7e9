using LocalFunctions.Durable.History;
using Microsoft.Data.Sqlite;

namespace LocalFunctions.Durable.Storage;

/// <summary>Statements about events that are to reach an instance.</summary>
internal static class InboxTable
{
    /// <summary>The due of an event that arrives at once.</summary>
    public const long AtOnce = 0;

    /// <summary>The due of events that go before all that is in the inbox of an instance, whatever was to go before all others then.</summary>
    public static long BeforeAll(SqlSession session, string instanceId) =>
        session.Scalar("SELECT MIN(due) FROM inbox WHERE instance_id = $1", instanceId) is long first && first < AtOnce ? first - 1 : AtOnce - 1;

    /// <summary>Tells an instance something. An execution id makes it for this execution only, a task id lets it be taken back.</summary>
    public static void Add(SqlSession session, string instanceId, HistoryEvent happened, long due = AtOnce, string? executionId = null, int? taskId = null) =>
        session.Execute(
            "INSERT INTO inbox(instance_id, execution_id, task_id, due, event) VALUES($1, $2, $3, $4, $5)",
            instanceId,
            executionId,
            taskId,
            due,
            HistoryJson.Write(happened));

    /// <summary>What an instance was told, in order.</summary>
    public static List<InboxRow> Told(SqlSession session, string instanceId, int limit) => session.Query(
        "SELECT sequence, due, event FROM inbox WHERE instance_id = $1 AND due <= $2 ORDER BY due, sequence LIMIT $3", Read, instanceId, AtOnce, limit);

    /// <summary>What became due for an instance, in order.</summary>
    public static List<InboxRow> Due(SqlSession session, string instanceId, DateTimeOffset now, int limit) => session.Query(
        "SELECT sequence, due, event FROM inbox WHERE instance_id = $1 AND due > $2 AND due <= $3 ORDER BY due, sequence LIMIT $4",
        Read,
        instanceId,
        AtOnce,
        now.UtcTicks,
        limit);

    /// <summary>Instances that something has reached.</summary>
    public static List<string> ReachedInstances(SqlSession session, DateTimeOffset now) => session.Query(
        "SELECT DISTINCT instance_id FROM inbox WHERE due <= $1", reader => reader.GetString(0), now.UtcTicks);

    /// <summary>Instances for which something became due that no turn has taken in yet.</summary>
    public static List<string> DueInstances(SqlSession session, DateTimeOffset now) => session.Query(
        "SELECT DISTINCT instance_id FROM inbox WHERE due > 0 AND due <= $1", reader => reader.GetString(0), now.UtcTicks);

    /// <summary>When the next thing becomes due; null if nothing will.</summary>
    public static DateTimeOffset? NextDue(SqlSession session, DateTimeOffset now) =>
        session.Scalar("SELECT MIN(due) FROM inbox WHERE due > 0 AND due > $1", now.UtcTicks) is long due ? new DateTimeOffset(due, TimeSpan.Zero) : null;

    /// <summary>When the next thing becomes due for an instance; null if nothing will.</summary>
    public static DateTimeOffset? NextDueOf(SqlSession session, string instanceId, DateTimeOffset now) =>
        session.Scalar("SELECT MIN(due) FROM inbox WHERE instance_id = $1 AND due > $2", instanceId, now.UtcTicks) is long due
            ? new DateTimeOffset(due, TimeSpan.Zero)
            : null;

    /// <summary>An event is in the history now, or not wanted.</summary>
    public static void Remove(SqlSession session, long sequence) => session.Execute("DELETE FROM inbox WHERE sequence = $1", sequence);

    /// <summary>Takes back whatever was for one execution only.</summary>
    public static void RemoveExecution(SqlSession session, string instanceId, string executionId) => session.Execute(
        "DELETE FROM inbox WHERE instance_id = $1 AND execution_id = $2", instanceId, executionId);

    private static InboxRow Read(SqliteDataReader reader) => new(reader.GetInt64(0), reader.GetInt64(1), HistoryJson.ReadEvent(reader.GetString(2)));
}

/// <summary>An event that has reached an instance.</summary>
/// <param name="Sequence">Its number in the inbox.</param>
/// <param name="Due">When it became due, in UTC ticks; 0 or less if it was to arrive at once.</param>
/// <param name="Event">The event.</param>
internal sealed record InboxRow(long Sequence, long Due, HistoryEvent Event)
{
    /// <summary>When it reached the instance, in UTC ticks.</summary>
    public long ReachedAt => Due > InboxTable.AtOnce ? Due : Event.Timestamp.UtcTicks;
}
