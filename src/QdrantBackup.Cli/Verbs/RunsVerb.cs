using System.CommandLine;
using QdrantBackup.Cli.Output;

namespace QdrantBackup.Cli.Verbs;

/// <summary><c>runs</c>: every run of the last months, failed ones too.</summary>
internal static class RunsVerb
{
    public static Command Create(GlobalOptions options)
    {
        var command = new Command("runs", "List the runs, failed ones too, newest first");
        command.SetAction((parsed, cancellationToken) => Session.RunAsync(options.Read(parsed), parsed, async session =>
        {
            var runs = await session.Api.GetAsync("/api/v1/runs", cancellationToken);
            if (session.Report.IsJson)
            {
                session.Report.Json(runs);
                return ExitCode.Done;
            }

            if (!runs.Items("runs").Any())
            {
                session.Report.Line("There are no runs of the last 35 days. Start one: qdrant-backup backup");
                return ExitCode.Done;
            }

            session.Report.Table(
                [new("ID"), new("KIND"), new("STATE"), new("REQUESTED"), new("BY", Drop: 1)],
                runs.Items("runs").Select(r => (IReadOnlyList<string>)
                [
                    session.Report.Id(r.Text("id")), r.Text("kind") ?? "?", (r.Text("state") ?? "?") + (r.Text("datedAhead") is null ? "" : ", DATED AHEAD"),
                    session.Report.Time(r.Text("requestedAt")), By(session.Report, r.Text("requestedBy") ?? ""),
                ]));
            return ExitCode.Done;
        }, cancellationToken));
        return command;
    }

    // What follows a backup names it.
    private static string By(Report report, string name) => name.StartsWith("backup ", StringComparison.Ordinal) ? $"backup {report.Id(name["backup ".Length..])}" : name;
}
