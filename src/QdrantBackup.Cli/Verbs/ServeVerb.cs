using System.CommandLine;
using QdrantBackup.Cli.Connection;

namespace QdrantBackup.Cli.Verbs;

/// <summary><c>serve</c>: the function app on this machine: schedules and the HTTP API.</summary>
internal static class ServeVerb
{
    public const string Name = "serve";

    public static Command Create(GlobalOptions options)
    {
        var urls = new Option<string?>("--urls") { Description = "Where to listen, e.g. http://127.0.0.1:8000 (the default)" };
        var command = new Command(Name, "Run the schedules and the HTTP API until stopped") { urls };
        command.SetAction((parsed, cancellationToken) => LocalApp.ServeAsync(options.Read(parsed), parsed.GetValue(urls), cancellationToken));
        return command;
    }
}
