using System.CommandLine;
using QdrantBackup.Cli.Output;

namespace QdrantBackup.Cli.Verbs;

/// <summary><c>resume ID</c>: lets a run go on that was interrupted.</summary>
internal static class ResumeVerb
{
    public static Command Create(GlobalOptions options)
    {
        var id = new Argument<string>("ID") { Description = "The run's id, as runs prints it" };
        var command = new Command("resume", "Let a run go on that was interrupted, e.g. a restore whose command was cut off") { id };
        command.SetAction((parsed, cancellationToken) => Session.RunAsync(options.Read(parsed), parsed, async session =>
        {
            var started = await session.Api.PostAsync($"/api/v1/runs/{await Ids.RunAsync(session, parsed.GetValue(id)!, cancellationToken)}/resume", new { }, cancellationToken);
            var run = started.Text("id")!;
            var status = await session.Api.GetAsync($"/api/v1/runs/{run}", cancellationToken);
            var kind = status.Text("kind") ?? "run";
            return session.Conclude(kind, run, await session.FollowAsync(kind, run, $"/api/v1/runs/{run}"));
        }, cancellationToken));
        return command;
    }
}
