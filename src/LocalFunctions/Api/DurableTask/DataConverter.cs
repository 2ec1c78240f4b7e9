namespace Microsoft.DurableTask;

/// <summary>Turns inputs, outputs, events and custom status into JSON text and back.</summary>
public abstract class DataConverter
{
    /// <summary>The JSON text of a value; null for null.</summary>
    /// <param name="value">The value.</param>
    /// <returns>The text.</returns>
    public abstract string? Serialize(object? value);

    /// <summary>The value of a JSON text.</summary>
    /// <param name="data">The text.</param>
    /// <param name="targetType">The type of the value.</param>
    /// <returns>The value.</returns>
    public abstract object? Deserialize(string? data, Type targetType);

    /// <summary>The value of a JSON text.</summary>
    /// <typeparam name="T">The type of the value.</typeparam>
    /// <param name="data">The text.</param>
    /// <returns>The value.</returns>
    public virtual T? Deserialize<T>(string? data) => Deserialize(data, typeof(T)) is { } value ? (T)value : default;
}
