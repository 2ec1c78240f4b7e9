using LocalFunctions.Durable.History;
using Microsoft.Data.Sqlite;

namespace LocalFunctions.Durable.Storage;

/// <summary>Statements about activities that are to run.</summary>
internal static class ActivityTable
{
    /// <summary>Adds an activity and returns its number.</summary>
    public static long Add(SqlSession session, InstanceRow caller, HistoryEvent scheduled) => (long)session.Scalar(
        "INSERT INTO activities(instance_id, execution_id, task_id, name, input) VALUES($1, $2, $3, $4, $5) RETURNING sequence",
        caller.Id,
        caller.ExecutionId,
        scheduled.EventId,
        scheduled.Name,
        scheduled.Input)!;

    /// <summary>All activities that are to run, in order: their numbers and whose they are.</summary>
    public static List<(long Sequence, string InstanceId)> All(SqlSession session) =>
        session.Query("SELECT sequence, instance_id FROM activities ORDER BY sequence", reader => (reader.GetInt64(0), reader.GetString(1)));

    /// <summary>The numbers of the activities of an instance that are to run, in order.</summary>
    public static List<long> Of(SqlSession session, string instanceId) =>
        session.Query("SELECT sequence FROM activities WHERE instance_id = $1 ORDER BY sequence", reader => reader.GetInt64(0), instanceId);

    /// <summary>An activity; null if it is not needed any more.</summary>
    public static ActivityRow? Find(SqlSession session, long sequence) => session.Query(
        "SELECT sequence, instance_id, execution_id, task_id, name, input FROM activities WHERE sequence = $1", Read, sequence).SingleOrDefault();

    /// <summary>An activity has run: sends the result to its caller, unless the caller no longer exists.</summary>
    /// <returns>Whether the caller received it.</returns>
    public static bool Finish(SqlSession session, ActivityRow activity, HistoryEvent result)
    {
        if (session.Execute("DELETE FROM activities WHERE sequence = $1", activity.Sequence) == 0
            || !InstanceTable.Listens(session, activity.InstanceId, activity.ExecutionId))
        {
            return false;
        }

        InboxTable.Add(session, activity.InstanceId, result, executionId: activity.ExecutionId);
        return true;
    }

    private static ActivityRow Read(SqliteDataReader reader) => new(
        reader.GetInt64(0), reader.GetString(1), reader.GetString(2), reader.GetInt32(3), reader.GetString(4), reader.IsDBNull(5) ? null : reader.GetString(5));
}

/// <summary>An activity that is to run.</summary>
internal sealed record ActivityRow(long Sequence, string InstanceId, string ExecutionId, int TaskId, string Name, string? Input);
