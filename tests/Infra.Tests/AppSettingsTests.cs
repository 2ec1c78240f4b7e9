using System.Reflection;
using System.Text.RegularExpressions;
using Infra.Tests.Compiler;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;
using QdrantBackup.App.Hosting;
using QdrantBackup.App.Http;
using QdrantBackup.Configuration;
using QdrantBackup.Runs;

namespace Infra.Tests;

/// <summary>Gives the settings of the templates to the application's own reader, as the platform would.</summary>
public sealed partial class AppSettingsTests(Templates templates)
{
    /// <summary>What the host or a library of Azure reads, and what for. A setting that stands neither here nor in the application's catalog is a mistake.</summary>
    private static readonly Dictionary<string, string> ReadByTheHost = new(StringComparer.Ordinal)
    {
        ["AzureWebJobsStorage__blobServiceUri"] = "the host's account",
        ["AzureWebJobsStorage__queueServiceUri"] = "the host's account",
        ["AzureWebJobsStorage__tableServiceUri"] = "the host's account",
        ["AzureWebJobsStorage__credential"] = "how the host signs in there",
        ["AzureWebJobsStorage__clientId"] = "as whom",
        ["APPLICATIONINSIGHTS_CONNECTION_STRING"] = "where telemetry goes",
        ["APPLICATIONINSIGHTS_AUTHENTICATION_STRING"] = "as whom it is sent",
        ["AZURE_CLIENT_ID"] = "which identity Azure.Identity takes",
        ["AzureFunctionsJobHost__extensions__durableTask__hubName"] = "host.json",
        ["AzureFunctionsJobHost__extensions__durableTask__storageProvider__type"] = "host.json",
        ["AzureFunctionsJobHost__extensions__durableTask__storageProvider__connectionName"] = "host.json",
        ["AzureFunctionsJobHost__extensions__durableTask__storageProvider__connectionStringName"] = "host.json",
        ["DURABLE_TASK_SCHEDULER_CONNECTION_STRING"] = "named by the setting above",
    };

    public static TheoryData<string> Variants => [.. TemplateFolder.Variants];

    [Theory]
    [MemberData(nameof(Variants))]
    public async Task The_application_accepts_what_the_templates_set(string variant)
    {
        var deployment = await templates.WithAsync(variant);
        foreach (var app in deployment.Apps)
        {
            var options = Read(deployment.SettingsOf(app));
            Assert.Equal(app == deployment.Apps[0] ? AppRole.Backup : AppRole.Maintenance, options.Role);
            Assert.Equal($"https://{deployment.BackupAccount.Name}.blob.core.windows.net/qdrant", options.Storage.Remote?.ToString());
            Assert.Equal(app == deployment.Apps[0], options.Retention.Memory is null);
            Assert.NotEqual(options.Storage.Remote?.Host, options.Retention.Memory?.Remote?.Host);
            Assert.NotEmpty(options.ApiKeys);
            Assert.Contains(options.Schedules, s => s.Name == "daily");
        }
    }

