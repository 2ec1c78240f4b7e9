using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;

namespace QdrantBackup.App.Http;

/// <summary>
/// Errors, hints and remarks are written once and name what to do as a quoted command: <c>'qdrant-backup VERB …'</c>. A caller of the HTTP API has no commands, and reads the request
/// that does the same. The command line asks for the text as it was written (RFC 7240).
/// </summary>
internal static partial class Wording
{
    /// <summary>The value of <c>Prefer</c> with which a caller asks for commands.</summary>
    public const string Commands = "wording=commands";

    // The members of answers whose text is ours. What people wrote, such as a description or the reason of a hold, stays as it is.
    private static readonly HashSet<string> OurMembers =
        ["hint", "message", "error", "errors", "problem", "problems", "remarks", "notes", "warnings", "doubts", "damage", "reasons", "undo"];

    // The request that does what a command does. ID stands for the id that the command names.
    private static readonly Dictionary<string, (string Method, string Path)> Requests = new(StringComparer.Ordinal)
    {
        ["backup"] = ("POST", "/api/v1/backup/create"),
        ["restore"] = ("POST", "/api/v1/restore"),
        ["list"] = ("GET", "/api/v1/backups"),
        ["show"] = ("GET", "/api/v1/backups/ID"),
        ["verify"] = ("POST", "/api/v1/backups/ID/verify"),
        ["repair"] = ("POST", "/api/v1/backups/ID/repair"),
        ["copy"] = ("POST", "/api/v1/backups/ID/copy"),
        ["delete"] = ("DELETE", "/api/v1/backups/ID"),
        ["undelete"] = ("POST", "/api/v1/backups/ID/undelete"),
        ["hold"] = ("POST", "/api/v1/backups/ID/hold"),
        ["release"] = ("DELETE", "/api/v1/backups/ID/hold"),
        ["confirm"] = ("POST", "/api/v1/backups/ID/confirm"),
        ["cleanup"] = ("POST", "/api/v1/retention/apply"),
        ["runs"] = ("GET", "/api/v1/runs"),
        ["cancel"] = ("POST", "/api/v1/runs/ID/cancel"),
        ["resume"] = ("POST", "/api/v1/runs/ID/resume"),
        ["usage"] = ("GET", "/api/v1/usage"),
    };

    // Options whose member has another name than theirs.
    private static readonly Dictionary<string, string> Members = new(StringComparer.Ordinal)
    {
        ["yes-delete-unusual"] = "allowUnusual",
        ["clock-is-right"] = "confirmClock",
        ["id"] = "backupId",
        ["collection"] = "collections",
        ["backup-date"] = "date",
    };

    private static readonly JsonSerializerOptions AsRequests = new(ApiJson.Options)
    {
        TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { Reword } },
    };

    /// <summary>How an answer to this caller is written.</summary>
    public static JsonSerializerOptions OptionsFor(HttpRequest request) => AsksForCommands(request) ? ApiJson.Options : AsRequests;

    /// <summary>One of our texts for this caller.</summary>
    public static string For(HttpRequest request, string text) => AsksForCommands(request) ? text : InRequests(text);

    /// <summary>A text with requests in the place of commands. Commands that no request stands for are left: they are given on the server.</summary>
    internal static string InRequests(string text) =>
        text.Contains("'qdrant-backup ", StringComparison.Ordinal) ? Command().Replace(text, match => RequestOf(match.Groups["verb"].Value, match.Groups["rest"].Value) ?? match.Value) : text;

    private static bool AsksForCommands(HttpRequest request) =>
        request.Headers["Prefer"].SelectMany(value => (value ?? "").Split(',')).Any(value => value.Trim() == Commands);

    private static string? RequestOf(string verb, string rest)
    {
        var words = rest.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        string[] options = [.. words.Where(word => word.StartsWith("--", StringComparison.Ordinal) && word != "--all").Select(MemberOf)];
        var id = words.Contains("--all") ? TypedIds.All : words.FirstOrDefault(word => !word.StartsWith("--", StringComparison.Ordinal));
        switch (verb)
        {
            case "status":
                return id is null ? "GET /api/v1/backup/status" : $"GET /api/v1/runs/{id}";
            case "cleanup" when options.Contains("dryRun"):
                return "GET /api/v1/retention/plan";
        }

        if (!Requests.TryGetValue(verb, out var request))
        {
            return null;
        }

        // Which backup a command means that names none.
        id ??= verb switch { "copy" => TypedIds.All, "verify" or "repair" => TypedIds.Latest, _ => "ID" };
        var address = $"{request.Method} {request.Path.Replace("ID", id, StringComparison.Ordinal)}";
        return options.Length == 0
            ? address
            : request.Method == "POST"
                ? $"{address} with {string.Join(" and ", options.Select(member => $"\"{member}\""))}"
                : $"{address}?{string.Join('&', options.Select(member => $"{member}=true"))}";
    }

    private static string MemberOf(string option) => Members.TryGetValue(option[2..], out var member)
        ? member
        : JsonNamingPolicy.CamelCase.ConvertName(string.Concat(option[2..].Split('-').Select(part => $"{char.ToUpperInvariant(part[0])}{part[1..]}")));

    private static void Reword(JsonTypeInfo type)
    {
        foreach (var property in type.Properties.Where(property => OurMembers.Contains(property.Name)))
        {
            property.CustomConverter = property.PropertyType == typeof(string)
                ? new RewordedText()
                : property.PropertyType == typeof(IReadOnlyList<string>) ? new RewordedTexts() : property.CustomConverter;
        }
    }

    [GeneratedRegex("'qdrant-backup (?<verb>[a-z]+)(?<rest>( [A-Za-z0-9-]+)*)'", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Command();

    private sealed class RewordedText : JsonConverter<string>
    {
        public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetString();

        public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(InRequests(value));
    }

    private sealed class RewordedTexts : JsonConverter<IReadOnlyList<string>>
    {
        public override IReadOnlyList<string>? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException("answers are only written");

        public override void Write(Utf8JsonWriter writer, IReadOnlyList<string> value, JsonSerializerOptions options)
        {
            writer.WriteStartArray();
            foreach (var text in value)
            {
                writer.WriteStringValue(InRequests(text));
            }

            writer.WriteEndArray();
        }
    }
}
