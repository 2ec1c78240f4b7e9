using System.Text;
using System.Text.Json;
using Microsoft.DurableTask;

namespace LocalFunctions.Durable;

/// <summary>Inputs, outputs, events and custom status as JSON, none larger than the limit.</summary>
internal sealed class JsonPayloads(JsonSerializerOptions options) : DataConverter
{
    /// <summary>A history is read at every turn and kept for a long time: it is for references, not for data.</summary>
    public const int LimitBytes = 1024 * 1024;

    /// <summary>Refuses a payload above the limit.</summary>
    /// <exception cref="PayloadTooLargeException">It is larger.</exception>
    public static string? Checked(string? json)
    {
        // A char is at least one byte and at most three, so most payloads need no counting.
        if (json is null || json.Length <= LimitBytes / 3 || Encoding.UTF8.GetByteCount(json) is var bytes && bytes <= LimitBytes)
        {
            return json;
        }

        throw new PayloadTooLargeException(bytes);
    }

    /// <inheritdoc/>
    public override string? Serialize(object? value) =>
        value switch
        {
            null => null,
            SerializedPayload payload => payload.Json,
            _ => Checked(JsonSerializer.Serialize(value, value.GetType(), options)),
        };

    /// <inheritdoc/>
    public override object? Deserialize(string? data, Type targetType) =>
        string.IsNullOrEmpty(data) ? null : JsonSerializer.Deserialize(data, targetType, options);
}

/// <summary>A payload that is JSON already.</summary>
internal sealed record SerializedPayload(string? Json);
