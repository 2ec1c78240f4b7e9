using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using QdrantBackup.Configuration;

namespace QdrantBackup.Tests.Configuration;

public sealed class ConfigurationReportTests
{
    [Fact]
    public void The_report_shows_every_value_with_its_origin_and_no_secret()
    {
        var configuration = Configured.From([.. Configured.Minimal, ("Qdrant:ApiKey", "geheim"), ("Schedule:daily", "0 4 * * *")]);
        var entries = ConfigurationReport.Create(configuration).Entries.ToDictionary(entry => entry.Key);
        Assert.Equal(("***", "command line"), (entries["Qdrant:ApiKey"].Value, entries["Qdrant:ApiKey"].Origin));
        Assert.Equal(("0 4 * * *", "command line"), (entries["Schedule:daily"].Value, entries["Schedule:daily"].Origin));
        Assert.Equal(("0 1 * * 0", "default"), (entries["Schedule:weekly"].Value, entries["Schedule:weekly"].Origin));
        Assert.Equal(("7", "default"), (entries["Retention:Daily"].Value, entries["Retention:Daily"].Origin));
    }

    [Fact]
    public void Keys_are_shown_as_they_are_documented_however_a_file_writes_them()
    {
        var entries = ConfigurationReport.Create(Configured.From([.. Configured.Minimal, ("retention:DAILY", "9"), ("schedule:nightly:cron", "0 4 * * *")])).Entries;
        Assert.Equal("9", entries.Single(entry => entry.Key == "Retention:Daily").Value);
        Assert.Contains(entries, entry => entry.Key == "Schedule:nightly:Cron");
    }

    [Fact]
    public void Options_come_out_of_the_container_and_a_bad_configuration_stops_the_start()
    {
        using var good = new ServiceCollection().AddBackupOptions(Configured.From(Configured.Minimal)).BuildServiceProvider();
        Assert.Equal("demo", good.GetRequiredService<BackupOptions>().ClusterName);
        Assert.Equal("demo", good.GetRequiredService<IOptions<BackupOptions>>().Value.ClusterName);
        good.GetRequiredService<IStartupValidator>().Validate();

        using var bad = new ServiceCollection().AddBackupOptions(new ConfigurationBuilder().Build()).BuildServiceProvider();
        Assert.Throws<ConfigurationException>(() => bad.GetRequiredService<IStartupValidator>().Validate());
    }

    [Fact]
    public void The_documentation_lists_every_key_and_no_other()
    {
        var documented = File.ReadLines(Repository.Path("docs", "configuration.md"))
            .Where(line => line.StartsWith("| `", StringComparison.Ordinal))
            .Select(line => string.Join('|', line.Split(" | ").Take(3)).TrimStart('|').Trim())
            .ToList();
        var known = SettingCatalog.All.Select(setting => $"`{setting.Key}`|{setting.Default ?? "–"}|{setting.PlainEnvironmentName ?? "–"}");
        Assert.Equal(known, documented);
    }

    [Fact]
    public void The_sample_settings_have_known_keys_and_need_only_a_key_file()
    {
        var sample = new ConfigurationBuilder().AddJsonFile(Repository.Path("local.settings.sample.json")).Build().GetSection("Values");
        Assert.Equal("UseDevelopmentStorage=true", sample["AzureWebJobsStorage"]);
        Assert.Equal("dotnet-isolated", sample["FUNCTIONS_WORKER_RUNTIME"]);
        var values = sample.GetChildren().Select(item => KeyValuePair.Create(item.Key.Replace("__", ":", StringComparison.Ordinal), item.Value)).ToList();
        Assert.True(values.Count(pair => pair.Key.StartsWith("Backup:", StringComparison.Ordinal)) >= 5);
        Assert.Equal("demo", BackupOptionsReader.Read(new ConfigurationBuilder().AddInMemoryCollection(values).Build()).ClusterName);
    }

    [Theory]
    [InlineData("daily", "daily", 0)]
    [InlineData("dialy", "daily", 1)]
    [InlineData("", "abc", 3)]
    [InlineData("kitten", "sitting", 3)]
    public void Distances_count_edits(string left, string right, int expected) => Assert.Equal(expected, Nearest.Distance(left, right));
}
