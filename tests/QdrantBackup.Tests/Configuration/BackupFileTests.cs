using QdrantBackup.Configuration;
using QdrantBackup.Damages;

namespace QdrantBackup.Tests.Configuration;

public sealed class BackupFileTests
{
    private const string Specification = """
        backup:
          schedule:
            daily: "0 2 * * *"
            weekly: "0 1 * * 0"
          retention:
            daily: 7
            weekly: 4
            monthly: 12
          storage:
            local: "/opt/qdrant/backups/"
            remote: "rsync://backup-server/qdrant/"
          compression: true
          encryption: true
          verification: true
        """;

    [Fact]
    public void The_file_of_the_specification_loads_but_for_its_rsync_line_and_the_name()
    {
        var configuration = Configured.FromFile(Specification);
        var problems = ConfigurationReport.Create(configuration).Problems;
        Assert.Equal(["Cluster:Name", "Storage:Remote"], problems.Select(problem => problem.Key));
        Assert.EndsWith("line 11", problems[1].Origin, StringComparison.Ordinal);
        Assert.Contains("remote: \"https://", problems[1].Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void With_the_line_put_in_its_place_it_loads_and_says_where_backups_go()
    {
        var text = Specification.Replace("rsync://backup-server/qdrant/", "https://acct.blob.core.windows.net/qdrant", StringComparison.Ordinal) + "\n  cluster: { name: demo }\n";
        var options = BackupOptionsReader.Read(Configured.FromFile(text));
        Assert.Equal("qdrant", options.Storage.Container);
        Assert.Equal("/opt/qdrant/backups/", options.Storage.Second?.Local);
        Assert.Equal(VerifyLevel.Readable, options.Verification.AfterBackup);
        Assert.DoesNotContain(options.Warnings, warning => warning.Contains("Retention", StringComparison.Ordinal));
    }

    [Fact]
    public void Json_means_the_same_and_knows_its_lines()
    {
        const string Json = """
            { "backup": {
              "cluster": { "name": "demo" }, // a comment
              "storage": { "local": "/srv/b" },
              "encryption": { "recipients": ["/keys/a", "/keys/b"] },
              "retention": { "daily": "lots" }
            } }
            """;
        var problem = Assert.Single(ConfigurationReport.Create(Configured.FromFile(Json, ".json")).Problems);
        Assert.EndsWith("line 5", problem.Origin, StringComparison.Ordinal);
        var options = BackupOptionsReader.Read(Configured.FromFile(Json.Replace("\"lots\"", "9", StringComparison.Ordinal), ".json"));
        Assert.Equal(9, options.Retention.Policy.Daily);
        Assert.Equal([EncryptionOptions.DefaultKeyFile, "/keys/a", "/keys/b"], options.Encryption.Recipients.Cast<KeyFileOptions>().Select(file => file.Path));
    }

    [Theory]
    [InlineData("backup: [", ".yaml")]
    [InlineData("backup:\n  a: 1\n  a: 2", ".yaml")]
    [InlineData("bakcup:\n  a: 1", ".yaml")]
    [InlineData("just text", ".yaml")]
    [InlineData("backup: {}\n---\nbackup: {}", ".yaml")]
    [InlineData("{ \"backup\": ", ".json")]
    [InlineData("[]", ".json")]
    [InlineData("{} {}", ".json")]
    public void A_file_that_is_no_configuration_is_refused_with_its_name(string text, string extension)
    {
        var error = Assert.ThrowsAny<Exception>(() => Configured.FromFile(text, extension));
        Assert.Contains(extension, Assert.IsAssignableFrom<UsageException>(error).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Aliases_cannot_unfold_without_bound()
    {
        var text = "backup:\n  a: &a [x,x,x,x,x,x,x,x,x,x]\n" + string.Concat(
            Enumerable.Range(1, 6).Select(i => $"  {(char)('a' + i)}: &{(char)('a' + i)} [{string.Join(',', Enumerable.Repeat($"*{(char)('a' + i - 1)}", 10))}]\n"));
        Assert.Contains("more than", Assert.Throws<UsageException>(() => Configured.FromFile(text)).Message, StringComparison.Ordinal);
    }

    /// <summary>Texts that would overflow the stack, or unfold without end; each names its line.</summary>
    public static TheoryData<string, string, string> Monsters { get; } = new()
    {
        { "backup:\n  a: " + new string('[', 100_000), ".yaml", "line 2" },
        { "backup:\n  a: " + string.Concat(Enumerable.Repeat("{a: ", 50_000)), ".yaml", "line 2" },
        { "backup:\n" + string.Concat(Enumerable.Range(0, 700).Select(i => new string(' ', i) + "a:\n")), ".yaml", "nested too deep" },
        { "backup:\n  " + string.Concat(Enumerable.Repeat("- ", 100_000)), ".yaml", "line 2" },
        { "backup:\n  ? " + new string('[', 100_000), ".yaml", "line 2" },
        { "backup:\n  a: &a [*a]", ".yaml", "nested too deep" },
        { "backup:\n  a: &a [1, {? *a : x}, {? *a : y}]", ".yaml", "a key must be a plain name" },
        { "backup:\n  a: &a []\n" + string.Concat(Enumerable.Range(1, 12).Select(i => $"  a{i}: &a{i} [{string.Join(',', Enumerable.Repeat(i == 1 ? "*a" : $"*a{i - 1}", 10))}]\n")), ".yaml", "more than" },
        { "backup:\n  a: [" + string.Concat(Enumerable.Repeat("x,", 200_000)) + "]", ".yaml", "more than" },
        { "backup: " + new string('x', 1 << 21), ".yaml", "more than 1048576 bytes" },
        { "{\"backup\":\n" + string.Concat(Enumerable.Repeat("{\"a\":", 100_000)), ".json", "line 2" },
        { "{\"backup\":\n" + new string('[', 200_000), ".json", "line 2" },
    };

    [Theory]
    [MemberData(nameof(Monsters))]
    public void A_file_that_is_nested_or_unfolds_without_end_is_refused_with_its_line(string text, string extension, string said)
    {
        var error = Assert.Throws<UsageException>(() => Configured.FromFile(text, extension));
        Assert.Contains(said, error.Message, StringComparison.Ordinal);
        Assert.NotEmpty(error.Hint);
    }

    [Fact]
    public void A_file_without_end_is_not_read_to_its_end()
    {
        Assert.Contains("more than", Assert.Throws<UsageException>(() => BackupFile.Read("/dev/zero")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_alias_stands_for_what_its_anchor_holds()
    {
        var configured = Configured.FromFile("backup:\n  a: &a { b: 1 }\n  c: *a\n");
        Assert.Equal("1", configured["Backup:c:b"]);
    }

    [Fact]
    public void A_missing_file_is_named() =>
        Assert.Contains("/nowhere/backup.yaml", Assert.Throws<UsageException>(() => BackupFile.Read("/nowhere/backup.yaml")).Message, StringComparison.Ordinal);
}
