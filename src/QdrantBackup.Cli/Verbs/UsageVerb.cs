using System.CommandLine;
using System.Text.Json;
using QdrantBackup.Cli.Output;

namespace QdrantBackup.Cli.Verbs;

/// <summary><c>usage</c>: what the store holds, for which backups and collections, and how it grows.</summary>
internal static class UsageVerb
{
    public static Command Create(GlobalOptions options)
    {
        var fresh = new Option<bool>("--fresh") { Description = "Count again, even if no backup was added or removed since the last time" };
        var command = new Command("usage", "Show what the store holds, per backup and per collection, and how it grows") { fresh };
        command.SetAction((parsed, cancellationToken) => Session.RunAsync(options.Read(parsed), parsed, async session =>
        {
            var usage = await session.Api.GetAsync($"/api/v1/usage{(parsed.GetValue(fresh) ? "?fresh=true" : "")}", cancellationToken);
            if (session.Report.IsJson)
            {
                session.Report.Json(usage);
            }
            else
            {
                Print(session.Report, usage);
            }

            return ExitCode.Done;
        }, cancellationToken));
        return command;
    }

    private static void Print(Report report, JsonElement usage)
    {
        report.Line($"stored {Amounts.Bytes(usage.Number("storedBytes"))} in {usage.Number("chunks")} chunks for {Amounts.Bytes(usage.Number("logicalBytes"))} of snapshots");
        if (usage.Member("growth") is { } growth && growth.Number("bytesPerDay") > 0)
        {
            report.Line($"grows by at most {Amounts.Bytes(growth.Number("bytesPerDay"))} a day: {Amounts.Bytes(growth.Number("in30Days"))} in 30 days, {Amounts.Bytes(growth.Number("in365Days"))} in a year");
        }

        report.Line();
        report.Table(["BACKUP", "SIZE", "ITS OWN", "SHARED", "NEW THEN"], usage.Items("backups").Select(b => Row(b, b.Text("id"), "logicalBytes", "uniqueBytes", "sharedBytes", "newBytes")));
        report.Line();
        report.Table(
            ["COLLECTION", "BACKUPS", "SIZE", "STORED", "NEW IN 30 DAYS"],
            usage.Items("collections").Select(c => (IReadOnlyList<string>)[c.Text("name") ?? "?", c.Text("backups") ?? "?", .. Row(c, null, "logicalBytes", "storedBytes", "newBytes").Skip(1)]));
    }

    private static List<string> Row(JsonElement item, string? name, params ReadOnlySpan<string> amounts)
    {
        List<string> row = [name ?? "?"];
        foreach (var amount in amounts)
        {
            row.Add(Amounts.Bytes(item.Number(amount)));
        }

        return row;
    }
}
