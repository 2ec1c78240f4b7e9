using System.Text.Json;
using LocalFunctions.Durable.History;
using LocalFunctions.Durable.Storage;
using Microsoft.Data.Sqlite;

namespace QdrantBackup.Integration.Tests.Histories;

/// <summary>One instance's history as it is kept in the repository.</summary>
internal sealed record RecordedHistory(string InstanceId, IReadOnlyList<HistoryEvent> Events)
{
    public HistoryEvent Started => Events.First(happened => happened.EventType == HistoryEventType.ExecutionStarted);

    public HistoryEvent Ended => Events.First(happened => happened.EventType == HistoryEventType.ExecutionCompleted);
}

/// <summary>A file of recorded histories: a line with the id of each instance, a line for each of its events, an empty line.</summary>
internal static class HistoryFile
{
    public const string Root = "tests/fixtures/histories";

    public static IEnumerable<RecordedHistory> Read(string path)
    {
        foreach (var block in File.ReadAllText(path).Split("\n\n", StringSplitOptions.RemoveEmptyEntries))
        {
            var lines = block.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            yield return new RecordedHistory(JsonSerializer.Deserialize<string>(lines[0])!, [.. lines.Skip(1).Select(HistoryJson.ReadEvent)]);
        }
    }

    public static void Write(string path, IEnumerable<RecordedHistory> histories)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, string.Concat(histories.Select(history =>
            string.Concat(history.Events.Select(HistoryJson.Write).Prepend(JsonSerializer.Serialize(history.InstanceId)).Select(line => line + "\n")) + "\n")));
    }

    /// <summary>The histories of all ended instances in a state directory, oldest first, also while a process works on it.</summary>
    public static IReadOnlyList<RecordedHistory> FromState(string stateDirectory)
    {
        var path = Path.Combine(stateDirectory, "durable.db");
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
        connection.Open();
        using var session = new SqlSession(connection);
        return [.. session.Query("SELECT id FROM instances WHERE status IN (1, 3, 5) ORDER BY created, id", row => row.GetString(0))
            .Select(id => new RecordedHistory(id, HistoryTable.Read(session, id)))];
    }
}
