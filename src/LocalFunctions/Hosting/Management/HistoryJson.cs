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

    private void WriteRow(Utf8JsonWriter writer, HistoryEvent row, HistoryEvent? start)
    {
        writer.WriteStartObject();
        writer.WriteString("EventType", row.EventType.ToString());
        writer.WriteString("Timestamp", row.Timestamp.UtcDateTime);
        WriteText(writer, row.EventType is HistoryEventType.EventRaised or HistoryEventType.EventSent ? "Name" : "FunctionName", row.Name ?? start?.Name);
        if (start is not null)
        {
            writer.WriteString("ScheduledTime", start.Timestamp.UtcDateTime);
        }

        if (row.FireAt is { } due)
        {
            writer.WriteString("FireAt", due.UtcDateTime);
        }

        if (ShowInput && (row.Input ?? start?.Input) is { } input)
        {
            InstanceJson.WritePayload(writer, "Input", input);
        }

        if (ShowOutput && row.Result is { } result)
        {
            InstanceJson.WritePayload(writer, "Result", result);
        }

        WriteText(writer, "Reason", row.Reason);
        WriteText(writer, "OrchestrationStatus", row.Status);
        if (row.Failure is { } failure)
        {
            writer.WritePropertyName("FailureDetails");
            JsonSerializer.Serialize(writer, failure);
        }

        writer.WriteEndObject();
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
