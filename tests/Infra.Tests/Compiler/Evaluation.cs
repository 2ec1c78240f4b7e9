using System.Globalization;
using System.Text.Json.Nodes;

namespace Infra.Tests.Compiler;

/// <summary>
/// Evaluates what can be known of a snapshot: objects that are put together, texts that are formatted. What only Azure knows becomes a
/// name in braces: <c>{userAssignedIdentities/id-x.principalId}</c> is a property of a resource.
/// </summary>
internal static class Evaluation
{
    /// <summary>The same document with every expression evaluated, in values and in names of members.</summary>
    public static JsonNode? Of(JsonNode? node) => node switch
    {
        JsonObject o => new JsonObject(o.Select(pair => KeyValuePair.Create(TextOf(pair.Key), Of(pair.Value)))),
        JsonArray a => new JsonArray([.. a.Select(Of)]),
        JsonValue v when v.TryGetValue(out string? text) => OfText(text),
        _ => node?.DeepClone(),
    };

    private static string TextOf(string key) => (string?)OfText(key) ?? key;

    private static JsonNode? OfText(string text)
    {
        if (text is not ['[', not '[', .., ']'])
        {
            // A text that begins with a bracket is written with two.
            return JsonValue.Create(text.StartsWith("[[", StringComparison.Ordinal) ? text[1..] : text);
        }

        return Value(Expression.Parse(text[1..^1]));
    }

    private static JsonNode? Value(Expression expression) => expression switch
    {
        Expression.Literal { IsText: true } literal => JsonValue.Create(literal.Value),
        Expression.Literal literal => JsonNode.Parse(literal.Value.ToLowerInvariant()),
        Expression.Call call => Function(call),
        Expression.Member member when MemberOf(Value(member.Of), member.Name) is { } known => known,
        _ => JsonValue.Create($"{{{NameOf(expression)}}}"),
    };

    private static JsonNode? Function(Expression.Call call)
    {
        var arguments = call.Arguments.Select(Value).ToList();
        switch (call.Function)
        {
            case "null":
                return null;
            case "true" or "false":
                return JsonValue.Create(call.Function == "true");
            case "createArray":
                return new JsonArray([.. arguments]);
            case "createObject":
                return new JsonObject(arguments.Chunk(2).Select(pair => KeyValuePair.Create((string)pair[0]!, pair[1])));
            case "shallowMerge":
                var merged = new JsonObject();
                foreach (var (name, value) in arguments[0]!.AsArray().SelectMany(part => part!.AsObject()))
                {
                    merged[name] = value?.DeepClone();
                }

                return merged;
            case "format" when arguments.All(a => a is JsonValue):
                return JsonValue.Create(string.Format(CultureInfo.InvariantCulture, (string)arguments[0]!, [.. arguments.Skip(1).Select(a => a!.ToString())]));
            case "replace" when arguments.All(a => a is JsonValue):
                return JsonValue.Create(((string)arguments[0]!).Replace((string)arguments[1]!, (string)arguments[2]!, StringComparison.Ordinal));
            case "string":
                return JsonValue.Create(arguments[0] as JsonValue is { } text ? text.ToString() : arguments[0]!.ToJsonString());
            case "coalesce":
                return arguments.FirstOrDefault(a => a is not null)?.DeepClone();
            default:
                return JsonValue.Create($"{{{NameOf(call)}}}");
        }
    }

    private static JsonNode? MemberOf(JsonNode? value, string name) => (value as JsonObject)?[name]?.DeepClone();

    private static string NameOf(Expression expression) => expression switch
    {
        Expression.Member member => $"{NameOf(member.Of)}.{member.Name}",
        Expression.Call { Function: "reference", Arguments: [Expression.Literal id, ..] } => string.Join('/', id.Value.Split('/')[^2..]),
        _ => expression.ToString(),
    };
}
