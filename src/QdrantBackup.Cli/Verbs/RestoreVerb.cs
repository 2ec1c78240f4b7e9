using System.CommandLine;
using QdrantBackup.Cli.Output;

namespace QdrantBackup.Cli.Verbs;

/// <summary><c>restore</c>: brings collections back, after showing the plan if asked to.</summary>
internal static class RestoreVerb
{
    public static Command Create(GlobalOptions options)
    {
        var source = new Sources();
        var target = new Targets();
        var command = new Command("restore", "Bring collections back from a backup");
        source.AddTo(command);
        target.AddTo(command);
        command.Validators.Add(result =>
        {
            if (source.Count(result) != 1)
            {
                result.AddError("Say which backup: one of --latest, --id ID, --backup-date 2025-07-17, --at-or-before TIME.");
            }

            if (target.IsFull(result) == target.HasCollections(result))
            {
                result.AddError("Say what to restore: --full for every collection of the backup, or --collection NAME.");
            }
        });
        command.SetAction((parsed, cancellationToken) => Session.RunAsync(options.Read(parsed), parsed, async session =>
        {
            var request = Build(parsed, source, target);
            if (request.BackupId is { } given and not "latest")
            {
                request = request with { BackupId = await Ids.BackupAsync(session, given, cancellationToken) };
            }

            var answer = await session.Api.PostAsync("/api/v1/restore", request, cancellationToken);
            if (request.DryRun == true)
            {
                session.Report.Summary(answer, plan => Summaries.RestorePlan(session.Report, plan));
                return ExitCode.Done;
            }

            var id = answer.Text("id")!;
            var end = await session.FollowAsync("restore", id, $"/api/v1/restore/status/{id}");
            return session.Conclude("restore", id, end);
        }, cancellationToken));
        return command;
    }

    private static Request Build(ParseResult parsed, Sources source, Targets target) => new(
        parsed.GetValue(source.Latest) ? "latest" : parsed.GetValue(source.Id),
        parsed.GetValue(source.Date),
        parsed.GetValue(source.AtOrBefore),
        parsed.GetValue(source.FromCluster),
        parsed.GetValue(target.Collections) is { Length: > 0 } names ? names : null,
        Renames.Read(parsed.GetValue(target.Rename), parsed.GetValue(target.Collections)),
        parsed.GetValue(target.Suffix),
        parsed.GetValue(target.Overwrite) ? true : null,
        parsed.GetValue(target.DryRun) ? true : null);

    private sealed record Request(
        string? BackupId, string? Date, string? AtOrBefore, string? FromCluster, string[]? Collections, Dictionary<string, string>? Rename, string? Suffix, bool? Overwrite, bool? DryRun);

    private sealed class Sources
    {
        public Option<bool> Latest { get; } = new("--latest") { Description = "The newest backup that covers what is asked for" };

        public Option<string?> Id { get; } = new("--id") { Description = "The backup of this id" };

        public Option<string?> Date { get; } = new("--backup-date") { Description = "The newest such backup of this UTC day, e.g. 2025-07-17" };

        public Option<string?> AtOrBefore { get; } = new("--at-or-before") { Description = "The newest such backup that was started at this time or earlier, e.g. 2025-07-17T02:00:00Z" };

        public Option<string?> FromCluster { get; } = new("--from-cluster") { Description = "Take the backup of another cluster in the same store, by its name" };

        public void AddTo(Command command) => new Option[] { Latest, Id, Date, AtOrBefore, FromCluster }.ToList().ForEach(command.Options.Add);

        public int Count(System.CommandLine.Parsing.CommandResult result) =>
            new Option[] { Latest, Id, Date, AtOrBefore }.Count(option => result.GetResult(option) is { Implicit: false });
    }

    private sealed class Targets
    {
        public Option<bool> Full { get; } = new("--full") { Description = "Every collection of the backup" };

        public Option<string[]> Collections { get; } = new("--collection") { Description = "This collection; may be given several times" };

        public Option<string[]> Rename { get; } = new("--rename") { Description = "Restore under another name: old=new (write \\= for an = in a name); may be given several times" };

        public Option<string?> Suffix { get; } = new("--suffix") { Description = "Restore every collection under its name with this behind it" };

        public Option<bool> Overwrite { get; } = new("--overwrite") { Description = "Replace collections that exist" };

        public Option<bool> DryRun { get; } = new("--dry-run") { Description = "Print the plan; change nothing" };

        public void AddTo(Command command) => new Option[] { Full, Collections, Rename, Suffix, Overwrite, DryRun }.ToList().ForEach(command.Options.Add);

        public bool IsFull(System.CommandLine.Parsing.CommandResult result) => result.GetValue(Full);

        public bool HasCollections(System.CommandLine.Parsing.CommandResult result) => result.GetResult(Collections) is { Implicit: false };
    }
}
