using System.Globalization;
using System.Text.Json;

namespace LocalFunctions.Hosting.Invocation;

/// <summary>Turns what a trigger provides into the type of a parameter.</summary>
internal static class BoundValue
{
    /// <summary>JSON to a parameter. A string parameter takes a JSON string's text, and anything else as it is written.</summary>
    public static object? FromJson(string? json, Type type, JsonSerializerOptions options)
    {
        if (string.IsNullOrEmpty(json))
        {
            return Default(type);
        }

        if (type == typeof(string) && !json.AsSpan().TrimStart().StartsWith('"'))
        {
            return json is "null" ? null : json;
        }

        return JsonSerializer.Deserialize(json, type, options) ?? Default(type);
    }

    /// <summary>A route value or the like to a parameter.</summary>
    public static object? FromData(object? value, Type type, JsonSerializerOptions options)
    {
        if (value is null || type.IsInstanceOfType(value))
        {
            return value ?? Default(type);
        }

        var text = Convert.ToString(value, CultureInfo.InvariantCulture)!;
        return (Nullable.GetUnderlyingType(type) ?? type) switch
        {
            var target when target == typeof(string) => text,
            var target when target == typeof(Guid) => Guid.Parse(text),
            var target when target == typeof(DateTime) => DateTime.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind),
            var target when target == typeof(DateTimeOffset) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal),
            { IsEnum: true } target => Enum.Parse(target, text, ignoreCase: true),
            var target when target == typeof(bool) => bool.Parse(text),
            _ => JsonSerializer.Deserialize(text, type, options),
        };
    }

    public static object? Default(Type type) =>
        type.IsValueType && Nullable.GetUnderlyingType(type) is null ? Activator.CreateInstance(type) : null;
}
