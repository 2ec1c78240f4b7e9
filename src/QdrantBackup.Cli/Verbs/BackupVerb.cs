using System.CommandLine;
using System.Text.Json;
using QdrantBackup.Cli.Connection;
using QdrantBackup.Cli.Output;
using QdrantBackup.Runs;

namespace QdrantBackup.Cli.Verbs;

/// <summary><c>backup</c>: takes a backup now, or shows what it would take.</summary>
internal static class BackupVerb
{
    private const int LooksForOwner = 60;
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(500);

    public static Command Create(GlobalOptions options)
    {
        var collections = new Option<string[]>("--collection") { Description = "Only this collection; may be given several times, * matches any characters" };
        var exclude = new Option<string[]>("--exclude") { Description = "Not this collection; may be given several times" };
        var description = new Option<string?>("--description") { Description = "A sentence kept with the backup" };
        var allowEmpty = new Option<bool>("--allow-empty") { Description = "Succeed although Qdrant has no collection that fits; such a backup is suspect until it is confirmed" };
        var dryRun = new Option<bool>("--dry-run") { Description = "Print the plan; make no snapshot and write nothing" };
        var command = new Command("backup", "Take a backup now") { collections, exclude, description, allowEmpty, dryRun };
        command.SetAction((parsed, cancellationToken) => Session.RunAsync(options.Read(parsed) with { GoesOnWith = [RunKind.Backup, RunKind.Copy, RunKind.Verify] }, parsed, async session =>
        {
            var request = new Request(
                Given(parsed.GetValue(collections)), Given(parsed.GetValue(exclude)), parsed.GetValue(description),
                parsed.GetValue(allowEmpty) ? true : null, parsed.GetValue(dryRun) ? true : null);
            return request.DryRun == true
                ? await PlanAsync(session, request, cancellationToken)
                : await BackUpAsync(session, request, cancellationToken);
        }, cancellationToken));
        return command;
    }

    private static async Task<int> PlanAsync(Session session, Request request, CancellationToken cancellationToken)
    {
        var plan = await session.Api.PostAsync("/api/v1/backup/create", request, cancellationToken);
        session.Report.Summary(plan, shown => Summaries.BackupPlan(session.Report, shown));
        return ExitCode.Done;
    }

    private static async Task<int> BackUpAsync(Session session, Request request, CancellationToken cancellationToken)
    {
        var id = await StartOrJoinAsync(session, request, cancellationToken);
        var end = await session.FollowAsync("backup", id, $"/api/v1/backup/status/{id}");
        var worst = ExitCode.Done;
        foreach (var following in end.Items("followUps").ToList())
        {
            worst = Math.Max(worst, await FollowAsync(session, following));
        }

        // Asked once more, so that it tells how what followed has ended.
        end = await session.Api.GetAsync($"/api/v1/backup/status/{id}", cancellationToken);
        worst = Math.Max(worst, session.Conclude("backup", id, end));
        return end.Text("suspect") is { } reason ? Math.Max(worst, TellSuspect(session, id, reason, request)) : worst;
    }

    /// <summary>The copy into the second store and the verification are runs of their own; the command ends when they have.</summary>
    private static async Task<int> FollowAsync(Session session, JsonElement following)
    {
        var (id, kind) = (following.Text("id")!, following.Text("kind")!);
        return session.ConcludeBeside(kind, id, await session.FollowAsync(kind, id, $"/api/v1/runs/{id}", isAboutToBegin: true));
    }

    /// <summary>A suspect backup counts for nothing yet. Who allowed an empty one expects that; anybody else must not take it for a success.</summary>
    private static int TellSuspect(Session session, string id, string reason, Request request)
    {
        session.Note($"warning: backup {id} is suspect: {reason}. It ends no other backup and is not the latest until you confirm it: qdrant-backup confirm {id}");
        session.Note($"hint:  look at it with 'qdrant-backup show {id}'; if it is right: qdrant-backup confirm {id}");
        return request.AllowEmpty == true ? ExitCode.Done : ExitCode.Partial;
    }

    /// <summary>
    /// Starts a backup, or joins the one that is under way if that is of the same collections: two at once would only wait for each other. One of other collections is
    /// waited for first.
    /// </summary>
    private static async Task<string> StartOrJoinAsync(Session session, Request request, CancellationToken cancellationToken)
    {
        string? waited = null;
        var looks = LooksForOwner;
        while (true)
        {
            try
            {
                return (await session.Api.PostAsync("/api/v1/backup/create", request, cancellationToken)).Text("id")!;
            }
            catch (ApiProblem problem) when (problem is { RunningId: { } running, IsInterrupted: false })
            {
                if (problem.DoesTheSame && request.Description is null)
                {
                    session.Note($"joining backup {running}, which is running already");
                    return running;
                }

                waited = running;
                session.Note($"waiting for backup {running}, which covers something else");
                try
                {
                    await session.AwaitAsync("backup", running, $"/api/v1/backup/status/{running}");
                }
                catch (ApiProblem unknown) when (unknown.Status == System.Net.HttpStatusCode.NotFound)
                {
                    // It has claimed the work at this moment, and its record follows.
                    await Task.Delay(TimeSpan.FromMilliseconds(300), TimeProvider.System, cancellationToken);
                }
            }
            catch (ApiProblem problem) when (problem.IsInterrupted && problem.RunningId == waited && looks-- > 0)
            {
                // The process that carried it out ended; the command that asked for it goes on with it in another one.
                await Task.Delay(BetweenLooks, TimeProvider.System, cancellationToken);
            }
        }
    }

    private static string[]? Given(string[]? values) => values is { Length: > 0 } ? values : null;

    private sealed record Request(string[]? Collections, string[]? Exclude, string? Description, bool? AllowEmpty, bool? DryRun);
}
