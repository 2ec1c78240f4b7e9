using Microsoft.Extensions.Configuration;
using QdrantBackup.Configuration;
using QdrantBackup.Tests.Keys;

namespace QdrantBackup.Tests.Configuration;

/// <summary>No error carries the value of a secret, and a file that everybody can read is no place for one.</summary>
public sealed class SecretSettingsTests : IDisposable
{
    private const string Secret = "hunter2";
    private const string Sas = $"BlobEndpoint=https://a.blob.core.windows.net/;QueueEndpoint=https://a.queue.core.windows.net/;SharedAccessSignature=sv=2026-01-01&ss=b&sig={Secret}%3D";

    private readonly KeyFiles _files = new();

    public static TheoryData<string> SecretKeys => [.. SettingCatalog.All.Where(s => s.IsSecret).Select(s => s.Key.Replace("*", "0", StringComparison.Ordinal))];

    public static TheoryData<string> AllKeys => [.. SettingCatalog.All.Select(s => s.Key.Replace("*", "0", StringComparison.Ordinal))];

    public void Dispose() => _files.Dispose();

    [Theory]
    [MemberData(nameof(SecretKeys))]
    public void No_problem_and_no_report_shows_the_value_of_a_secret_in_any_form(string key)
    {
        foreach (var value in (string[])[Secret, $"{Secret}\n", $"\u00fc{Secret}", $"http://{Secret}@x", $"{Secret};=;=", Sas])
        {
            ShowsNothing((key, value));
        }

        ShowsNothing(($"{key}:{Secret}", "x"));
    }

    [Theory]
    [MemberData(nameof(AllKeys))]
    public void A_connection_string_or_an_address_with_a_secret_is_shown_nowhere_whatever_key_it_was_given_to(string key)
    {
        string[] values =
        [
            Sas, $"AccountName=a;AccountKey={Secret}", $"https://a.blob.core.windows.net/c?sv=1&sig={Secret}", $"a.blob.core.windows.net/c?sv=1&sig={Secret}",
            $"http://me:{Secret}@host:6333", $"https//me:p@host?sig={Secret}",
        ];
        foreach (var value in values)
        {
            ShowsNothing((key, value));
        }
    }

    [Theory]
    [InlineData("Qdrant:Url", $"me:{Secret}@host:6333")]
    [InlineData("Storage:Second", $"me:{Secret}@host:6333")]
    [InlineData("Encryption:PassphraseFile", $"correct horse {Secret}")]
    [InlineData("Encryption:PrivateKeyPasswordFile", Secret)]
    [InlineData("Encryption:Recipients:0:PassphraseFile", Secret)]
    [InlineData("Encryption:KeyFile", Secret)]
    public void What_stands_in_the_place_of_an_address_or_a_file_is_not_shown_if_it_may_be_a_secret(string key, string value) => ShowsNothing((key, value));

