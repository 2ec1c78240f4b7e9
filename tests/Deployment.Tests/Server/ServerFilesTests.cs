using System.Globalization;
using System.Text.RegularExpressions;
using QdrantBackup.Configuration;
using QdrantBackup.Harness;
using QdrantBackup.Tests;

namespace QdrantBackup.Deployment.Tests.Server;

/// <summary>Unit, cron entry and scripts, as the tools that read them see them.</summary>
public sealed partial class ServerFilesTests
{
    private const double MaxExposure = 1.5;
    private static readonly string Folder = Repository.Path("src", "QdrantBackup.Cli", "Server");
    private static readonly string Unit = Path.Combine(Folder, "qdrant-backup.service");

    [Fact]
    public async Task The_unit_is_one_that_systemd_takes()
    {
        using var folder = new TempFolder("unit");
        var checkedUnit = folder.File("qdrant-backup.service");
        await File.WriteAllTextAsync(checkedUnit, (await File.ReadAllTextAsync(Unit)).Replace("/opt/qdrant-backup/qdrant-backup ", "/bin/true ", StringComparison.Ordinal));

        var result = await Installation.ProgramAsync(["systemd-analyze", "verify", "--man=no", checkedUnit]);

        Assert.Equal((0, ""), (result.ExitCode, Ours(result.Errors)));
    }

    [Fact]
    public async Task The_unit_exposes_less_than_the_bound()
    {
        var result = await Installation.ProgramAsync(["systemd-analyze", "security", "--offline=true", "--no-pager", Unit]);

        var exposure = Exposure().Match(result.Results);
        Assert.True(exposure.Success, result.Results + result.Errors);
        Assert.InRange(double.Parse(exposure.Groups[1].Value, CultureInfo.InvariantCulture), 0, MaxExposure);
    }

    [Theory]
    [InlineData("User", "qdrant-backup")]
    [InlineData("Group", "qdrant-backup")]
    [InlineData("RuntimeDirectory", "qdrant-backup")]
    [InlineData("RuntimeDirectoryMode", "0750")]
    [InlineData("UMask", "0077")]
    [InlineData("NoNewPrivileges", "yes")]
    [InlineData("PrivateTmp", "yes")]
    [InlineData("ProtectSystem", "strict")]
    [InlineData("ProtectHome", "yes")]
    [InlineData("ReadWritePaths", "-/opt/qdrant/backups")]
    [InlineData("StateDirectory", "qdrant-backup")]
    [InlineData("CapabilityBoundingSet", "")]
    [InlineData("LimitCORE", "0")]
    [InlineData("MemoryMax", "1G")]
    [InlineData("CPUWeight", "20")]
    [InlineData("IOWeight", "20")]
    public void The_unit_says_what_the_documents_promise(string key, string value) => Assert.Equal(value, SystemdUnit.Read(Unit)[key]);

    [Fact]
    public void The_cron_entry_states_the_schedules_that_the_app_has_by_default()
    {
        var options = BackupOptionsReader.Read(new Microsoft.Extensions.Configuration.ConfigurationBuilder().AddBackupSources(Path.Combine(Folder, "backup.yaml")).Build());
        var entries = File.ReadLines(Path.Combine(Folder, "qdrant-backup.cron")).Where(line => char.IsAsciiDigit(line.FirstOrDefault())).Select(line => CronEntry().Match(line)).ToList();

        Assert.All(entries, entry => Assert.Equal(("qdrant-backup", "/opt/qdrant-backup/scripts/backup.sh"), (entry.Groups["user"].Value, entry.Groups["command"].Value)));
        Assert.Equal(options.Schedules.Select(s => s.Cron.ToString()).Order(StringComparer.Ordinal), entries.Select(entry => entry.Groups["when"].Value).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Root_is_sent_only_to_scripts_below_the_folder_that_is_roots()
    {
        string[] files = [.. Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories).Where(file => !file.EndsWith("install.sh", StringComparison.Ordinal)), .. Repository.Files("*.md", "docs").Append("README.md").Select(file => Repository.Path(file))];

        Assert.Empty(from file in files
                     from line in File.ReadLines(file)
                     where line.Contains("/opt/qdrant/scripts/", StringComparison.Ordinal) && (line.Contains("sudo ", StringComparison.Ordinal) || line.Contains("* *", StringComparison.Ordinal))
                     select $"{file}: {line}");
    }

    [Fact]
    public async Task The_scripts_are_ones_that_shellcheck_finds_nothing_in()
    {
        var scripts = Directory.EnumerateFiles(Folder, "*.sh", SearchOption.AllDirectories).ToList();
        Assert.True(scripts.Count >= 6, "too few scripts to mean anything");

        var result = await Installation.ProgramAsync(["shellcheck", .. scripts, Repository.Path("dev")]);

        Assert.Equal((0, ""), (result.ExitCode, result.Results + result.Errors));
        Assert.All(scripts, script => Assert.True(File.GetUnixFileMode(script).HasFlag(UnixFileMode.UserExecute), $"{script} is not executable"));
    }

    // The machine's own units, which systemd-analyze reads along, are not ours to judge.
    private static string Ours(string messages) => string.Join('\n', messages.Split('\n').Where(line => line.Contains("qdrant-backup", StringComparison.Ordinal)));

    [GeneratedRegex(@"Overall exposure level for qdrant-backup\.service: ([\d.]+)")]
    private static partial Regex Exposure();

    [GeneratedRegex(@"^(?<when>\S+ \S+ \S+ \S+ \S+) (?<user>\S+) (?<command>\S+) >> /var/log/citadel/backup\.log 2>&1$")]
    private static partial Regex CronEntry();
}
