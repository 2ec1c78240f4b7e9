using System.CommandLine;
using System.Text.Json;
using QdrantBackup.Cli.Output;
using QdrantBackup.Runs;

namespace QdrantBackup.Cli.Verbs;

/// <summary><c>cleanup</c>: ends the backups that no rule keeps and deletes what nothing needs, exactly as the plan that it shows says.</summary>
internal static class CleanupVerb
{
    public static Command Create(GlobalOptions options)
    {
        var dryRun = new Option<bool>("--dry-run") { Description = "Print what would happen to each backup, and why; change nothing" };
        var unusual = new Option<bool>("--yes-delete-unusual") { Description = "Go on although an unusual share would be removed, or a manifest vanished" };
        var clock = new Option<bool>("--clock-is-right") { Description = "Go on although the last retention is so long ago that the clock may have jumped" };
        var emptyTrash = new Option<bool>("--empty-trash") { Description = "Also remove for good everything that a directory store keeps in trash/, at once; needs --yes" };
        var yes = new Option<bool>("--yes") { Description = "Say yes to --empty-trash" };
        var command = new Command("cleanup", "End the backups that no rule keeps, and delete what nothing needs") { dryRun, unusual, clock, emptyTrash, yes };
        command.SetAction((parsed, cancellationToken) => Session.RunAsync(options.Read(parsed) with { MakesRoom = true, GoesOnWith = [RunKind.Retention] }, parsed, async session =>
        {
            var plan = await session.Api.GetAsync("/api/v1/retention/plan", cancellationToken);
            if (parsed.GetValue(dryRun))
            {
                Show(session, plan);
                return ExitCode.Done;
            }

            var empties = parsed.GetValue(emptyTrash);
            if (empties && !parsed.GetValue(yes))
            {
                Show(session, plan);
                session.Note("nothing was done: what leaves the trash is gone for good, and no later command brings it back; to do all this: qdrant-backup cleanup --empty-trash --yes");
                return ExitCode.Done;
            }

            if (!session.Report.IsJson)
            {
                Show(session, plan);
            }

            var started = await session.Api.PostAsync(
                "/api/v1/retention/apply", new { planHash = plan.Text("hash"), allowUnusual = parsed.GetValue(unusual), confirmClock = parsed.GetValue(clock), emptyTrash = empties }, cancellationToken);
            var run = started.Text("id")!;
            var end = await session.FollowAsync("cleanup", run, $"/api/v1/runs/{run}");
            Tell(session, end);
            return session.Conclude("cleanup", run, end);
        }, cancellationToken));
        return command;
    }

    private static void Show(Session session, JsonElement plan)
    {
        if (session.Report.IsJson)
        {
            session.Report.Json(plan);
            return;
        }

        session.Report.Table(
            [new("ID"), new("VERDICT"), new("STATE", Drop: 1), new("WHY", Wraps: true)],
            plan.Items("backups").Select(b => (IReadOnlyList<string>)
                [session.Report.Id(b.Text("id")), b.Text("verdict") ?? "?", b.Text("state") ?? "?", string.Join("; ", b.Items("reasons").Select(r => r.GetString()))]));
        session.Report.Line($"Keep {plan.Text("kept")}, remove {plan.Text("ends")}. {plan.Items("ended").Count()} removed earlier are still in their grace period.");
        if (plan.Member("room") is { } room)
        {
            RoomLines.Show(session, room);
        }

        if (plan.Text("unusual") is { } unusual)
        {
            session.Note($"unusual: {unusual}");
        }
    }

    private static void Tell(Session session, JsonElement end)
    {
        if (session.Report.IsJson || end.Member("pruned") is not { } pruned)
        {
            return;
        }

        session.Report.Line($"{pruned.Number("chunksDeleted")} of {pruned.Number("chunksListed")} chunks deleted, {Amounts.Bytes(pruned.Number("bytesDeleted"))}.");
        if (pruned.Number("immutable") > 0)
        {
            session.Note($"{pruned.Number("immutable")} blobs are immutable and stay for now, first {string.Join(", ", pruned.Items("immutableBlobs").Select(b => b.GetString()).Take(3))}");
        }

        if (end.Member("room") is { } room)
        {
            RoomLines.Tell(session, room);
        }
    }
}
