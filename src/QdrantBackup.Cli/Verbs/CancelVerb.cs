using System.CommandLine;
using QdrantBackup.Cli.Output;

namespace QdrantBackup.Cli.Verbs;

/// <summary><c>cancel ID</c>: asks a run to end, or ends one that was interrupted.</summary>
internal static class CancelVerb
{
    public static Command Create(GlobalOptions options)
    {
        var id = new Argument<string>("ID") { Description = "The run's id, as runs prints it" };
        var command = new Command("cancel", "Cancel a run that is under way, or end one that was interrupted") { id };
        command.SetAction((parsed, cancellationToken) => Session.RunAsync(options.Read(parsed), parsed, async session =>
        {
            var status = await session.Api.GetAsync($"/api/v1/runs/{await Ids.RunAsync(session, parsed.GetValue(id)!, cancellationToken)}", cancellationToken);
            var (run, kind) = (status.Text("id") ?? parsed.GetValue(id)!, status.Text("kind") ?? "");
            if (EndingRun.CancelPathOf(kind, run) is not { } path)
            {
                throw new UsageException($"{kind} {run} cannot be cancelled", "It ends by itself soon: qdrant-backup status ID.");
            }

            await session.Api.PostAsync(path, new { }, cancellationToken);
            var end = await session.AwaitAsync(kind, run, $"/api/v1/runs/{run}");
            session.Conclude(kind, run, end);
            return end.Text("state") == "cancelled" ? ExitCode.Done : ExitCode.Failed;
        }, cancellationToken));
        return command;
    }
}
