using Microsoft.Data.Sqlite;

namespace LocalFunctions.Soak.World;

/// <summary>Triggers that note what a transaction changes.</summary>
internal static class WatchedChanges
{
    public const string Create =
        """
        CREATE TEMP TABLE changes(sequence INTEGER PRIMARY KEY, kind TEXT, instance TEXT, number INTEGER, execution TEXT, event TEXT);
        CREATE TEMP TRIGGER instance_added AFTER INSERT ON main.instances BEGIN
          INSERT INTO changes(kind, instance, number, execution, event) VALUES('instance+', NEW.id, NEW.status, NEW.execution_id, NEW.parent); END;
        CREATE TEMP TRIGGER instance_changed AFTER UPDATE ON main.instances BEGIN
          INSERT INTO changes(kind, instance, number, execution, event) VALUES('instance~', NEW.id, NEW.status, NEW.execution_id, NEW.output); END;
        CREATE TEMP TRIGGER instance_gone AFTER DELETE ON main.instances BEGIN
          INSERT INTO changes(kind, instance, number, execution) VALUES('instance-', OLD.id, OLD.status, OLD.execution_id); END;
        CREATE TEMP TRIGGER history_added AFTER INSERT ON main.history BEGIN
          INSERT INTO changes(kind, instance, number, event) VALUES('history+', NEW.instance_id, NEW.sequence, NEW.event); END;
        CREATE TEMP TRIGGER history_changed AFTER UPDATE ON main.history BEGIN
          INSERT INTO changes(kind, instance, number, event) VALUES('history~', NEW.instance_id, NEW.sequence, NEW.event); END;
        CREATE TEMP TRIGGER history_gone AFTER DELETE ON main.history BEGIN
          INSERT INTO changes(kind, instance, number) VALUES('history-', OLD.instance_id, OLD.sequence); END;
        CREATE TEMP TRIGGER inbox_added AFTER INSERT ON main.inbox BEGIN
          INSERT INTO changes(kind, instance, number, execution, event) VALUES('inbox+', NEW.instance_id, NEW.sequence, NEW.execution_id, NEW.event); END;
        CREATE TEMP TRIGGER inbox_gone AFTER DELETE ON main.inbox BEGIN
          INSERT INTO changes(kind, instance, number, execution, event) VALUES('inbox-', OLD.instance_id, OLD.sequence, OLD.execution_id, OLD.event); END;
        CREATE TEMP TRIGGER activity_added AFTER INSERT ON main.activities BEGIN
          INSERT INTO changes(kind, instance, number, execution, event) VALUES('activity+', NEW.instance_id, NEW.sequence, NEW.execution_id, NEW.task_id); END;
        CREATE TEMP TRIGGER activity_gone AFTER DELETE ON main.activities BEGIN
          INSERT INTO changes(kind, instance, number, execution, event) VALUES('activity-', OLD.instance_id, OLD.sequence, OLD.execution_id, OLD.task_id); END;
        """;

    public const string Select = "SELECT kind, instance, number, execution, event FROM changes ORDER BY sequence";

    public const string Clear = "DELETE FROM changes";

    public static WatchedChange Read(SqliteDataReader reader) => new(
        reader.GetString(0), reader.GetString(1), reader.GetInt64(2), reader.IsDBNull(3) ? null : reader.GetString(3), reader.IsDBNull(4) ? null : reader.GetString(4));
}

/// <summary>A row that came (+), changed (~) or went (-).</summary>
/// <param name="Kind">The table and what happened to its row.</param>
/// <param name="Instance">Whose it is.</param>
/// <param name="Number">The row's sequence, or the instance's status.</param>
/// <param name="Execution">The execution it is for.</param>
/// <param name="Event">The event, the activity's task id, the instance's parent or output.</param>
internal sealed record WatchedChange(string Kind, string Instance, long Number, string? Execution, string? Event);
