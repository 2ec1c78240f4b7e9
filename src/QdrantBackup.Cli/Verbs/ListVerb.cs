using System.CommandLine;
using System.Text.Json;
using QdrantBackup.Cli.Output;

namespace QdrantBackup.Cli.Verbs;

/// <summary><c>list</c>: the backups of the store, newest first.</summary>
internal static class ListVerb
{
    public static Command Create(GlobalOptions options)
    {
        var collection = new Option<string?>("--collection") { Description = "Only backups that hold this collection" };
        var top = new Option<int>("--top") { Description = "At most so many", DefaultValueFactory = _ => 50 };
        var command = new Command("list", "List the backups, newest first") { collection, top };
        command.SetAction((parsed, cancellationToken) => Session.RunAsync(options.Read(parsed), parsed, async session =>
        {
            var filter = parsed.GetValue(collection) is { } name ? $"&collection={Uri.EscapeDataString(name)}" : "";
            var page = await session.Api.GetAsync($"/api/v1/backups?top={parsed.GetValue(top)}{filter}", cancellationToken);
            if (session.Report.IsJson)
            {
                session.Report.Json(page);
                return ExitCode.Done;
            }

            if (!page.Items("backups").Any())
            {
                session.Report.Line(parsed.GetValue(collection) is null ? "There are no backups yet. Take one: qdrant-backup backup" : "No backup holds this collection. See all: qdrant-backup list");
            }
            else
            {
                ShowTable(session.Report, page);
            }

            foreach (var end in page.Items("backups").Select(b => (Id: b.Text("id"), False: b.Text("falseEnd"))).Where(b => b.False is not null))
            {
                session.Note($"warning: {end.Id}: {end.False}");
            }

            foreach (var suspect in page.Items("backups").Where(b => b.Text("suspect") is not null))
            {
                session.Note($"warning: backup {suspect.Text("id")} is suspect: {suspect.Text("suspect")}");
            }

            if (page.Text("storeAway") is { } away)
            {
                session.Note($"note:  this is what the second store has; the first is away: {away}");
            }

            if (page.Text("continuation") is not null)
            {
                session.Note("there are more: ask for them with --top");
            }

            return ExitCode.Done;
        }, cancellationToken));
        return command;
    }

    private static void ShowTable(Report report, JsonElement page) => report.Table(
        [new("ID"), new("STATE"), new("STARTED"), new("VERIFIED"), new("SIZE", Drop: 1), new("NEW BYTES", Drop: 2), new("COPIED", Drop: 3), new("COLLECTIONS", Drop: 4)],
        page.Items("backups").Select(b => (IReadOnlyList<string>)
        [
            report.Id(b.Text("id")), State(b), report.Time(b.Text("started")), Verified(report, b), Amounts.Bytes(b.Number("bytes")), Amounts.Bytes(b.Number("newBytes")),
            report.Width is null || b.Text("copiedAt") is null ? report.Time(b.Text("copiedAt")) : "yes", b.Text("collectionCount") ?? $"{b.Items("collections").Count()}",
        ]));

    /// <summary>The state, and why the backup does not count as one of everything.</summary>
    private static string State(JsonElement backup)
    {
        string?[] marks = [backup.Text("suspect") is null ? null : "SUSPECT", backup.Text("datedAhead") is null ? null : "DATED AHEAD", backup.Text("selection") is null ? null : "selection"];
        return string.Join(", ", marks.OfType<string>().Prepend(backup.Text("state") ?? "?"));
    }

    private static string Verified(Report report, JsonElement backup) => backup.Member("verified") switch
    {
        { } verified when verified.Number("damaged") > 0 => $"DAMAGED: {verified.Number("damaged")} blobs",
        { } verified => report.Width is null ? $"{verified.Text("level")} {report.Time(verified.Text("at"))}" : verified.Text("level") ?? "-",
        null => "-",
    };
}
