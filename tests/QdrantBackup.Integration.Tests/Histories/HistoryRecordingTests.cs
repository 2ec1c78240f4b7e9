using System.Net;
using System.Text.Json;
using LocalFunctions.Durable.History;
using QdrantBackup.App.Hosting;
using QdrantBackup.App.Http;
using QdrantBackup.Harness;
using QdrantBackup.Integration.Tests.App;
using QdrantBackup.Tests;

namespace QdrantBackup.Integration.Tests.Histories;

/// <summary>
/// Lets the app do what its orchestrators are for, and keeps their histories where <c>./dev record</c> takes them into the repository, under the
/// version of the app. Those of a released version stay as they are.
/// </summary>
public sealed class HistoryRecordingTests
{
    [Fact]
    [Trait("Category", "Recording")]
    public async Task The_orchestrators_of_today_leave_histories_that_end()
    {
        await using var app = await RunningApp.StartAsync(qdrant =>
        {
            qdrant.AddSynthetic("docs", 1 << 20, seed: 1);
            qdrant.AddSynthetic("images", 1 << 20, seed: 2);
        });
        var backup = await RecordAsync(app, "backup", "/api/v1/backup/create", new { });
        await RecordAsync(app, "backup of one collection", "/api/v1/backup/create", new { collections = new[] { "docs" } });
        await RecordAsync(app, "verify", $"/api/v1/backups/{backup}/verify", new { level = "readable" });
        await RecordAsync(app, "restore", "/api/v1/restore", new { backupId = backup, suffix = "-restored" });
    }

    private static async Task<string> RecordAsync(RunningApp app, string name, string path, object request)
    {
        var known = HistoryFile.FromState(app.StateFolder).Select(history => history.InstanceId).ToHashSet(StringComparer.Ordinal);
        var started = await app.PostAsync(path, request, HttpStatusCode.Accepted);
        var end = await app.UntilOverAsync(started.GetProperty("statusUrl").GetString()!);
        Assert.True(end.GetProperty("state").GetString() == "complete", end.GetRawText());
        var histories = (await EndedAsync(app, started.GetProperty("id").GetString()!)).Where(history => !known.Contains(history.InstanceId)).ToList();

        Assert.All(histories, history => Assert.Equal("Completed", history.Ended.Status));
        var version = typeof(AppHost).Assembly.GetName().Version!.ToString(3);
        HistoryFile.Write(Repository.Path("artifacts", "recorded", HistoryFile.Root, version, $"{name.Replace(' ', '-')}.jsonl"), histories);
        return started.GetProperty("id").GetString()!;
    }

    // A run is over when its record says so; its orchestration ends a moment later.
    private static Task<IReadOnlyList<RecordedHistory>> EndedAsync(RunningApp app, string runId) => Waiting.FindAsync($"the orchestration of run {runId} to end", () =>
    {
        var histories = HistoryFile.FromState(app.StateFolder);
        var isThere = histories.Any(history => history.Started.Parent is null && history.Started.Input == JsonSerializer.Serialize(runId));
        return Task.FromResult(isThere ? histories : null);
    });
}
