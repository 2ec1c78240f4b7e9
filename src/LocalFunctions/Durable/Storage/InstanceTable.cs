using LocalFunctions.Durable.History;
using Microsoft.Data.Sqlite;
using Microsoft.DurableTask.Client;

namespace LocalFunctions.Durable.Storage;

/// <summary>Statements about instances.</summary>
internal static class InstanceTable
{
    /// <summary>The columns that <see cref="Read"/> expects.</summary>
    public const string Columns = "id, execution_id, name, status, created, updated, tags, parent, custom_status, input, output, failure, bound";

    private const string NotEnded = "status NOT IN (1, 3, 5)";

    public static InstanceRow? Find(SqlSession session, string id) =>
        session.Query($"SELECT {Columns} FROM instances WHERE id = $1", Read, id).SingleOrDefault();

    /// <summary>The status of an instance; null if there is none.</summary>
    public static OrchestrationRuntimeStatus? StatusOf(SqlSession session, string id) =>
        session.Scalar("SELECT status FROM instances WHERE id = $1", id) is long status ? (OrchestrationRuntimeStatus)status : null;

    /// <summary>Adds an instance that is to start, in place of an ended one of the same id.</summary>
    public static void Create(SqlSession session, string id, string executionId, HistoryEvent started, DateTimeOffset? startAt, bool isBound)
    {
        Delete(session, id);
        session.Execute(
            """
            INSERT INTO instances(id, execution_id, name, status, created, updated, tags, parent, input, bound)
            VALUES($1, $2, $3, $4, $5, $5, $6, $7, $8, $9)
            """,
            id,
            executionId,
            started.Name,
            (int)OrchestrationRuntimeStatus.Pending,
            started.Timestamp.UtcTicks,
            HistoryJson.Write(started.Tags),
            HistoryJson.Write(started.Parent),
            started.Input,
            isBound ? 1 : 0);
        InboxTable.Add(session, id, started, startAt is { } due && due > started.Timestamp ? due.UtcTicks : InboxTable.AtOnce);
    }

    /// <summary>Deletes an instance and all its rows.</summary>
    public static bool Delete(SqlSession session, string id)
    {
        DeleteWork(session, id);
        session.Execute("DELETE FROM history WHERE instance_id = $1", id);
        return session.Execute("DELETE FROM instances WHERE id = $1", id) > 0;
    }

    /// <summary>Deletes the messages and activities of an instance.</summary>
    public static void DeleteWork(SqlSession session, string id)
    {
        session.Execute("DELETE FROM inbox WHERE instance_id = $1", id);
        session.Execute("DELETE FROM activities WHERE instance_id = $1", id);
    }

    /// <summary>
    /// Writes the changes of a turn; false if the instance was replaced meanwhile, or its history has grown: then this turn is written already.
    /// </summary>
    public static bool Update(SqlSession session, InstanceRow row, string executionId, int historyLength) => session.Execute(
        """
        UPDATE instances SET execution_id = $4, status = $5, created = $6, updated = $7, custom_status = $8, input = $9, output = $10, failure = $11
        WHERE id = $1 AND execution_id = $2 AND NOT EXISTS(SELECT 1 FROM history WHERE instance_id = $1 AND sequence >= $3)
        """,
        row.Id,
        executionId,
        historyLength,
        row.ExecutionId,
        (int)row.Status,
        row.Created.UtcTicks,
        row.Updated.UtcTicks,
        row.CustomStatus,
        row.Input,
        row.Output,
        HistoryJson.Write(row.Failure)) > 0;

    /// <summary>The instances that have not ended.</summary>
    public static List<LeftRow> Open(SqlSession session) => session.Query(
        $"SELECT id, name, parent, bound FROM instances WHERE {NotEnded}",
        reader => new LeftRow(reader.GetString(0), reader.GetString(1), HistoryJson.ReadParent(Text(reader, 2)), reader.GetInt32(3) != 0));

    /// <summary>The instances that an instance started, and those that they started, as far as they have not ended.</summary>
    public static List<string> Descendants(SqlSession session, string id)
    {
        var open = Open(session);
        var found = new List<string> { id };
        for (var i = 0; i < found.Count; i++)
        {
            found.AddRange(open.Where(row => row.Parent?.InstanceId == found[i] && !found.Contains(row.Id)).Select(row => row.Id));
        }

        return found;
    }

    /// <summary>Binds an instance to this process, or frees it for any that comes after this one.</summary>
    public static void Bind(SqlSession session, string id, bool isBound) =>
        session.Execute("UPDATE instances SET bound = $2 WHERE id = $1 AND bound <> $2", id, isBound ? 1 : 0);

    /// <summary>Whether an instance can still receive events; an execution id limits that to this execution.</summary>
    public static bool Listens(SqlSession session, string id, string? executionId = null) => session.Scalar(
        $"SELECT 1 FROM instances WHERE id = $1 AND {NotEnded} AND ($2 IS NULL OR execution_id = $2)", id, executionId) is not null;

    public static InstanceRow Read(SqliteDataReader reader) => new(
        reader.GetString(0),
        reader.GetString(1),
        reader.GetString(2),
        (OrchestrationRuntimeStatus)reader.GetInt32(3),
        new DateTimeOffset(reader.GetInt64(4), TimeSpan.Zero),
        new DateTimeOffset(reader.GetInt64(5), TimeSpan.Zero))
    {
        Tags = HistoryJson.ReadTags(Text(reader, 6)),
        Parent = HistoryJson.ReadParent(Text(reader, 7)),
        CustomStatus = Text(reader, 8),
        Input = Text(reader, 9),
        Output = Text(reader, 10),
        Failure = HistoryJson.ReadFailure(Text(reader, 11)),
        IsBound = reader.GetInt32(12) != 0,
    };

    private static string? Text(SqliteDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
}

/// <summary>An instance that has not ended.</summary>
internal sealed record LeftRow(string Id, string Name, ParentLink? Parent, bool IsBound);
