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

            session.Report.Table(
                ["ID", "KIND", "STATE", "REQUESTED", "BY"],
                runs.Items("runs").Select(r => (IReadOnlyList<string>)
                    [r.Text("id") ?? "?", r.Text("kind") ?? "?", (r.Text("state") ?? "?") + (r.Text("datedAhead") is null ? "" : ", DATED AHEAD"), r.Text("requestedAt") ?? "", r.Text("requestedBy") ?? ""]));
            return ExitCode.Done;
        }, cancellationToken));
        return command;
    }
}
