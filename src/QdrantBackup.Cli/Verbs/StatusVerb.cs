using System.CommandLine;
using QdrantBackup.Cli.Output;

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
            if (parsed.GetValue(id) is { } given)
            {
                var run = await session.Api.GetAsync($"/api/v1/runs/{await Ids.RunAsync(session, given, cancellationToken)}", cancellationToken);
                session.Report.SummaryOnTerminal(run, shown => Summaries.Run(session.Report, shown));
                return ExitCode.Done;
            }

            session.Report.SummaryOnTerminal(await session.Api.GetAsync("/api/v1/backup/status", cancellationToken), shown => Summaries.Status(session.Report, shown));
            return ExitCode.Done;
        }, cancellationToken));
        return command;
    }
}
