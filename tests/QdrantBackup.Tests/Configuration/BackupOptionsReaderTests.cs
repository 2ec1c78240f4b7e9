using Microsoft.Extensions.Configuration;
using QdrantBackup.Configuration;
using QdrantBackup.Configuration.Access;
using QdrantBackup.Sealing;

namespace QdrantBackup.Tests.Configuration;

public sealed class BackupOptionsReaderTests
{
    [Fact]
    public void Defaults_are_those_of_the_specification()
    {
        var options = Configured.Read();
        Assert.Equal(["daily 0 2 * * *", "weekly 0 1 * * 0"], options.Schedules.Select(schedule => $"{schedule.Name} {schedule.Cron}"));
        Assert.Equal((7, 4, 12, 30), (options.Retention.Policy.Daily, options.Retention.Policy.Weekly, options.Retention.Policy.Monthly, options.Retention.Policy.KeepWithin.Days));
        Assert.Equal((48, 0.3, "30 4 * * *"), (options.Retention.Grace.TotalHours, options.Retention.UnusualShare, options.Retention.Schedule!.Cron.ToString()));
        Assert.Equal(new Uri("http://localhost:6333"), Assert.Single(options.Qdrant.Nodes).Url);
        Assert.Equal((4, 4L << 30, 120), (options.MaxParallelParts, options.RangeBytes, options.TransferTime.TotalSeconds));
        Assert.Equal(EncryptionOptions.DefaultKeyFile, Assert.IsType<KeyFileOptions>(Assert.Single(options.Encryption.Recipients)).Path);
        Assert.Empty(options.Warnings);
    }

