using System.Text.Json;

namespace QdrantBackup.Cli.Output;

/// <summary>Prints an answer as indented lines of names and values, for answers that are no table.</summary>
internal static class Tree
{
    public static IEnumerable<string> Lines(JsonElement element, string indent = "")
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                return element.EnumerateObject().SelectMany(member => Member(member.Name, member.Value, indent));
            case JsonValueKind.Array:
                return element.EnumerateArray().SelectMany(item => Item(item, indent));
            default:
                return [indent + Scalar("", element)];
        }
    }

    private static IEnumerable<string> Member(string name, JsonElement value, string indent) => value.ValueKind switch
    {
        JsonValueKind.Null => [],
        JsonValueKind.Object or JsonValueKind.Array when IsEmpty(value) => [$"{indent}{name}: none"],
        JsonValueKind.Object or JsonValueKind.Array => new[] { $"{indent}{name}:" }.Concat(Lines(value, indent + "  ")),
        _ => [$"{indent}{name}: {Scalar(name, value)}"],
    };

    /// <summary>An item of a list: its first line carries the dash, the others stand under it.</summary>
    private static IEnumerable<string> Item(JsonElement item, string indent) =>
        Lines(item, indent + "  ").Select((line, index) => index == 0 ? $"{indent}- {line.TrimStart()}" : line);

    private static bool IsEmpty(JsonElement value) =>
        value.ValueKind == JsonValueKind.Array ? value.GetArrayLength() == 0 : !value.EnumerateObject().Any();

    private static string Scalar(string name, JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Number when name.EndsWith("ytes", StringComparison.Ordinal) && value.TryGetInt64(out var bytes) => Amounts.Bytes(bytes),
        _ => value.GetRawText(),
    };
}
