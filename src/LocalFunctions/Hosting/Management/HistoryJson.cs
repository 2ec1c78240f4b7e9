using System.Text.Json;
using LocalFunctions.Durable.History;

namespace LocalFunctions.Hosting.Management;

/// <summary>Writes a history as the management API shows it: without the marks of each turn, and with what started a task folded into
/// how it ended.</summary>
internal sealed record HistoryJson(bool ShowInput, bool ShowOutput)
{
    public void Write(Utf8JsonWriter writer, IReadOnlyList<HistoryEvent> history)
    {
        var ended = history.Where(row => row.TaskId is not null && IsEndOfTask(row)).Select(row => row.TaskId!.Value).ToHashSet();
        var started = history.Where(IsStartOfTask).GroupBy(row => row.EventId).ToDictionary(rows => rows.Key, rows => rows.Last());
        foreach (var row in history)
        {
            if (row.EventType is HistoryEventType.OrchestratorStarted or HistoryEventType.OrchestratorCompleted || (IsStartOfTask(row) && ended.Contains(row.EventId)))
            {
                continue;
            }

            WriteRow(writer, row, IsEndOfTask(row) && row.TaskId is { } task ? started.GetValueOrDefault(task) : null);
        }
    }

    // The members in the order in which the official host writes them: those of the event, its time, then what is added from the task's start.
    private void WriteRow(Utf8JsonWriter writer, HistoryEvent row, HistoryEvent? start)
    {
        writer.WriteStartObject();
        writer.WriteString("EventType", row.EventType.ToString());
        WriteText(writer, "OrchestrationStatus", row.Status);
        WriteText(writer, "Name", row.EventType == HistoryEventType.ExecutionStarted ? null : row.Name);
        WritePayload(writer, "Result", ShowOutput ? row.Result : null);
        WriteText(writer, "Reason", row.Reason);
        if (row.Failure is { } failure)
        {
            writer.WritePropertyName("FailureDetails");
            JsonSerializer.Serialize(writer, failure);
        }

        if (row.FireAt is { } due)
        {
            writer.WriteString("FireAt", due.UtcDateTime);
        }

        writer.WriteString("Timestamp", row.Timestamp.UtcDateTime);
        if (start is not null)
        {
            writer.WriteString("ScheduledTime", start.Timestamp.UtcDateTime);
        }

        WriteText(writer, "FunctionName", row.EventType == HistoryEventType.ExecutionStarted ? row.Name : start?.Name);
        WritePayload(writer, "Input", ShowInput ? row.Input ?? start?.Input : null);
        writer.WriteEndObject();
    }

    private static void WritePayload(Utf8JsonWriter writer, string name, string? payload)
    {
        if (payload is not null)
        {
            InstanceJson.WritePayload(writer, name, payload);
        }
    }

    private static bool IsStartOfTask(HistoryEvent row) => row.EventType is HistoryEventType.TaskScheduled or HistoryEventType.SubOrchestrationInstanceCreated;

    private static bool IsEndOfTask(HistoryEvent row) =>
        row.EventType is HistoryEventType.TaskCompleted or HistoryEventType.TaskFailed or HistoryEventType.SubOrchestrationInstanceCompleted or HistoryEventType.SubOrchestrationInstanceFailed;

    private static void WriteText(Utf8JsonWriter writer, string name, string? text)
    {
        if (text is not null)
        {
            writer.WriteString(name, text);
        }
    }
}
