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
        report.Text($"stored {Amounts.Bytes(usage.Number("storedBytes"))} in {usage.Number("chunks")} chunks for {Amounts.Bytes(usage.Number("logicalBytes"))} of snapshots");
        if (usage.Member("growth") is { } growth && growth.Number("bytesPerDay") > 0)
        {
            report.Text($"grows by at most {Amounts.Bytes(growth.Number("bytesPerDay"))} a day: {Amounts.Bytes(growth.Number("in30Days"))} in 30 days, {Amounts.Bytes(growth.Number("in365Days"))} in a year");
        }

        report.Line();
        report.Table(
            [new("BACKUP"), new("SIZE"), new("ITS OWN"), new("SHARED", Drop: 1), new("NEW THEN", Drop: 2)],
            usage.Items("backups").Select(b => Row(b, report.Id(b.Text("id")), "logicalBytes", "uniqueBytes", "sharedBytes", "newBytes")));
        report.Line();
        report.Table(
            [new("COLLECTION"), new("BACKUPS", Drop: 1), new("SIZE"), new("STORED"), new("NEW IN 30 DAYS", Drop: 2)],
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