    [Fact]
    public async Task What_the_parameters_say_of_Qdrant_reaches_the_backup_app_and_it_alone()
    {
        var deployment = await templates.WithAsync("hardened");
        var nodes = Read(deployment.SettingsOf(deployment.Apps[0])).Qdrant.Nodes;
        Assert.Equal([("https://node-0.example.com:6333/", 2), ("https://node-1.example.com:6333/", 1)], nodes.Select(n => (n.Url.ToString(), n.MaxStoredSnapshots)));
        Assert.DoesNotContain(deployment.SettingsOf(deployment.Apps[1]).Keys, name => name.Contains("Qdrant__", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Pins_and_further_options_reach_the_application()
    {
        var deployment = await templates.WithAsync("hardened");
        var options = Read(deployment.SettingsOf(deployment.Apps[0]));
        Assert.Equal("00112233445566778899aabbccddeeff", options.Store.KeyId);
        Assert.Equal((2, "storage"), (options.MaxParallelParts, options.Team));
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public async Task Every_setting_is_read_by_somebody(string variant)
    {
        var deployment = await templates.WithAsync(variant);
        Report.None(deployment.Apps.SelectMany(deployment.SettingsOf).Select(s => s.Key)
            .Where(name => SettingNames.KeyOf(name) is null && !ReadByTheHost.ContainsKey(name) && name != AppHost.TickSetting));
    }

    [Fact]
    public async Task Every_setting_that_a_trigger_refers_to_is_set()
    {
        var deployment = await templates.WithAsync("production");
        var named = typeof(AppHost).Assembly.GetTypes().SelectMany(t => t.GetMethods()).SelectMany(m => m.GetParameters())
            .Select(p => p.GetCustomAttribute<TimerTriggerAttribute>()?.Schedule).OfType<string>()
            .SelectMany(schedule => Reference().Matches(schedule).Select(m => m.Groups[1].Value)).Distinct().ToList();
        Assert.NotEmpty(named);
        Report.None(from app in deployment.Apps from name in named where !deployment.SettingsOf(app).ContainsKey(name) select $"{app}: {name} is not set");
    }

    [Fact]
    public async Task A_setting_that_the_application_does_not_know_a_missing_one_and_a_wrong_value_are_caught()
    {
        using var folder = new TemplateFolder();
        folder.Replace("shared/settings.bicep", "Backup__Cluster__Name: clusterName", "Backup__Cluster__Nmae: clusterName");
        folder.Replace("shared/settings.bicep", "Backup__Storage__Remote: 'https:", "Backup__Storage__Remote: true ? '' : 'https:");
        folder.Replace("shared/settings.bicep", "'Backup__ApiKeys__${i}__Sha256': secretReference(vault, keys[i].sha256Secret)", "");
        folder.Replace("shared/settings.bicep", "Backup__Retention__Monthly: string(retention.monthly)", "Backup__Retention__Monthly: 'all'");
        folder.Replace("main.bicep", "Backup__Role: 'maintenance'", "Backup__Role: 'janitor'");
        folder.Replace("main.bicep", "...scheduleSettings(schedules)", "...{ Backup__Schedule__daily: 'every night' }");
        var deployment = await templates.ReadAsync(folder, "production");
        var problems = deployment.Apps.SelectMany(app => ProblemsOf(deployment.SettingsOf(app))).Select(p => p.Key).ToHashSet();
        Report.None(new[] { "Cluster:Nmae", "Cluster:Name", "Storage:Remote", "ApiKeys:0:Sha256", "Retention:Monthly", "Role", "Schedule:daily" }
            .Where(key => !problems.Contains(key)).Select(key => $"{key}: not among {string.Join(", ", problems)}"));
    }

    private static BackupOptions Read(IReadOnlyDictionary<string, string> settings) => BackupOptionsReader.Read(AsThePlatformWould(settings));

    private static IReadOnlyList<ConfigurationProblem> ProblemsOf(IReadOnlyDictionary<string, string> settings)
    {
        try
        {
            Read(settings);
            return [];
        }
        catch (ConfigurationException e)
        {
            return e.Problems;
        }
    }

    /// <summary>With references to secrets resolved: a hash where one is expected, any text elsewhere.</summary>
    private static IConfigurationRoot AsThePlatformWould(IReadOnlyDictionary<string, string> settings)
    {
        var number = 0;
        // A version of the application that does not take a vault's key yet refuses this one setting.
        var refused = SettingCatalog.All.Any(s => s.Key == "Encryption:KeyVaultKey" && s.Form.StartsWith("left out", StringComparison.Ordinal)) ? "Backup__Encryption__KeyVaultKey" : null;
        var resolved = settings.Where(s => s.Key != refused).ToDictionary(
            s => s.Key.Replace("__", ":", StringComparison.Ordinal),
            s => !s.Value.StartsWith("@Microsoft.KeyVault(", StringComparison.Ordinal) ? s.Value
                : s.Key.EndsWith("Sha256", StringComparison.Ordinal) ? new string((char)('a' + number++), 64) : "a-secret");
        return new ConfigurationBuilder().AddInMemoryCollection(resolved!).AddInMemoryCollection([new("WEBSITE_INSTANCE_ID", "an instance")]).Build();
    }

    [GeneratedRegex("%([^%]+)%")]
    private static partial Regex Reference();
}
