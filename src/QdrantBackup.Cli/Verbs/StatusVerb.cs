using System.CommandLine;

namespace QdrantBackup.Cli.Verbs;

/// <summary><c>status [ID]</c>: the running and the last run, or one run.</summary>
internal static class StatusVerb
{
    public static Command Create(GlobalOptions options)
    {
        var id = new Argument<string?>("ID") { Description = "A run's id; without it, the running and the last backup", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("status", "Show the running and the last backup, or one run") { id };
        command.SetAction((parsed, cancellationToken) => Session.RunAsync(options.Read(parsed), parsed, async session =>
        {
            var path = parsed.GetValue(id) is { } run ? $"/api/v1/runs/{Uri.EscapeDataString(run)}" : "/api/v1/backup/status";
            session.Report.Tree(await session.Api.GetAsync(path, cancellationToken));
            return ExitCode.Done;
        }, cancellationToken));
        return command;
    }
}
