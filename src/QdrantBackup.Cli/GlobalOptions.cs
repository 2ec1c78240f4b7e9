using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Microsoft.Extensions.Configuration;
using QdrantBackup.App.Hosting;
using QdrantBackup.Runs;

namespace QdrantBackup.Cli;

/// <summary>The options that every verb has.</summary>
/// <param name="interruption">The signals that end the command.</param>
internal sealed class GlobalOptions(Interruption interruption)
{
    private const string SystemStateDirectory = "/var/lib/qdrant-backup";
    private const string SystemSocket = "/run/qdrant-backup/api.sock";

    public Option<string?> Config { get; } = new("--config") { Description = "Configuration file, YAML or JSON (default: what BACKUP_CONFIG names, else /opt/qdrant/config/backup.yaml if it exists)", Recursive = true };

    public Option<Uri?> Server { get; } = new("--server") { Description = "Address of a running server; without it, one on the same state directory is used, or the work is done in this process", Recursive = true, CustomParser = ReadAddress };

    public Option<string?> ApiKey { get; } = new("--api-key") { Description = "Key for --server; better in QDRANT_BACKUP_API_KEY, where no process list shows it", Recursive = true };

    public Option<bool> AllowPlainHttp { get; } = new("--allow-plain-http") { Description = "Send the key over plain http to another machine too, because the network in between is private", Recursive = true };

    public Option<string?> StateDirectory { get; } = new("--state-dir") { Description = $"Where orchestrations are kept (default {SystemStateDirectory} if it exists, else a folder of the user's)", Recursive = true };

    public Option<OutputFormat> Output { get; } = new("--output", "-o") { Description = "table or json", DefaultValueFactory = _ => OutputFormat.Table, Recursive = true };

    public Option<bool> Verbose { get; } = new("--verbose", "-v") { Description = "Log what happens to standard error", Recursive = true };

    public void AddTo(RootCommand root)
    {
        foreach (var option in new Option[] { Config, Server, ApiKey, AllowPlainHttp, StateDirectory, Output, Verbose })
        {
            root.Options.Add(option);
        }
    }

    /// <summary>The options as given, with what the environment says where nothing was given.</summary>
    public Settings Read(ParseResult parsed)
    {
        var environment = new ConfigurationBuilder().AddEnvironmentVariables().Build();
        return new(
            parsed.GetValue(Config) ?? (environment[AppHost.ConfigFileSetting] is { Length: > 0 } file ? file : null),
            parsed.GetValue(Server),
            KeyOf(parsed.GetValue(ApiKey) ?? environment["QDRANT_BACKUP_API_KEY"]),
            FullPath(parsed.GetValue(StateDirectory)) ?? FullPath(environment["LocalFunctions:StateDirectory"]) ?? DefaultStateDirectory(environment),
            parsed.GetValue(Output),
            parsed.GetValue(Verbose)) { AllowsPlainHttp = parsed.GetValue(AllowPlainHttp), Interruption = interruption, GroupSocket = environment["LocalFunctions:GroupSocket"] ?? SystemSocket, Columns = int.TryParse(environment["COLUMNS"], CultureInfo.InvariantCulture, out var columns) ? columns : null };
    }

    // From where the command was given: a host that is started here takes a relative path from its program's folder, and no other command would find it.
    private static string? FullPath(string? path) => string.IsNullOrWhiteSpace(path) ? null : Path.GetFullPath(path);

    // An empty variable is none; a line end comes from the file that a script read.
    private static string? KeyOf(string? text) => text?.Trim().Trim('\ufeff') is { Length: > 0 } key ? key : null;

    private static Uri? ReadAddress(ArgumentResult given)
    {
        var text = given.Tokens.Count > 0 ? given.Tokens[0].Value : "";
        if (Uri.TryCreate(text, UriKind.Absolute, out var address) && address is { Scheme: "http" or "https", UserInfo: "", Query: "" })
        {
            return address;
        }

        // Not shown where a name and a password may stand in it.
        given.AddError(text.Contains('@', StringComparison.Ordinal) || text.Contains('?', StringComparison.Ordinal)
            ? "--server takes an address without user information and query, like https://backup.example:8000; the key goes into QDRANT_BACKUP_API_KEY."
            : $"--server '{text}' is no address; write it like http://127.0.0.1:8000.");
        return null;
    }

    private static string DefaultStateDirectory(IConfiguration environment) =>
        Directory.Exists(SystemStateDirectory)
            ? SystemStateDirectory
            : Path.Combine(environment["XDG_STATE_HOME"] ?? Path.Combine(environment["HOME"] ?? "/", ".local", "state"), "qdrant-backup");
}

/// <summary>How a verb prints what it found.</summary>
internal enum OutputFormat
{
    Table,
    Json,
}

/// <summary>The global options, read.</summary>
internal sealed record Settings(string? ConfigFile, Uri? Server, string? ApiKey, string StateDirectory, OutputFormat Output, bool Verbose)
{
    /// <summary>Whether the key may travel over plain http to another machine.</summary>
    public bool AllowsPlainHttp { get; init; }

    /// <summary>Whether the verb makes room: on a full disk it may use what is kept for that.</summary>
    public bool MakesRoom { get; init; }

    /// <summary>The kinds of runs that the verb goes on with, where a process that was cut off left them. Others wait for a server, or for a person.</summary>
    public IReadOnlyList<RunKind> GoesOnWith { get; init; } = [];

    /// <summary>The socket by which a server lets the users of a group in.</summary>
    public string? GroupSocket { get; init; }

    /// <summary>How wide lines may be, where the environment says so; null for the terminal's own width.</summary>
    public int? Columns { get; init; }

    /// <summary>The signals that end the command.</summary>
    public required Interruption Interruption { get; init; }
}
