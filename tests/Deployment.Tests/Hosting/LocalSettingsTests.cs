using System.Net;
using System.Reflection;
using System.Text.Json;
using LocalFunctions.Hosting;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using QdrantBackup.App.Hosting;
using QdrantBackup.Cli.Connection;
using QdrantBackup.Configuration;
using QdrantBackup.Harness;
using QdrantBackup.Tests;

namespace QdrantBackup.Deployment.Tests.Hosting;

/// <summary>local.settings.sample.json, the app settings for a developer's machine.</summary>
public sealed class LocalSettingsTests
{
    private static readonly string Sample = Repository.Path("local.settings.sample.json");

    [Fact]
    public async Task The_app_starts_with_the_sample_and_takes_every_setting_of_it()
    {
        using var folder = new TempFolder("settings");
        File.Copy(Sample, folder.File("local.settings.json"));
        File.Copy(Repository.Path("host.json"), folder.File("host.json"));
        using var app = AppOnThisMachine.CreateBuilder(["--contentRoot", folder.Path], builder =>
        {
            builder.Logging.ClearProviders();
            builder.Configuration.AddInMemoryCollection([new("LocalFunctions:Urls", "http://127.0.0.1:0"), new("AzureWebJobs.ScheduleTick.Disabled", "true")]);
        }).Build();
        await app.StartAsync(TestContext.Current.CancellationToken);

        var options = app.Services.GetRequiredService<BackupOptions>();
        Assert.Equal("demo", options.ClusterName);
        Assert.Equal("UseDevelopmentStorage=true", options.Storage.ConnectionString);
        Assert.Equal("developer", Assert.Single(options.ApiKeys).Name);
        using var http = new HttpClient { BaseAddress = app.Services.GetRequiredService<ILocalServer>().Addresses[0] };
        using var health = await http.GetAsync(new Uri("/health", UriKind.Relative), TestContext.Current.CancellationToken);
        using var keyless = await http.GetAsync(new Uri("/api/v1/runs", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.Unauthorized), (health.StatusCode, keyless.StatusCode));
        await app.StopAsync(CancellationToken.None);
    }

    [Fact]
    public void The_sample_has_what_the_official_tools_ask_for()
    {
        var sample = JsonElement.Parse(File.ReadAllText(Sample));
        var values = sample.GetProperty("Values");

        Assert.Equal(JsonValueKind.False, sample.GetProperty("IsEncrypted").ValueKind);
        Assert.Equal("dotnet-isolated", values.GetProperty("FUNCTIONS_WORKER_RUNTIME").GetString());
        Assert.Equal("UseDevelopmentStorage=true", values.GetProperty("AzureWebJobsStorage").GetString());
        Assert.All(values.EnumerateObject(), value => Assert.Equal(JsonValueKind.String, value.Value.ValueKind));
    }

    [Fact]
    public void Every_setting_that_a_trigger_names_is_in_the_sample_because_the_host_knows_no_default()
    {
        var values = JsonElement.Parse(File.ReadAllText(Sample)).GetProperty("Values");
        var named = typeof(AppHost).Assembly.GetExportedTypes().SelectMany(t => t.GetMethods()).SelectMany(m => m.GetParameters())
            .Select(p => p.GetCustomAttribute<TimerTriggerAttribute>()?.Schedule).OfType<string>().ToList();

        Assert.NotEmpty(named);
        Assert.All(named, schedule => Assert.True(schedule.StartsWith('%') && values.TryGetProperty(schedule.Trim('%'), out _), $"{schedule} is not in the sample"));
    }
}
