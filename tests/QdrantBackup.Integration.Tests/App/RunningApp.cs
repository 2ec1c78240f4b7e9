using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using LocalFunctions.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using QdrantBackup.App.Stores;
using QdrantBackup.Cli.Connection;
using QdrantBackup.Configuration.Access;
using QdrantBackup.Harness;
using QdrantBackup.Ids;
using QdrantBackup.Keys;
using QdrantBackup.OnAzure;
using QdrantStandIn;

namespace QdrantBackup.Integration.Tests.App;

/// <summary>The whole function app in this process, on a stand-in of Qdrant and a directory store of its own, called over HTTP.</summary>
internal sealed class RunningApp : IAsyncDisposable
{
    private static readonly TimeSpan LongestRun = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly string _folder;
    private readonly string _location;
    private IHost? _host;
    private bool _hasSecond;

    private RunningApp(string folder, string? location, StandInServer qdrant)
    {
        _folder = folder;
        _location = location ?? Path.Combine(folder, "store");
        Qdrant = qdrant;
    }

    public StandInServer Qdrant { get; }

    public HttpClient Http { get; private set; } = new();

    public string StoreFolder => _location;

    public string StateFolder => Path.Combine(_folder, "state");

    public string Key { get; } = NewApiKey.Generate().Key;

    /// <summary>Where the second copy of every backup is kept, if that is asked for; its disk is not there yet.</summary>
    public string SecondFolder => Path.Combine(_folder, "mount", "second");

    /// <summary>Makes the disk of the second store.</summary>
    public void MountSecond() => Directory.CreateDirectory(Path.GetDirectoryName(SecondFolder)!);

    public static async Task<RunningApp> StartAsync(
        Action<StandInServer>? prepare = null, Dictionary<string, string?>? settings = null, TimeProvider? time = null, bool hasSecond = false)
    {
        var folder = Path.Combine(Path.GetTempPath(), $"qdrant-backup-app-{Path.GetRandomFileName()}");
        Directory.CreateDirectory(folder);
        var qdrant = await StandInServer.StartAsync();
        prepare?.Invoke(qdrant);
        var app = new RunningApp(folder, location: null, qdrant);
        using var recipient = KeyFileRecipient.Create(app.KeyFile);
        await StoreCreation.InitializeAsync(StoreAddress.Open(app._location, TimeProvider.System), [recipient], TimeProvider.System, CancellationToken.None);
        app._hasSecond = hasSecond;
        await app.StartHostAsync(settings, time);
        return app;
    }

    /// <summary>Stops the app as an operator would and starts it again on the same state.</summary>
    public async Task RestartAsync(Dictionary<string, string?>? settings = null)
    {
        await StopHostAsync();
        await StartHostAsync(settings, time: null);
    }

    public async Task<JsonElement> PostAsync(string path, object? body, HttpStatusCode expected)
    {
        using var response = await Http.PostAsJsonAsync(path, body ?? new { });
        return await ReadAsync(response, path, expected);
    }

    /// <summary>Posts, whatever the answer is.</summary>
    public async Task<(HttpStatusCode Status, JsonElement Body)> PostAnyAsync(string path, object body)
    {
        using var response = await Http.PostAsJsonAsync(path, body);
        return (response.StatusCode, await response.Content.ReadFromJsonAsync<JsonElement>());
    }

    public async Task<JsonElement> GetAsync(string path, HttpStatusCode expected = HttpStatusCode.OK)
    {
        using var response = await Http.GetAsync(new Uri(path, UriKind.Relative));
        return await ReadAsync(response, path, expected);
    }

    /// <summary>Asks for the run's status until it is over.</summary>
    public Task<JsonElement> UntilOverAsync(string statusUrl) =>
        UntilAsync(statusUrl, status => status.TryGetProperty("finishedAt", out _) ? status : default);

    /// <summary>Asks until the answer holds what is looked for.</summary>
    public async Task<JsonElement> UntilAsync(string path, Func<JsonElement, JsonElement> find)
    {
        var last = "";
        try
        {
            var found = await Waiting.FindAsync($"{path} to answer what the test looks for", async () =>
            {
                var answer = await GetAsync(path);
                last = answer.GetRawText();
                return find(answer) is { ValueKind: not JsonValueKind.Undefined } looked ? (object)looked : null;
            }, LongestRun, Pause);
            return (JsonElement)found;
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"{e.Message}; the last answer was {last}", e);
        }
    }

    /// <summary>Returns the id of a backup when its second is over. Ids tell the second: of two in the same one, chance would decide which is the younger.</summary>
    public static async Task<string> AfterItsSecondAsync(string id)
    {
        var left = new BackupId(id).Began.AddSeconds(1) - TimeProvider.System.GetUtcNow();
        await Task.Delay(left > TimeSpan.Zero ? left : TimeSpan.Zero, TimeProvider.System);
        return id;
    }

    public async ValueTask DisposeAsync()
    {
        await StopHostAsync();
        Http.Dispose();
        await Qdrant.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    public string KeyFile => Path.Combine(_folder, "backup.key");

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage response, string path, HttpStatusCode expected)
    {
        var text = await response.Content.ReadAsStringAsync();
        if (response.StatusCode != expected)
        {
            throw new InvalidOperationException($"{path} answered {(int)response.StatusCode}: {text}");
        }

        return JsonDocument.Parse(text).RootElement;
    }

    private async Task StartHostAsync(Dictionary<string, string?>? settings, TimeProvider? time)
    {
        string[] args =
        [
            "--contentRoot", AppContext.BaseDirectory,
            "--LocalFunctions:Urls", "http://127.0.0.1:0",
            "--LocalFunctions:StateDirectory", StateFolder,
            "--LocalFunctions:DrainSeconds", "2",
        ];
        _host = AppOnThisMachine.CreateBuilder(args, builder =>
        {
            builder.Logging.ClearProviders();
            builder.Services.AddSingleton(time ?? TimeProvider.System);
            builder.Configuration.AddInMemoryCollection(Settings()).AddInMemoryCollection(settings ?? []);
        }).Build();
        await _host.StartAsync();
        Http.Dispose();
        Http = new HttpClient { BaseAddress = _host.Services.GetRequiredService<ILocalServer>().Addresses[0] };
        Http.DefaultRequestHeaders.Add(ApiKeyRing.HeaderName, Key);
        Http.DefaultRequestHeaders.Add("x-functions-key", _host.Services.GetRequiredService<LocalCallers>().Key);
    }

    private Dictionary<string, string?> Settings() => new()
    {
        ["Backup:Cluster:Name"] = "demo",
        ["Backup:Qdrant:Url"] = Qdrant.Address.ToString(),
        ["Backup:Storage:Local"] = _location,
        ["Backup:Storage:Second"] = _hasSecond ? SecondFolder : null,
        ["Backup:Encryption:KeyFile"] = KeyFile,
        ["Backup:ApiKeys:0:Name"] = "tests",
        ["Backup:ApiKeys:0:Sha256"] = NewApiKey.HashOf(Key),
        ["Backup:ApiKeys:0:Scopes"] = "admin",
    };

    private async Task StopHostAsync()
    {
        if (_host is not null)
        {
            await _host.StopAsync();
            _host.Dispose();
            _host = null;
        }
    }
}
