using System.CommandLine;

namespace QdrantBackup.Cli.Verbs;

/// <summary><c>release ID</c>: ends a hold; from then on the policy decides.</summary>
internal static class ReleaseVerb
{
    public static Command Create(GlobalOptions options)
    {
        var id = new Argument<string>("ID") { Description = "The backup's id, as list prints it" };
        var command = new Command("release", "End the hold on a backup") { id };
        command.SetAction((parsed, cancellationToken) => Session.RunAsync(options.Read(parsed), parsed, async session =>
        {
            session.Report.Tree(await session.Api.DeleteAsync($"/api/v1/backups/{await Ids.BackupAsync(session, parsed.GetValue(id)!, cancellationToken)}/hold", cancellationToken));
            return ExitCode.Done;
        }, cancellationToken));
        return command;
    }
}
