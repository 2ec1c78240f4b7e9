namespace LocalFunctions.Durable;

/// <summary>An input, output, event or custom status is larger than a history may hold.</summary>
internal sealed class PayloadTooLargeException(long bytes) : InvalidOperationException(
    $"A payload of {bytes} bytes exceeds the limit of {JsonPayloads.LimitBytes} bytes for inputs, outputs, events and custom status. Store the data elsewhere and pass its name.");
