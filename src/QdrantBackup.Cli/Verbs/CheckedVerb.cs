using System.CommandLine;
using QdrantBackup.Cli.Output;
using QdrantBackup.Runs;

namespace QdrantBackup.Cli.Verbs;

/// <summary>What <c>verify</c> and <c>repair</c> share: which backups, how deep, which share of them, in which of the two stores.</summary>
internal sealed class CheckedVerb
{
    private readonly Argument<string?> _id = new("ID") { Description = "The backup's id, or latest (the default)", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<bool> _all = new("--all") { Description = "Every backup, and every chunk of the store once" };
    private readonly Option<string?> _subset = new("--subset") { Description = "Only a share, e.g. 3/30: the thirty of them cover everything" };
    private readonly Option<bool> _second = new("--second") { Description = "The second store instead of the first" };
    private readonly Option<string> _level;

    public CheckedVerb(string defaultLevel)
    {
        _level = new("--level")
        {
            Description = "exists: every blob is there with its length; readable: every byte is read, opened and hashed; restorable: and the archive holds what Qdrant needs",
            DefaultValueFactory = _ => defaultLevel,
        };
        _level.AcceptOnlyFromAmong("exists", "readable", "restorable");
    }

    public Command Create(string name, string description, string noun, GlobalOptions options)
    {
        var command = new Command(name, description) { _id, _all, _level, _subset, _second };
        command.Validators.Add(result =>
        {
            if (result.GetValue(_all) && result.GetValue(_id) is not null)
            {
                result.AddError("Say which backup, or --all, not both.");
            }
        });
        command.SetAction((parsed, cancellationToken) => Session.RunAsync(options.Read(parsed) with { GoesOnWith = [RunKind.Verify, RunKind.Repair] }, parsed, async session =>
        {
            var which = parsed.GetValue(_all) ? "all" : parsed.GetValue(_id) ?? "latest";
            if (which is not ("all" or "latest"))
            {
                which = await Ids.BackupAsync(session, which, cancellationToken);
            }

            var request = new Request(parsed.GetValue(_level)!, parsed.GetValue(_subset), parsed.GetValue(_second) ? true : null);
            var started = await session.Api.PostAsync($"/api/v1/backups/{Uri.EscapeDataString(which)}/{name}", request, cancellationToken);
            var run = started.Text("id")!;
            return session.Conclude(noun, run, await session.FollowAsync(noun, run, $"/api/v1/runs/{run}"));
        }, cancellationToken));
        return command;
    }

    private sealed record Request(string Level, string? Subset, bool? Second);
}
