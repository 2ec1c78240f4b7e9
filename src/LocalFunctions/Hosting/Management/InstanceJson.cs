using System.Globalization;
using System.Text.Json;
using LocalFunctions.Durable.History;
using Microsoft.DurableTask.Client;

namespace LocalFunctions.Hosting.Management;

/// <summary>Writes an orchestration instance as the management API shows it.</summary>
internal sealed record InstanceJson(bool ShowInput, bool ShowHistoryOutput)
{
    public void Write(Utf8JsonWriter writer, OrchestrationMetadata instance, IReadOnlyList<HistoryEvent>? history)
    {
        writer.WriteStartObject();
        writer.WriteString("name", instance.Name);
        writer.WriteString("instanceId", instance.InstanceId);
        writer.WriteString("runtimeStatus", instance.RuntimeStatus.ToString());
        WritePayload(writer, "input", ShowInput ? instance.SerializedInput : null);
        WritePayload(writer, "customStatus", instance.SerializedCustomStatus);
        if (instance is { RuntimeStatus: OrchestrationRuntimeStatus.Failed, FailureDetails: { } failure })
        {
            writer.WriteString("output", $"{failure.ErrorType}: {failure.ErrorMessage}");
        }
        else
        {
            WritePayload(writer, "output", instance.SerializedOutput);
        }

        writer.WriteString("createdTime", Seconds(instance.CreatedAt));
        writer.WriteString("lastUpdatedTime", Seconds(instance.LastUpdatedAt));
        if (history is not null)
        {
            writer.WriteStartArray("historyEvents");
            new HistoryJson(ShowInput, ShowHistoryOutput).Write(writer, history);
            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    }

    /// <summary>JSON as such; whatever is not JSON as a string.</summary>
    public static void WritePayload(Utf8JsonWriter writer, string name, string? payload)
    {
        writer.WritePropertyName(name);
        if (payload is null)
        {
            writer.WriteNullValue();
            return;
        }

        try
        {
            using var document = JsonDocument.Parse(payload);
            document.RootElement.WriteTo(writer);
        }
        catch (JsonException)
        {
            writer.WriteStringValue(payload);
        }
    }

    private static string Seconds(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
