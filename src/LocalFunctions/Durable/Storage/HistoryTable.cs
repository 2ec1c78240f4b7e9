using LocalFunctions.Durable.History;

namespace LocalFunctions.Durable.Storage;

/// <summary>Statements about histories.</summary>
internal static class HistoryTable
{
    public static List<HistoryEvent> Read(SqlSession session, string instanceId) => session.Query(
        "SELECT event FROM history WHERE instance_id = $1 ORDER BY sequence", reader => HistoryJson.ReadEvent(reader.GetString(0)), instanceId);

    /// <summary>How many events a history has.</summary>
    public static int Length(SqlSession session, string instanceId) =>
        session.Scalar("SELECT MAX(sequence) + 1 FROM history WHERE instance_id = $1", instanceId) is long length ? (int)length : 0;

    /// <summary>Writes events after those that are there.</summary>
    /// <returns>How many there are then.</returns>
    public static int Append(SqlSession session, string instanceId, int length, IEnumerable<string> events)
    {
        foreach (var happened in events)
        {
            session.Execute("INSERT INTO history(instance_id, sequence, event) VALUES($1, $2, $3)", instanceId, length++, happened);
        }

        return length;
    }

    public static void Delete(SqlSession session, string instanceId) => session.Execute("DELETE FROM history WHERE instance_id = $1", instanceId);
}
