using System.Globalization;
using System.Text.Json;

namespace QdrantBackup.Cli.Output;

/// <summary>What a person needs of long answers, on a screen.</summary>
internal static class Summaries
{
    private const int MostLines = 12;

    /// <summary>What one backup holds.</summary>
    public static void Backup(Report report, JsonElement backup)
    {
        var totals = backup.Member("totals") ?? default;
        report.Line($"backup {backup.Text("id")}: {backup.Text("state")}");
        report.Fact("cluster", backup.Member("cluster")?.Text("name"));
        report.Fact("started", $"{report.Time(backup.Text("started"))}, took {Took(backup, "started", "finished")}");
        report.Fact("size", $"{Amounts.Bytes(totals.Number("bytes"))}, {Amounts.Bytes(totals.Number("newBytes"))} of it new, {Amounts.Bytes(totals.Number("storedBytes"))} stored");
        report.Fact("schedule", backup.Text("schedule"));
        report.Fact("description", backup.Text("description"));
        report.Fact("suspect", backup.Text("suspect"));
        report.Fact("confirmed", backup.Member("confirmed") is { } confirmed ? $"by {confirmed.Text("by")} at {report.Time(confirmed.Text("at"))}" : null);
        report.Fact("doubts", string.Join("; ", backup.Items("doubts").Select(doubt => doubt.ToString())));
        report.Line();
        var parts = backup.Items("parts").ToLookup(part => part.Member("key")?.Text("collection") ?? "?");
        report.Table(
            [new("COLLECTION"), new("POINTS"), new("SIZE"), new("PARTS", Drop: 2), new("STATUS", Drop: 1)],
            backup.Items("collections").Select(c => (IReadOnlyList<string>)
            [
                c.Text("name") ?? "?", c.Text("pointCount") ?? "-", Amounts.Bytes(parts[c.Text("name") ?? "?"].Sum(part => part.Number("length"))),
                $"{parts[c.Text("name") ?? "?"].Count()}", c.Text("covered") == "true" ? c.Text("status") ?? "-" : "NOT BACKED UP",
            ]));
    }

    /// <summary>What a backup would take.</summary>
    public static void BackupPlan(Report report, JsonElement plan)
    {
        report.Text($"A backup would take {Amounts.Count(plan.Number("partCount"), "part")}, about {Amounts.Bytes(plan.Number("expectedBytes"))}. Nothing was started.");
        report.Line();
        report.Table(
            [new("COLLECTION"), new("SHARD", Drop: 2), new("EXPECTED"), new("NODE", Drop: 1)],
            plan.Items("lanes").SelectMany(lane => lane.Items("parts")).Select(part => (IReadOnlyList<string>)
                [part.Member("key")?.Text("collection") ?? "?", part.Member("key")?.Text("shard") ?? "all", Amounts.Bytes(part.Number("expectedBytes")), part.Member("key")?.Text("node") ?? "-"]));
        foreach (var left in plan.Items("uncapturable"))
        {
            report.Line($"cannot be backed up: {string.Join(", ", left.EnumerateObject().Select(member => $"{member.Name} {member.Value}"))}");
        }
    }

    /// <summary>What a restore would do.</summary>
    public static void RestorePlan(Report report, JsonElement plan)
    {
        var items = plan.Items("items").ToList();
        report.Text($"A restore would bring back {Amounts.Count(items.Count, "part")}, {Amounts.Bytes(items.Sum(item => item.Number("length")))}, from backup {plan.Text("backupId")}. Nothing was started.");
        report.Fact("plan", plan.Text("planHash"));
        report.Line();
        report.Table(
            [new("COLLECTION"), new("AS"), new("POINTS", Drop: 2), new("SIZE"), new("REPLACES"), new("NODE", Drop: 1)],
            items.Select(item => (IReadOnlyList<string>)
            [
                item.Text("collection") ?? "?", item.Text("target") ?? "?", item.Text("pointCount") ?? "-", Amounts.Bytes(item.Number("length")),
                item.Text("overwrites") == "true" ? "YES" : "no", item.Text("node") ?? "-",
            ]));
        Texts(report, plan, "warnings");
        Texts(report, plan, "remarks");
    }

    /// <summary>How the backups of a cluster are.</summary>
    public static void Status(Report report, JsonElement status)
    {
        report.Line($"cluster {status.Text("cluster")}");
        report.Fact("running", status.Member("running") is { } running ? RunLine(report, running) : "no backup");
        report.Fact("last run", status.Member("last") is { } last ? RunLine(report, last) : "none in the last 35 days");
        report.Fact("last good", status.Text("lastGood") is { } good
            ? $"{report.Id(good)}, {Amounts.Duration(TimeSpan.FromSeconds(status.Number("lastGoodAgeSeconds")))} old, {Verified(report, status.Member("lastGoodVerified"))}"
            : "NONE. Take one: qdrant-backup backup");
        Texts(report, status, "passedOver", "passed over");
        report.Fact("store away", status.Text("storeAway"));
        Texts(report, status, "warnings", "warning");
        foreach (var failing in status.Items("failing"))
        {
            report.Fact("FAILING", $"{failing.Text("step")} since {report.Time(failing.Text("since"))}: {failing.Text("problem")}. {failing.Text("hint")}");
        }

        foreach (var left in status.Items("left").SelectMany(run => run.Items("what")).Take(MostLines))
        {
            report.Fact("left", left.ToString());
        }
    }

