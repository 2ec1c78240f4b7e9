using System.CommandLine;
using QdrantBackup.Cli.Output;

namespace QdrantBackup.Cli.Verbs;

/// <summary><c>delete ID</c>: shows what ending a backup means; confirmed, ends it.</summary>
internal static class DeleteVerb
{
    public static Command Create(GlobalOptions options)
    {
        var id = new Argument<string>("ID") { Description = "The backup's id, as list prints it" };
        var confirm = new Option<string?>("--confirm") { Description = "The hash of the plan that delete without it has shown" };
        var yes = new Option<bool>("--yes") { Description = "Show the plan and confirm it at once" };
        var last = new Option<bool>("--last") { Description = "Confirm that the newest whole backup goes too" };
        var command = new Command("delete", "Remove one backup; without --confirm or --yes only show the consequences. Undo with 'undelete'") { id, confirm, yes, last };
        command.SetAction((parsed, cancellationToken) => Session.RunAsync(options.Read(parsed) with { MakesRoom = true }, parsed, async session =>
        {
            var path = $"/api/v1/backups/{await Ids.BackupAsync(session, parsed.GetValue(id)!, cancellationToken)}";
            var hash = parsed.GetValue(confirm);
            if (hash is null)
            {
                var plan = await session.Api.DeleteAsync(path, cancellationToken);
                if (!parsed.GetValue(yes))
                {
                    session.Report.Summary(plan, shown => Summaries.EndPlan(session.Report, shown));
                    session.Note($"nothing was ended; to end it: qdrant-backup delete {plan.Text("id") ?? parsed.GetValue(id)} --confirm {plan.Text("hash")}{(plan.Text("isLast") == "true" ? " --last" : "")}");
                    return ExitCode.Done;
                }

                hash = plan.Text("hash")!;
            }

            session.Report.Tree(await session.Api.DeleteAsync($"{path}?confirm={Uri.EscapeDataString(hash)}{(parsed.GetValue(last) ? "&last=true" : "")}", cancellationToken));
            return ExitCode.Done;
        }, cancellationToken));
        return command;
    }
}
