using System.CommandLine;
using QdrantBackup.Cli.Output;

namespace QdrantBackup.Cli.Verbs;

/// <summary><c>verify ID</c>: reads a backup back and proves it.</summary>
internal static class VerifyVerb
{
    public static Command Create(GlobalOptions options)
    {
        var id = new Argument<string?>("ID") { Description = "The backup's id, or latest (the default)", DefaultValueFactory = _ => "latest" };
        var level = new Option<string>("--level") { Description = "exists: every blob is there with its length; readable: every byte is read, opened and hashed", DefaultValueFactory = _ => "readable" };
        level.AcceptOnlyFromAmong("exists", "readable");
        var command = new Command("verify", "Read a backup back and prove it") { id, level };
        command.SetAction((parsed, cancellationToken) => Session.RunAsync(options.Read(parsed), parsed, async session =>
        {
            var started = await session.Api.PostAsync($"/api/v1/backups/{Uri.EscapeDataString(parsed.GetValue(id)!)}/verify", new { level = parsed.GetValue(level) }, cancellationToken);
            var run = started.Text("id")!;
            var end = await session.Progress.FollowAsync($"/api/v1/runs/{run}", cancellationToken);
            return session.Conclude("verification", run, end);
        }, cancellationToken));
        return command;
    }
}