    /// <summary>One run.</summary>
    public static void Run(Report report, JsonElement run)
    {
        report.Line($"{run.Text("kind")} {run.Text("id")}: {run.Text("state")}");
        report.Fact("asked", $"{report.Time(run.Text("requestedAt"))} by {run.Text("requestedBy")}");
        report.Fact("ended", run.Text("finishedAt") is { } end ? $"{report.Time(end)}, after {Took(run, "requestedAt", "finishedAt")}" : null);
        report.Fact("steps", string.Join(", ", run.Items("steps").Select(step => $"{step.Text("name")} ({step.Text("state")})")));
        report.Fact("progress", run.Text("finishedAt") is null ? Progress(run) : null);
        report.Fact("backup", run.Text("backupId"));
        report.Fact("suspect", run.Text("suspect"));
        foreach (var item in run.Items("items").Where(item => item.Text("state") != "complete").Take(MostLines))
        {
            report.Fact(item.Text("state") ?? "?", $"{item.Text("name")}: {item.Text("error")}. {item.Text("hint")}");
        }

        foreach (var error in run.Items("errors").Take(MostLines))
        {
            report.Fact("error", $"{error.Text("message")}. {error.Text("hint")}");
        }

        Texts(report, run, "warnings");
        Texts(report, run, "remarks");
        foreach (var note in run.Items("notes").Take(MostLines))
        {
            report.Fact("note", note.Text("text"));
        }

        foreach (var next in run.Items("followUps"))
        {
            report.Fact("follow-up", $"{next.Text("kind")} {next.Text("id")}: {next.Text("state")}");
        }

        if (run.Text("state") == "interrupted")
        {
            report.Fact("next", $"qdrant-backup resume {run.Text("id")}, or qdrant-backup cancel {run.Text("id")}");
        }
    }

    /// <summary>What ending one backup means.</summary>
    public static void EndPlan(Report report, JsonElement plan)
    {
        report.Line($"backup {plan.Text("id")}, {Amounts.Bytes(plan.Number("bytes"))}:");
        Texts(report, plan, "remarks", "-");
    }

    /// <summary>What a run did, for the end of the command that began it; null where its state says it all.</summary>
    public static string? Done(string kind, JsonElement end)
    {
        if (end.Text("state") is not ("complete" or "partial"))
        {
            return null;
        }

        var took = $"in {Took(end, "requestedAt", "finishedAt")}";
        var (parts, bytes) = (end.Member("parts") ?? default, end.Member("bytes") ?? default);
        return kind switch
        {
            "backup" => BackupDone(end, took),
            "restore" => $"{Amounts.Count(parts.Number("done"), "part")}, {Amounts.Bytes(bytes.Number("done"))} restored {took}.",
            "verification" or "verify" or "repair" => $"{Amounts.Bytes(bytes.Number("done"))} verified {took}{(end.Member("damage") is null ? "; nothing is damaged" : "")}.",
            "copy" => $"{Amounts.Count(parts.Number("done"), "part")}, {Amounts.Bytes(bytes.Number("done"))} copied {took}.",
            _ => null,
        };
    }

    private static string BackupDone(JsonElement end, string took)
    {
        var totals = end.Member("totals") ?? default;
        var collections = Amounts.Count(end.Items("items").Select(item => item.Text("name")).Distinct().Count(), "collection");
        return $"{collections}, {Amounts.Bytes(totals.Number("bytes"))}, {Amounts.Bytes(totals.Number("newBytes"))} of it new ({Amounts.Bytes(totals.Number("storedBytes"))} stored), {took}. Look at it: qdrant-backup show latest";
    }

    private static string RunLine(Report report, JsonElement run)
    {
        var totals = run.Member("totals") ?? default;
        return run.Text("finishedAt") is { } finished
            ? $"{report.Id(run.Text("id"))}: {run.Text("state")}, {report.Time(finished)}, {Amounts.Bytes(totals.Number("bytes"))}, {Amounts.Bytes(totals.Number("newBytes"))} new"
            : $"{report.Id(run.Text("id"))}: {Progress(run)}";
    }

    private static string Progress(JsonElement run)
    {
        var percent = run.Member("percent") is { } value ? string.Create(CultureInfo.InvariantCulture, $", {value.GetDouble():0} %") : "";
        var left = run.Member("etaSeconds") is { } eta && eta.TryGetInt64(out var seconds) ? $", about {Amounts.Duration(TimeSpan.FromSeconds(seconds))} left" : "";
        return $"{run.Text("state")}, {RunProgress.Line(run)}{percent}{left}";
    }

    private static string Verified(Report report, JsonElement? verified) => verified switch
    {
        null => "not read back yet",
        { } found when found.Number("damaged") > 0 => $"DAMAGED: {Amounts.Count(found.Number("damaged"), "blob")}",
        { } found => $"{found.Text("level")} at {report.Time(found.Text("at"))}",
    };

    private static void Texts(Report report, JsonElement answer, string member, string? name = null)
    {
        foreach (var text in answer.Items(member).Take(MostLines))
        {
            report.Fact(name ?? member.TrimEnd('s'), text.ToString());
        }
    }

    private static string Took(JsonElement answer, string from, string to) =>
        DateTimeOffset.TryParse(answer.Text(from), CultureInfo.InvariantCulture, out var began) && DateTimeOffset.TryParse(answer.Text(to), CultureInfo.InvariantCulture, out var ended)
            ? Amounts.Duration(ended - began)
            : "an unknown time";
}