    [Theory]
    [InlineData("qdrant: { apiKey: *hunter2 }")]
    [InlineData("qdrant: { apiKey: &hunter2 }")]
    [InlineData("qdrant: { apiKey: !hunter2 }")]
    [InlineData("qdrant: { apiKey: !hunter2!x y }")]
    [InlineData("qdrant: { apiKey: %hunter2 }")]
    [InlineData("qdrant: { apiKey: @hunter2 }")]
    [InlineData("qdrant: { apiKey: \"hunter2 }")]
    [InlineData("qdrant: { apiKey: \"\\qhunter2\" }")]
    [InlineData("qdrant: { apiKey: [hunter2] }")]
    [InlineData("qdrant:\n    apiKey: hunter2: hunter2")]
    [InlineData("qdrant: apiKey: hunter2")]
    public void An_error_in_a_file_quotes_no_value(string line)
    {
        var failure = Assert.ThrowsAny<UsageException>(() => BackupOptionsReader.Read(Configured.FromFile($"backup:\n  cluster: {{ name: demo }}\n  {line}\n")));
        Assert.DoesNotContain(Secret, failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_secret_that_begins_like_an_alias_is_answered_with_its_line_and_what_to_do()
    {
        var failure = Assert.Throws<UsageException>(() => Configured.FromFile("backup:\n  cluster: { name: demo }\n  qdrant: { apiKey: *hunter2 }\n"));

        Assert.Contains("line 3: a value that begins with * must stand in quotes", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{ \"backup\": { \"qdrant\": { \"apiKey\": hunter2 } } }")]
    [InlineData("{ \"backup\": { \"qdrant\": { \"apiKey\": thunter2 } } }")]
    [InlineData("{ \"backup\": { \"qdrant\": { \"apiKey\": \"\\qhunter2\" } } }")]
    public void An_error_in_a_JSON_file_quotes_no_value(string text) =>
        Assert.DoesNotContain(Secret, Assert.ThrowsAny<UsageException>(() => Configured.FromFile(text, ".json")).ToString(), StringComparison.Ordinal);

    [Theory]
    [InlineData("qdrant: { apiKey: s3cret-value-1 }", "Qdrant:ApiKey")]
    [InlineData("storage: { local: /srv/b, connectionString: a=s3cret-value-1 }", "Storage:ConnectionString")]
    [InlineData("retention: { memoryConnectionString: a=s3cret-value-1 }", "Retention:MemoryConnectionString")]
    public void Secrets_in_a_file_that_everybody_can_read_are_refused_with_the_command_that_mends_it(string line, string key)
    {
        var path = _files.Secret("backup.yaml", $"backup:\n  cluster: {{ name: demo }}\n  {line}\n", UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        var problem = Assert.Single(ConfigurationReport.Create(FromFile(path)).Problems, p => p.Expected.Contains("every user", StringComparison.Ordinal));

        Assert.Equal((key, "***"), (problem.Key, problem.Value));
        Assert.Contains($"chmod o= '{path}'", problem.Hint, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", problem.ToString(), StringComparison.Ordinal);

        // By the group it may be read.
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        Assert.DoesNotContain(ConfigurationReport.Create(FromFile(path)).Problems, p => p.Expected.Contains("every user", StringComparison.Ordinal));
    }

    [Fact]
    public void A_secret_in_an_open_file_is_refused_also_where_the_environment_gives_another_and_through_a_link()
    {
        var path = _files.Secret("real.yaml", "backup:\n  cluster: { name: demo }\n  storage: { local: /srv/b }\n  qdrant: { apiKey: s3cret-value-1 }\n", UnixFileMode.OtherRead);
        var link = _files.Path("backup.yaml");
        File.CreateSymbolicLink(link, path);
        var configuration = new ConfigurationBuilder().AddBackupFile(link).AddInMemoryCollection([new("Backup:Qdrant:ApiKey", "another")]).Build();

        Assert.Contains("every user", Assert.Throws<ConfigurationException>(() => BackupOptionsReader.Read(configuration)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_JSON_file_of_the_host_is_looked_at_too()
    {
        var path = _files.Secret("appsettings.json", """{ "Backup": { "Cluster": { "Name": "demo" }, "Storage": { "Local": "/srv/b" }, "Qdrant": { "ApiKey": "s3cret-value-1" } } }""", UnixFileMode.OtherRead);

        Assert.Contains("every user", Assert.Throws<ConfigurationException>(() => BackupOptionsReader.Read(new ConfigurationBuilder().AddJsonFile(path).Build())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_without_secrets_may_be_read_by_everybody()
    {
        var hash = new string('a', 64);
        var path = _files.Secret(
            "backup.yaml",
            $"backup:\n  cluster: {{ name: demo }}\n  storage: {{ local: /srv/b }}\n  qdrant: {{ apiKey: '' }}\n  apiKeys: [ {{ name: a, sha256: {hash}, scopes: [read] }} ]\n",
            UnixFileMode.GroupRead | UnixFileMode.OtherRead);

        Assert.Equal("demo", BackupOptionsReader.Read(FromFile(path)).ClusterName);
    }

    private static IConfigurationRoot FromFile(string path) => new ConfigurationBuilder().AddBackupFile(path).Build();

    private static void ShowsNothing((string Key, string? Value) given)
    {
        var configuration = Configured.From([.. Configured.Minimal.Where(item => item.Key != given.Key), given]);
        var report = ConfigurationReport.Create(configuration);
        Assert.DoesNotContain(report.Entries, entry => entry.ToString().Contains(Secret, StringComparison.Ordinal));
        Assert.DoesNotContain(report.Problems, problem => problem.ToString().Contains(Secret, StringComparison.Ordinal));
        Assert.DoesNotContain(report.Warnings, warning => warning.Contains(Secret, StringComparison.Ordinal));
    }
}
