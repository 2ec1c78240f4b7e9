using System.Text.Json;
using QdrantBackup.Harness;
using Spectre.Console;

namespace QdrantBackup.Demo;

/// <summary>A backup, a loss, two restores and a second backup, each shown and checked.</summary>
internal sealed class Story(Stage stage)
{
    private readonly List<(string Shown, string Proof)> _shown = [];
    private readonly Dictionary<string, ulong> _counts = [];
    private readonly Dictionary<string, byte[]?> _bytes = [];

    public async Task<bool> TellAsync()
    {
        await using var app = await InstallAsync();
        await RememberSourceAsync();
        var backup = await BackUpAsync(app.Api, "1  A backup, over HTTP");
        await ListCatalogAsync(app.Api);
        await LoseAndRestoreAsync(app.Api, backup.Id);
        await RestoreBesideAsync(app.Api, backup.Id);
        await BackUpAgainAsync(app.Api);
        Conclude(app, backup);
        return true;
    }

    private async Task<AppProcess> InstallAsync()
    {
        AnsiConsole.MarkupLineInterpolated($"[bold]Qdrant[/]  {stage.QdrantAddress} {(stage.IsRealServer ? "(the server in TEST_QDRANT_URL)" : "(a stand-in that behaves like 1.18.3, with snapshots of a real server)")}");
        await using (var init = ChildProcess.Start("qdrant-backup.dll", ["key", "init", .. stage.Files.Options]))
        {
            if (await init.EndAsync() != 0)
            {
                throw new InvalidOperationException($"key init failed:\n{init.Output}");
            }
        }

        var app = await AppProcess.StartAsync(stage.Files);
        AnsiConsole.MarkupLineInterpolated($"[bold]The app[/] {app.Address} (directory store, SQLite)");
        return app;
    }

    private async Task RememberSourceAsync()
    {
        foreach (var collection in stage.Collections)
        {
            _counts[collection] = await stage.Qdrant.CountPointsAsync(collection, default) ?? 0;
            _bytes[collection] = stage.BytesOf(collection);
        }
    }

    private async Task<(string Id, JsonElement Status)> BackUpAsync(ApiCalls api, string title)
    {
        Heading(title);
        var id = await api.StartBackupAsync(stage.IsRealServer ? new { collections = stage.Collections } : null);
        var status = await api.FinishBackupAsync(id, ShowProgress());
        Require(status.GetProperty("state").GetString() == "complete", $"backup {id} ended {status}");
        return (id, status);
    }

    private async Task ListCatalogAsync(ApiCalls api)
    {
        Heading("2  The catalog");
        foreach (var backup in (await api.GetAsync("/api/v1/backups")).GetProperty("backups").EnumerateArray())
        {
            AnsiConsole.MarkupLineInterpolated($"   {backup.GetProperty("id").GetString()}  {backup.GetProperty("state").GetString()}  {Mebibytes(backup, "bytes")} read, {Mebibytes(backup, "storedBytes")} stored");
        }
    }

    private async Task LoseAndRestoreAsync(ApiCalls api, string backup)
    {
        var lost = _counts.MaxBy(c => c.Value).Key;
        Heading($"3  {lost} is deleted, and restored under its own name");
        Require(await stage.Qdrant.DeleteCollectionAsync(lost, default), $"{lost} could not be deleted");
        Require(await stage.Qdrant.CountPointsAsync(lost, default) is null, $"{lost} is still there");
        await RestoreAsync(api, new { backupId = backup, collections = new[] { lost } });
        await CheckAsync(lost, lost);
        _shown.Add(("a lost collection comes back under its own name", $"{lost}: {_counts[lost]:N0} points{BytesEqual(lost)}"));
    }

