using System.CommandLine;

namespace QdrantBackup.Cli.Verbs;

/// <summary><c>confirm ID</c>: says that a suspect backup is right, so that it counts like any other.</summary>
internal static class ConfirmVerb
{
    public static Command Create(GlobalOptions options)
    {
        var id = new Argument<string>("ID") { Description = "The backup's id, as list prints it" };
        var command = new Command("confirm", "Confirm that a suspect backup is right: from then on it counts") { id };
        command.SetAction((parsed, cancellationToken) => Session.RunAsync(options.Read(parsed), parsed, async session =>
        {
            session.Report.Tree(await session.Api.PostAsync($"/api/v1/backups/{await Ids.BackupAsync(session, parsed.GetValue(id)!, cancellationToken)}/confirm", new { }, cancellationToken));
            return ExitCode.Done;
        }, cancellationToken));
        return command;
    }
}
