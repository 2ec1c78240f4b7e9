using System.CommandLine;

namespace QdrantBackup.Cli.Verbs;

/// <summary><c>hold ID</c>: keeps a backup whatever the policy says.</summary>
internal static class HoldVerb
{
    public static Command Create(GlobalOptions options)
    {
        var id = new Argument<string>("ID") { Description = "The backup's id, as list prints it" };
        var reason = new Option<string>("--reason") { Description = "Why it must be kept", Required = true };
        var command = new Command("hold", "Keep a backup regardless of the policy until it is released") { id, reason };
        command.SetAction((parsed, cancellationToken) => Session.RunAsync(options.Read(parsed), parsed, async session =>
        {
            session.Report.Tree(await session.Api.PostAsync(
                $"/api/v1/backups/{await Ids.BackupAsync(session, parsed.GetValue(id)!, cancellationToken)}/hold", new { reason = parsed.GetValue(reason) }, cancellationToken));
            return ExitCode.Done;
        }, cancellationToken));
        return command;
    }
}
