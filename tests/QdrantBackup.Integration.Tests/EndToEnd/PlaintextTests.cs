using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using QdrantBackup.App.Stores;
using QdrantBackup.Harness;
using QdrantBackup.Keys;
using QdrantBackup.OnAzure;
using QdrantBackup.Sealing;
using QdrantBackup.Storage;

namespace QdrantBackup.Integration.Tests.EndToEnd;

/// <summary>Nothing that was entrusted to a backup, and no key, is written anywhere in the clear.</summary>
public sealed class PlaintextTests
{
    private const string Collection = "planted";
    private static readonly string Payload = $"planted-payload-{RandomNumberGenerator.GetHexString(24, lowercase: true)}";
    private static readonly string QdrantKey = $"planted-qdrant-key-{RandomNumberGenerator.GetHexString(24, lowercase: true)}";
    private static readonly string ReaderKey = $"qb_planted-reader-{RandomNumberGenerator.GetHexString(24, lowercase: true)}";
    private static readonly string UnknownKey = $"qb_planted-unknown-{RandomNumberGenerator.GetHexString(24, lowercase: true)}";

    [Fact]
    public async Task No_payload_and_no_key_stands_in_the_store_the_state_the_log_or_an_answer()
    {
        await using var site = await StartAsync();
        var secrets = await SecretsOfAsync(site);
        var source = site.Qdrant.CollectionSha256(Collection);
        Assert.NotEmpty(secrets.In("the snapshot", site.Qdrant.CollectionBytes(Collection)));

        await using var app = await AppProcess.StartAsync(site.Files, environment: null, "--verbose");
        var found = new List<string>();
        var id = await BackUpAndRestoreAsync(site, app.Api);
        found.AddRange(secrets.Below(site.Files.StoreDirectory));
        var answers = await ProvokeAsync(site, app, id);
        found.AddRange(answers.SelectMany(a => secrets.In($"the answer to {a.Request}", a.Answer)));
        await app.KillAsync();
        found.AddRange(secrets.In("what the app printed", app.Output));
        found.AddRange(secrets.Below(site.Files.StateDirectory));
        found.AddRange(secrets.Below(site.Files.StoreDirectory));

        Assert.Empty(found);
        Assert.Equal(source, site.Qdrant.CollectionSha256(Collection));
        Assert.Superset(new HashSet<int> { 400, 401, 403, 404, 409, 422, 500, 502 }, answers.Select(a => a.Status).ToHashSet());
        Assert.Contains("info: QdrantBackup", app.Output, StringComparison.Ordinal);
        Assert.Contains(Directory.EnumerateFiles(site.Files.StateDirectory, "*", SearchOption.AllDirectories), f => f.EndsWith(".db", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_search_finds_every_form_of_what_is_there()
    {
        using var folder = new TempFolder();
        var secrets = new Secrets();
        var key = RandomNumberGenerator.GetBytes(32);
        secrets.Add("text", Payload);
        secrets.AddBytes("key", key);
        byte[][] forms =
        [
            Encoding.UTF8.GetBytes(Payload), Encoding.Unicode.GetBytes(Payload), key, Encoding.ASCII.GetBytes(Convert.ToHexString(key)),
            Encoding.ASCII.GetBytes(Convert.ToHexStringLower(key)), Encoding.ASCII.GetBytes(Convert.ToBase64String(key)),
        ];
        foreach (var form in forms)
        {
            var file = folder.File("deep", Path.GetRandomFileName());
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            await File.WriteAllBytesAsync(file, [1, 2, .. form, 3], TestContext.Current.CancellationToken);
            Assert.NotEmpty(secrets.Below(folder.Path));
            File.Delete(file);
            Assert.Empty(secrets.Below(folder.Path));
        }
    }

    /// <summary>A collection with the marker in small files of its snapshot and, many times over, in a long one.</summary>
    private static async Task<Site> StartAsync()
    {
        var reader = $"    - {{ name: reader, sha256: {HashOf(ReaderKey)}, scopes: [read] }}\n";
        var site = await Site.StartAsync([], qdrantApiKey: QdrantKey, extraYaml: reader);
        using var http = new HttpClient { BaseAddress = site.Qdrant.Address };
        http.DefaultRequestHeaders.Add("api-key", QdrantKey);
        await SendAsync(http, $"/collections/{Collection}", new { vectors = new { size = 4, distance = "Dot" } });
        var points = Enumerable.Range(1, 300).Select(i => new { id = i, vector = new[] { 0.1, 0.2, 0.3, i }, payload = new { note = $"{Payload} {i}", more = string.Concat(Enumerable.Repeat(Payload, 5)) } });
        await SendAsync(http, $"/collections/{Collection}/points?wait=true", new { points });
        return site;
    }

    private static async Task SendAsync(HttpClient http, string path, object body)
    {
        using var answer = await http.PutAsJsonAsync(new Uri(path, UriKind.Relative), body);
        answer.EnsureSuccessStatusCode();
    }

    private static async Task<Secrets> SecretsOfAsync(Site site)
    {
        var secrets = new Secrets();
        secrets.Add("the payload", Payload);
        secrets.Add("Qdrant's key", QdrantKey);
        secrets.Add("the configured API key", AppFiles.ApiKey);
        secrets.Add("the reader's API key", ReaderKey);
        secrets.Add("an unknown API key", UnknownKey);
        secrets.AddBytes("the hash of the reader's API key", Convert.FromHexString(HashOf(ReaderKey)));
        var keyFile = (await File.ReadAllLinesAsync(site.Files.KeyFile))[1];
        secrets.AddBytes("the key file's key", Convert.FromHexString(keyFile));
        secrets.AddBytes("the store's key", await StoreKeyAsync(site));
        return secrets;
    }

    private static async Task<byte[]> StoreKeyAsync(Site site)
    {
        using var recipient = KeyFileRecipient.Load(site.Files.KeyFile);
        var name = new BlobName($"keys/{site.Pins.KeyId}/{recipient.RecipientId}.json");
        var blob = await StoreAddress.Open(site.Files.StoreDirectory, TimeProvider.System).GetAsync(name, KeyDocument.MaxLengthBytes, CancellationToken.None);
        using var key = await recipient.UnwrapAsync(KeyDocument.FromJson(name.Value, blob!.Content.Span), site.Pins.StoreId, CancellationToken.None);
        return key.Bytes.ToArray();
    }

    private static async Task<string> BackUpAndRestoreAsync(Site site, ApiCalls api)
    {
        var backup = await api.FinishBackupAsync(await api.StartBackupAsync());
        Assert.True(Installation.IsDone(backup), backup.ToString());
        site.Qdrant.RemoveCollection(Collection);
        var restore = await api.FinishRestoreAsync(await api.StartRestoreAsync(new { backupId = "latest" }));
        Assert.True(Installation.IsDone(restore), restore.ToString());
        return backup.GetProperty("backupId").GetString()!;
    }

    /// <summary>Every kind of answer that is not the one that was hoped for, and those that show the most.</summary>
    private static async Task<List<(string Request, int Status, string Answer)>> ProvokeAsync(Site site, AppProcess app, string id)
    {
        var answers = new List<(string Request, int Status, string Answer)>();
        async Task Ask(HttpMethod method, string path, object? body, string? key)
        {
            using var request = new HttpRequestMessage(method, new Uri(app.Address, path));
            request.Content = body is null ? null : JsonContent.Create(body);
            if (key is not null)
            {
                request.Headers.Add("X-API-Key", key);
            }

            using var answer = await app.Api.Http.SendAsync(request);
            answers.Add(($"{method} {path}", (int)answer.StatusCode, $"{answer.Headers}{await answer.Content.ReadAsStringAsync()}"));
        }

        // The caller's own key goes with every request unless another is given.
        app.Api.Http.DefaultRequestHeaders.Remove("X-API-Key");
        await Ask(HttpMethod.Get, "/api/v1/backups", null, key: null);
        await Ask(HttpMethod.Get, "/api/v1/backups", null, UnknownKey);
        await Ask(HttpMethod.Post, "/api/v1/backup/create", new { }, ReaderKey);
        foreach (var path in (string[])["/api/v1/backups", $"/api/v1/backups/{id}", "/api/v1/runs", "/api/v1/schedules", $"/api/v1/runs/{id}", "/api/v1/backups/19700101T000000Z-000000"])
        {
            await Ask(HttpMethod.Get, path, null, ReaderKey);
        }

        app.Api.Http.DefaultRequestHeaders.Add("x-functions-key", LocalFunctions.Hosting.LocalCallers.TryReadKey(site.Files.StateDirectory));
        await Ask(HttpMethod.Get, "/runtime/webhooks/durabletask/instances?showInput=true", null, AppFiles.ApiKey);
        Assert.Equal(200, answers[^1].Status);
        await Ask(HttpMethod.Post, "/api/v1/restore", new { nonsense = 1 }, AppFiles.ApiKey);
        await Ask(HttpMethod.Post, "/api/v1/restore", new { backupId = "latest" }, AppFiles.ApiKey);

        site.Qdrant.Faults.DownloadBytesPerSecond = 100_000;
        await Ask(HttpMethod.Post, "/api/v1/backup/create", new { }, AppFiles.ApiKey);
        await Ask(HttpMethod.Post, "/api/v1/backup/create", new { }, AppFiles.ApiKey);
        site.Qdrant.Faults.DownloadBytesPerSecond = null;

        site.Qdrant.Reconfigure(options => options with { ApiKey = "another" });
        await Ask(HttpMethod.Post, "/api/v1/backup/create", new { dryRun = true }, AppFiles.ApiKey);
        var manifest = Path.Combine(site.Files.StoreDirectory, "manifests", id);
        File.SetUnixFileMode(manifest, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await File.WriteAllTextAsync(manifest, "gone");
        await Ask(HttpMethod.Get, $"/api/v1/backups/{id}", null, AppFiles.ApiKey);
        return answers;
    }

    private static string HashOf(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
}
