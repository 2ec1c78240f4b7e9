using System.CommandLine;

namespace QdrantBackup.Cli.Verbs;

/// <summary><c>undelete ID</c>: takes the end of a backup back while its grace period lasts.</summary>
internal static class UndeleteVerb
{
    public static Command Create(GlobalOptions options)
    {
        var id = new Argument<string>("ID") { Description = "The backup's id, as cleanup --dry-run prints it" };
        var command = new Command("undelete", "Take the end of a backup back, while its grace period lasts") { id };
        command.SetAction((parsed, cancellationToken) => Session.RunAsync(options.Read(parsed), parsed, async session =>
        {
            session.Report.Tree(await session.Api.PostAsync($"/api/v1/backups/{await Ids.BackupAsync(session, parsed.GetValue(id)!, cancellationToken)}/undelete", new { }, cancellationToken));
            return ExitCode.Done;
        }, cancellationToken));
        return command;
    }
}