    [Theory]
    [InlineData("Retention:Daily", "many", "whole number")]
    [InlineData("Retention:KeepWithin", "a month", "duration")]
    [InlineData("Retention:Schedule", "at night", "cron")]
    [InlineData("Retention:Grace", "1m", "1h")]
    [InlineData("Retention:UnusualPercent", "0", "1 to 100")]
    [InlineData("Schedule:daily", "2 o'clock", "cron")]
    [InlineData("Schedule:TimeZone", "Europe/Berlim", "Europe/Berlin")]
    [InlineData("Schedule:hourly:Class", "hourly", "daily, weekly or monthly")]
    [InlineData("Cluster:Name", "My Cluster", "lower-case")]
    [InlineData("Qdrant:Url", "localhost", "http")]
    [InlineData("Compression", "lz4", "zstd")]
    [InlineData("Encryption", "false", "cannot be switched off")]
    [InlineData("Encryption:KeyVaultKey", "http://vault.vault.azure.net/keys/k", "https://my-vault.vault.azure.net/keys/my-key")]
    [InlineData("RangeBytes", "4GB", "4GiB")]
    [InlineData("Store:KeyId", "12", "32 hex")]
    [InlineData("Storage:Local", "relative/path", "absolute")]
    [InlineData("Team", "@Microsoft.KeyVault(SecretUri=https://v/s)", "not resolved")]
    public void A_bad_value_is_named_with_its_origin_and_what_was_expected(string key, string value, string expected)
    {
        var problem = Configured.ProblemsOf((key, value)).First(problem => problem.Key.Equals(key, StringComparison.OrdinalIgnoreCase));
        Assert.Equal("command line", problem.Origin);
        Assert.Contains(expected, problem.ToString(), StringComparison.Ordinal);
        Assert.Contains(value, problem.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void All_problems_are_reported_at_once()
    {
        var problems = Configured.ProblemsOf(("Retention:Daily", "x"), ("Compression", "y"), ("Retentoin:Weekly", "3"), ("Cluster:Name", ""));
        Assert.Equal(["Cluster:Name", "Compression", "Retention:Daily", "Retentoin"], problems.Select(problem => problem.Key));
    }

    [Theory]
    [InlineData("Retention:Dayly", "Retention:Daily")]
    [InlineData("Retentoin:Daily", "Retention")]
    [InlineData("Qdrant:Nodes:0:Ulr", "Qdrant:Nodes:0:Url")]
    [InlineData("Schedule:daily:Corn", "Schedule:daily:Cron")]
    [InlineData("MaxParalelParts", "MaxParallelParts")]
    public void An_unknown_key_is_refused_with_the_nearest_known_one(string key, string nearest)
    {
        var problem = Assert.Single(Configured.ProblemsOf((key, "1")), problem => problem.Expected.Contains("not a known key", StringComparison.Ordinal));
        Assert.Equal($"Did you mean {nearest}?", problem.Hint);
    }

    [Fact]
    public void A_value_where_a_section_belongs_is_refused() =>
        Assert.Contains("Daily", Assert.Single(Configured.ProblemsOf(("Retention", "7"))).Expected, StringComparison.Ordinal);

    [Fact]
    public void A_default_schedule_can_be_changed_taken_away_and_joined_by_others()
    {
        var options = Configured.Read(
            ("Schedule:TimeZone", "Europe/Berlin"), ("Schedule:weekly", "off"), ("Schedule:monthly:Cron", "0 3 1 * *"),
            ("Schedule:monthly:MergeWindow", "PT2H"), ("Schedule:daily:Paused", "true"));
        Assert.Equal(["daily", "monthly"], options.Schedules.Select(schedule => schedule.Name));
        Assert.All(options.Schedules, schedule => Assert.Equal("Europe/Berlin", schedule.TimeZone.Id));
        Assert.Equal((QdrantBackup.Schedules.RetentionClass.Monthly, 2), (options.Schedules[1].Class, options.Schedules[1].MergeWindow.Hours));
        Assert.True(options.Schedules[0].Paused);
    }

    [Fact]
    public void An_empty_backup_is_allowed_for_one_schedule_or_for_all_and_by_default_for_none()
    {
        Assert.All(Configured.Read().Schedules, schedule => Assert.False(schedule.AllowEmpty));
        var options = Configured.Read(("Schedule:AllowEmpty", "true"), ("Schedule:weekly:AllowEmpty", "false"));
        Assert.Equal([true, false], options.Schedules.Select(schedule => schedule.AllowEmpty));
    }

    [Fact]
    public void An_api_key_over_plain_http_to_another_machine_is_refused_unless_allowed()
    {
        (string, string?)[] remote = [("Qdrant:Url", "http://qdrant.example:6333"), ("Qdrant:ApiKey", "s3cret-value")];
        var problem = Assert.Single(Configured.ProblemsOf(remote));
        Assert.DoesNotContain("s3cret-value", problem.ToString(), StringComparison.Ordinal);
        Assert.True(Configured.Read([.. remote, ("Qdrant:AllowPlainHttp", "true")]).Qdrant.AllowPlainHttp);
        Assert.NotNull(Configured.Read(("Qdrant:ApiKey", "s3cret-value")).Qdrant.ApiKey);
    }

    [Fact]
    public void One_address_and_a_list_of_nodes_are_not_both_accepted()
    {
        (string, string?)[] nodes = [("Qdrant:Nodes:0:Url", "http://n0:6333"), ("Qdrant:Nodes:1:Url", "http://n1:6333")];
        Assert.Equal(2, Configured.Read(nodes).Qdrant.Nodes.Count);
        Assert.Equal("Qdrant:Url", Assert.Single(Configured.ProblemsOf([.. nodes, ("Qdrant:Url", "http://x:6333")])).Key);
        Assert.Contains("more than once", Assert.Single(Configured.ProblemsOf([.. nodes, ("Qdrant:Nodes:2:Url", "http://n1:6333")])).Expected, StringComparison.Ordinal);
    }

    [Fact]
    public void A_secret_in_an_address_is_refused_and_not_shown()
    {
        var problem = Assert.Single(Configured.ProblemsOf(("Storage:Remote", "https://a.blob.core.windows.net/c?sig=geheim")));
        Assert.DoesNotContain("geheim", problem.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void On_Azure_a_directory_is_no_store()
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection([new("WEBSITE_INSTANCE_ID", "1")])
            .AddConfiguration(Configured.From(Configured.Minimal)).Build();
        Assert.Equal("Storage:Local", Assert.Single(Assert.Throws<ConfigurationException>(() => BackupOptionsReader.Read(configuration)).Problems).Key);
    }

    [Fact]
    public void Plain_names_of_the_environment_are_honoured_and_prefixed_ones_win()
    {
        var environment = Environment(("QDRANT_URL", "http://n:6333"), ("BACKUP_COMPRESSION", "none"), ("BACKUP_PARALLEL_JOBS", "4"), ("BACKUP_NICE_LEVEL", "19"));
        var builder = new ConfigurationBuilder().AddConfiguration(Configured.From(Configured.Minimal)).AddBackupEnvironment(environment);
        var options = BackupOptionsReader.Read(builder.Build());
        Assert.Equal((new Uri("http://n:6333"), ChunkCompression.None, 4, 19), (options.Qdrant.Nodes[0].Url, options.Compression, options.MaxParallelParts, options.NiceLevel));
        builder.AddInMemoryCollection([new("Backup:MaxParallelParts", "2")]);
        Assert.Equal(2, BackupOptionsReader.Read(builder.Build()).MaxParallelParts);
    }

    [Fact]
    public void A_bad_value_of_the_environment_is_named_by_its_variable()
    {
        var builder = new ConfigurationBuilder().AddConfiguration(Configured.From(Configured.Minimal)).AddBackupEnvironment(Environment(("BACKUP_NICE_LEVEL", "99")));
        var problem = Assert.Single(Assert.Throws<ConfigurationException>(() => BackupOptionsReader.Read(builder.Build())).Problems);
        Assert.Equal("environment variable BACKUP_NICE_LEVEL", problem.Origin);
    }

    [Fact]
    public void Api_keys_take_scopes_as_a_list_or_a_text()
    {
        var hash = NewApiKey.HashOf("a");
        var keys = Configured.Read(
            ("ApiKeys:0:Name", "ops"), ("ApiKeys:0:Sha256", hash), ("ApiKeys:0:Scopes", "backup, restore"),
            ("ApiKeys:1:Name", "grafana"), ("ApiKeys:1:Sha256", NewApiKey.HashOf("b")), ("ApiKeys:1:Scopes:0", "read")).ApiKeys;
        Assert.Equal([ApiScopes.Backup | ApiScopes.Restore, ApiScopes.Read], keys.Select(key => key.Scopes));
        Assert.NotEmpty(Configured.ProblemsOf(("ApiKeys:0:Name", "ops"), ("ApiKeys:0:Sha256", hash), ("ApiKeys:0:Scopes", "root")));
        Assert.NotEmpty(Configured.ProblemsOf(("ApiKeys:0:Name", "ops"), ("ApiKeys:0:Sha256", hash)));
        Assert.NotEmpty(Configured.ProblemsOf(("ApiKeys:0:Name", "ops"), ("ApiKeys:0:Scopes", "read")));
    }

    private static IConfigurationRoot Environment(params (string Key, string Value)[] values) =>
        new ConfigurationBuilder().AddInMemoryCollection(values.Select(pair => KeyValuePair.Create(pair.Key, (string?)pair.Value))).Build();
}
