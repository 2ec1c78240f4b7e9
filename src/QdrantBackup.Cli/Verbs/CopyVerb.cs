using System.CommandLine;
using QdrantBackup.Cli.Output;
using QdrantBackup.Runs;

namespace QdrantBackup.Cli.Verbs;

/// <summary><c>copy [ID|--all]</c>: copies backups into the second store, or brings back what the first has lost.</summary>
internal static class CopyVerb
{
    public static Command Create(GlobalOptions options)
    {
        var id = new Argument<string?>("ID") { Description = "The backup's id, or latest; without it, like --all, every backup that the second store lacks", Arity = ArgumentArity.ZeroOrOne };
        var all = new Option<bool>("--all") { Description = "Every backup of the cluster that the second store has not (the default)" };
        var back = new Option<bool>("--back") { Description = "From the second store into the first, for backups that it lost; makes the store if its place is empty" };
        var make = new Option<bool>("--make") { Description = "Make the second store anew, should its place be empty although backups were copied there" };
        var full = new Option<bool>("--full") { Description = "Read every copied part back before it counts" };
        var command = new Command("copy", "Copy backups into the second store") { id, all, back, make, full };
        command.Validators.Add(result =>
        {
            if (result.GetValue(all) && result.GetValue(id) is not null)
            {
                result.AddError("Say which backup, or --all, not both.");
            }
        });
        command.SetAction((parsed, cancellationToken) => Session.RunAsync(options.Read(parsed) with { GoesOnWith = [RunKind.Copy] }, parsed, async session =>
        {
            var which = parsed.GetValue(id) ?? "all";
            var request = new { Back = parsed.GetValue(back), Make = parsed.GetValue(make), Full = parsed.GetValue(full) };
            var started = await session.Api.PostAsync($"/api/v1/backups/{Uri.EscapeDataString(which)}/copy", request, cancellationToken);
            var run = started.Text("id")!;
            return session.Conclude("copy", run, await session.FollowAsync("copy", run, $"/api/v1/runs/{run}"));
        }, cancellationToken));
        return command;
    }
}
