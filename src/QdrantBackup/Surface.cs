using System.Text.RegularExpressions;

namespace QdrantBackup;

/// <summary>
/// Errors, hints and remarks are written once, in the words of the command line. Callers of the HTTP API read addresses and members instead; the command line, which gets its
/// texts over HTTP, turns them back.
/// </summary>
public static partial class Surface
{
    // An option of a command, and the member or query parameter of the same meaning.
    private static readonly (string Option, string Member)[] Options =
    [
        ("--yes-delete-unusual", "allowUnusual"), ("--clock-is-right", "confirmClock"), ("--empty-trash", "emptyTrash"), ("--allow-empty", "allowEmpty"),
        ("--overwrite", "overwrite"), ("--dry-run", "dryRun"), ("--rename", "rename"), ("--suffix", "suffix"), ("--second", "second"), ("--back", "back"),
        ("--last", "last"), ("--make", "make"), ("--id", "backupId"),
    ];

    // Where a command's work is asked for. The first of a verb that has the same options is meant.
    private static readonly (string Command, string Address)[] Commands =
    [
        ("cleanup --dry-run", "GET /api/v1/retention/plan"), ("cleanup", "POST /api/v1/retention/apply"), ("list", "GET /api/v1/backups"), ("runs", "GET /api/v1/runs"),
        ("status ID", "GET /api/v1/runs/ID"), ("status", "GET /api/v1/backup/status"), ("backup", "POST /api/v1/backup/create"), ("restore", "POST /api/v1/restore"), ("copy", "POST /api/v1/backups/ID/copy"), ("verify", "POST /api/v1/backups/ID/verify"),
        ("resume", "POST /api/v1/runs/ID/resume"),
    ];

    /// <summary>A text for callers of the HTTP API: it names no option of the command line.</summary>
    public static string ForHttp(string text)
    {
        if (!text.Contains("--", StringComparison.Ordinal))
        {
            return text;
        }

        text = Command().Replace(text, match => Address(match.Groups["verb"].Value, match.Groups["options"].Value) ?? match.Value);
        text = text.Replace("(--id)", "(\"backupId\")", StringComparison.Ordinal);
        return Option().Replace(text, match => Array.Find(Options, pair => pair.Option == match.Value) is { Member: { } member } ? $"\"{member}\"" : match.Value);
    }

    /// <summary>A text for the command line: it names no address of the HTTP API.</summary>
    public static string ForCommandLine(string text)
    {
        text = Call().Replace(text, match => Spoken(match.Groups["address"].Value, match.Groups["members"].Value) ?? match.Value);
        return Member().Replace(text, match => Array.Find(Options, pair => pair.Member == match.Groups["name"].Value) is { Option: { } option } ? option : match.Value);
    }

    private static string? Address(string verb, string options)
    {
        var whole = $"{verb}{options}";
        if (Array.Find(Commands, pair => pair.Command == whole) is { Address: { } same })
        {
            return same;
        }

        return Array.Find(Commands, pair => pair.Command == verb) is { Address: { } address }
            ? $"{address} with {string.Join(" and ", options.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(option => Array.Find(Options, pair => pair.Option == option).Member ?? option))}"
            : null;
    }

    private static string? Spoken(string address, string members) => Array.Find(Commands, pair => pair.Address == address) is { Command: { } command }
        ? $"'qdrant-backup {command}{string.Concat(members.Split(" and ", StringSplitOptions.RemoveEmptyEntries).Select(member => $" {Array.Find(Options, pair => pair.Member == member).Option ?? member}"))}'"
        : null;

    [GeneratedRegex("'?(qdrant-backup )?(?<verb>cleanup|restore|backup|copy|verify)(?<options>( --[a-z-]+)+)'?", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Command();

    [GeneratedRegex("--(yes-delete-unusual|clock-is-right|empty-trash|allow-empty|overwrite|dry-run|rename|suffix|second|back|last|make)\\b", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Option();

    [GeneratedRegex("(?<address>(GET|POST|DELETE) /api/v1/[a-zA-Z/]+)( with (?<members>[a-zA-Z]+( and [a-zA-Z]+)*))?", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Call();

    [GeneratedRegex("\"(?<name>[a-zA-Z]+)\"", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Member();
}
