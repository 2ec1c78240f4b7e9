using System.CommandLine;

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
            session.Report.Tree(await session.Api.GetAsync($"/api/v1/backups/{Uri.EscapeDataString(parsed.GetValue(id)!)}", cancellationToken));
            return ExitCode.Done;
        }, cancellationToken));
        return command;
    }
}
