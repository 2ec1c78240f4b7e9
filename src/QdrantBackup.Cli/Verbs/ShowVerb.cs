using System.CommandLine;
using QdrantBackup.Cli.Output;

namespace QdrantBackup.Cli.Verbs;

/// <summary><c>show ID</c>: what one backup holds.</summary>
internal static class ShowVerb
{
    public static Command Create(GlobalOptions options)
    {
        var id = new Argument<string>("ID") { Description = "The backup's id, as list prints it" };
        var command = new Command("show", "Show what one backup holds") { id };
        command.SetAction((parsed, cancellationToken) => Session.RunAsync(options.Read(parsed), parsed, async session =>
        {
            var backup = await session.Api.GetAsync($"/api/v1/backups/{await Ids.BackupAsync(session, parsed.GetValue(id)!, cancellationToken)}", cancellationToken);
            session.Report.Summary(backup, shown => Summaries.Backup(session.Report, shown));
            return ExitCode.Done;
        }, cancellationToken));
        return command;
    }
}