    private async Task RestoreBesideAsync(ApiCalls api, string backup)
    {
        var source = _counts.OrderByDescending(c => c.Value).ElementAt(1).Key;
        var target = source + "-restored";
        Heading($"4  {source} is restored beside itself, as {target}");
        await RestoreAsync(api, new { backupId = backup, collections = new[] { source }, suffix = "-restored" });
        await CheckAsync(source, target);
        _shown.Add(("a collection comes back under a new name", $"{target}: {_counts[source]:N0} points{BytesEqual(source)}"));
        await stage.Qdrant.DeleteCollectionAsync(target, default);
    }

    private async Task BackUpAgainAsync(ApiCalls api)
    {
        stage.LetADayPass();
        var (id, _) = await BackUpAsync(api, "5  A day later, another backup: almost nothing is new");
        var entry = (await api.GetAsync("/api/v1/backups")).GetProperty("backups").EnumerateArray().First(b => b.GetProperty("id").GetString() == id);
        var share = 100.0 * entry.GetProperty("storedBytes").GetInt64() / entry.GetProperty("bytes").GetInt64();
        AnsiConsole.MarkupLineInterpolated($"   {Mebibytes(entry, "storedBytes")} stored of {Mebibytes(entry, "bytes")} read: {share:0.00} %");
        Require(stage.IsRealServer || share < 1, $"the second backup stored {share:0.00} % again");
        _shown.Add(("a second backup stores only what is new", $"{share:0.00} % of the bytes read"));
    }

    private static async Task RestoreAsync(ApiCalls api, object request)
    {
        var id = await api.StartRestoreAsync(request);
        var status = await api.FinishRestoreAsync(id, ShowProgress());
        Require(status.GetProperty("state").GetString() == "complete", $"restore {id} ended {status}");
    }

    private async Task CheckAsync(string source, string target)
    {
        var count = await stage.Qdrant.CountPointsAsync(target, default);
        Require(count == _counts[source], $"{target} has {count} points, {source} had {_counts[source]}");
        Require(_bytes[source] is not { } bytes || bytes.AsSpan().SequenceEqual(stage.BytesOf(target)), $"{target} differs from {source}");
    }

    private void Conclude(AppProcess app, (string Id, JsonElement Status) backup)
    {
        AnsiConsole.WriteLine();
        var table = new Table().Border(TableBorder.Rounded).AddColumns("Shown", "Proof");
        _shown.Insert(0, ("real snapshots go in over HTTP", $"backup {backup.Id}, {stage.Collections.Count} collections, complete"));
        _shown.ForEach(row => table.AddRow(Markup.Escape(row.Shown), Markup.Escape(row.Proof)));
        AnsiConsole.Write(table);
        Console.WriteLine("Where to look, while it runs:");
        Console.WriteLine($"  status                 {app.Address}api/v1/backup/status/{backup.Id}");
        Console.WriteLine($"  orchestration history  {app.Address}runtime/webhooks/durabletask/instances?showInput=false");
        Console.WriteLine($"  with the header        x-functions-key: $(cat {Path.Combine(stage.Files.StateDirectory, "local.key")})");
        Console.WriteLine("The demo now stops the app and removes everything it made.");
    }

    private string BytesEqual(string collection) => _bytes[collection] is { } bytes ? $", all {bytes.Length:N0} bytes equal" : ", bytes checked against their SHA-256 by Qdrant";

    private static Action<JsonElement> ShowProgress()
    {
        var last = "";
        return status =>
        {
            var line = status.TryGetProperty("step", out var step) ? $"{step.GetString()} ({(status.TryGetProperty("percent", out var percent) ? percent.GetDouble() : 0):0} %)" : status.GetProperty("state").GetString()!;
            if (line != last)
            {
                AnsiConsole.MarkupLineInterpolated($"   [grey]{line}[/]");
                last = line;
            }
        };
    }

    private static string Mebibytes(JsonElement element, string member) => $"{element.GetProperty(member).GetInt64() / 1048576.0:0.00} MiB";

    private static void Heading(string title)
    {
        AnsiConsole.WriteLine();
        AnsiConsole.MarkupLineInterpolated($"[bold]{title}[/]");
    }

    private static void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new InvalidOperationException(otherwise);
        }
    }
}
