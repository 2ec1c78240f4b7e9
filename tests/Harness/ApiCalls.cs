using System.Net.Http.Json;
using System.Text.Json;

namespace QdrantBackup.Harness;

/// <summary>The app's HTTP API as a caller with a key sees it.</summary>
public sealed class ApiCalls : IDisposable
{
    private static readonly TimeSpan RunTimeout = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    public ApiCalls(Uri address, string? apiKey)
    {
        Http = new HttpClient { BaseAddress = address };
        if (apiKey is not null)
        {
            Http.DefaultRequestHeaders.Add("X-API-Key", apiKey);
        }
    }

    public HttpClient Http { get; }

    public async Task<JsonElement> GetAsync(string path)
    {
        using var answer = await Http.GetAsync(new Uri(path, UriKind.Relative));
        return await ReadAsync(answer);
    }

    public async Task<JsonElement> PostAsync(string path, object body)
    {
        using var answer = await Http.PostAsJsonAsync(new Uri(path, UriKind.Relative), body);
        return await ReadAsync(answer);
    }

    /// <summary>Starts a backup and returns its id.</summary>
    public async Task<string> StartBackupAsync(object? request = null) =>
        (await PostAsync("/api/v1/backup/create", request ?? new { })).GetProperty("id").GetString()!;

    /// <summary>Starts a restore and returns its id.</summary>
    public async Task<string> StartRestoreAsync(object request) =>
        (await PostAsync("/api/v1/restore", request)).GetProperty("id").GetString()!;

    /// <summary>Follows a backup to its end and returns its last status.</summary>
    public Task<JsonElement> FinishBackupAsync(string id, Action<JsonElement>? onProgress = null) => FinishAsync($"/api/v1/backup/status/{id}", onProgress);

    /// <summary>Follows a restore to its end and returns its last status.</summary>
    public Task<JsonElement> FinishRestoreAsync(string id, Action<JsonElement>? onProgress = null) => FinishAsync($"/api/v1/restore/status/{id}", onProgress);

    /// <summary>Has every byte of a backup read and returns the last status of that.</summary>
    public async Task<JsonElement> FinishVerificationAsync(string backup)
    {
        var run = (await PostAsync($"/api/v1/backups/{backup}/verify", new { level = "readable" })).GetProperty("id").GetString();
        return await FinishAsync($"/api/v1/runs/{run}");
    }

    public void Dispose() => Http.Dispose();

    public async Task<JsonElement> FinishAsync(string statusPath, Action<JsonElement>? onProgress = null)
    {
        var end = await Waiting.FindAsync($"{statusPath} to show the end", async () =>
        {
            var status = await GetAsync(statusPath);
            onProgress?.Invoke(status);
            return status.GetProperty("state").GetString() is "pending" or "running" or "paused" or "waiting" or "cancelling" ? null : (object)status;
        }, RunTimeout, Pause);
        return (JsonElement)end;
    }

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage answer)
    {
        var text = await answer.Content.ReadAsStringAsync();
        return answer.IsSuccessStatusCode
            ? JsonElement.Parse(text)
            : throw new InvalidOperationException($"{answer.RequestMessage!.Method} {answer.RequestMessage.RequestUri!.AbsolutePath} answered {(int)answer.StatusCode}: {text}");
    }
}
