using LocalFunctions.Durable.History;
using Microsoft.Data.Sqlite;

namespace LocalFunctions.Durable.Storage;

/// <summary>Statements about events that are to reach an instance.</summary>
internal static class InboxTable
{
    /// <summary>The due of an event that arrives at once.</summary>
    public const long AtOnce = 0;

    /// <summary>The due of events that go before everything in an instance's inbox, including earlier events of this kind.</summary>
    public static long BeforeAll(SqlSession session, string instanceId) =>
        session.Scalar("SELECT MIN(due) FROM inbox WHERE instance_id = $1", instanceId) is long first && first < AtOnce ? first - 1 : AtOnce - 1;

    /// <summary>Adds an event to an instance's inbox. An execution id limits it to this execution, a task id allows taking it back.</summary>
    public static void Add(SqlSession session, string instanceId, HistoryEvent happened, long due = AtOnce, string? executionId = null, int? taskId = null) =>
        session.Execute(
            "INSERT INTO inbox(instance_id, execution_id, task_id, due, event) VALUES($1, $2, $3, $4, $5)",
            instanceId,
            executionId,
            taskId,
            due,
            HistoryJson.Write(happened));

    /// <summary>The events in an instance's inbox, in order.</summary>
    public static List<InboxRow> Told(SqlSession session, string instanceId, int limit) => session.Query(
        "SELECT sequence, due, event FROM inbox WHERE instance_id = $1 AND due <= $2 ORDER BY due, sequence LIMIT $3", Read, instanceId, AtOnce, limit);

    /// <summary>The due events of an instance, in order.</summary>
    public static List<InboxRow> Due(SqlSession session, string instanceId, DateTimeOffset now, int limit) => session.Query(
        "SELECT sequence, due, event FROM inbox WHERE instance_id = $1 AND due > $2 AND due <= $3 ORDER BY due, sequence LIMIT $4",
        Read,
        instanceId,
        AtOnce,
        now.UtcTicks,
        limit);

    /// <summary>Instances with an event that has arrived.</summary>
    public static List<string> ReachedInstances(SqlSession session, DateTimeOffset now) => session.Query(
        "SELECT DISTINCT instance_id FROM inbox WHERE due <= $1", reader => reader.GetString(0), now.UtcTicks);

    /// <summary>Instances with a due event that no turn has taken in yet.</summary>
    public static List<string> DueInstances(SqlSession session, DateTimeOffset now) => session.Query(
        "SELECT DISTINCT instance_id FROM inbox WHERE due > 0 AND due <= $1", reader => reader.GetString(0), now.UtcTicks);

    /// <summary>When the next event is due; null if there is none.</summary>
    public static DateTimeOffset? NextDue(SqlSession session, DateTimeOffset now) =>
        session.Scalar("SELECT MIN(due) FROM inbox WHERE due > 0 AND due > $1", now.UtcTicks) is long due ? new DateTimeOffset(due, TimeSpan.Zero) : null;

    /// <summary>When the next event of an instance is due; null if there is none.</summary>
    public static DateTimeOffset? NextDueOf(SqlSession session, string instanceId, DateTimeOffset now) =>
        session.Scalar("SELECT MIN(due) FROM inbox WHERE instance_id = $1 AND due > $2", instanceId, now.UtcTicks) is long due
            ? new DateTimeOffset(due, TimeSpan.Zero)
            : null;

    /// <summary>Removes an event that is in the history now, or not needed.</summary>
    public static void Remove(SqlSession session, long sequence) => session.Execute("DELETE FROM inbox WHERE sequence = $1", sequence);

    /// <summary>Removes all events of one execution.</summary>
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
