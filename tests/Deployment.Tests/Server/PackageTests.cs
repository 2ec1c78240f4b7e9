using QdrantBackup.Harness;
using QdrantBackup.Tests;

namespace QdrantBackup.Deployment.Tests.Server;

/// <summary>The package for a server at work: installed into an empty directory, run as its unit says, used through its scripts.</summary>
public sealed class PackageTests(ServerPackage package) : IClassFixture<ServerPackage>
{
    private const string Collection = "late-interaction";

    [Fact]
    public void The_package_carries_its_own_runtime_and_nothing_of_the_Functions_host()
    {
        Assert.True(File.Exists(Path.Combine(package.Folder, "libcoreclr.so")), "no runtime");
        Assert.True(File.Exists(Path.Combine(package.Folder, "Microsoft.AspNetCore.dll")), "no ASP.NET Core");
        Assert.DoesNotContain(Directory.EnumerateFiles(package.Folder), file => Path.GetFileName(file) is "QdrantBackup.App" or "local.settings.json" || file.EndsWith(".xml", StringComparison.Ordinal));
    }

    [Fact]
    public void The_package_carries_every_page_that_a_message_or_a_server_file_names()
    {
        var named = Repository.Files("*.cs", "src").Concat(Repository.Files("*", "src/QdrantBackup.Cli/Server"))
            .SelectMany(file => System.Text.RegularExpressions.Regex.Matches(File.ReadAllText(Repository.Path(file)), "docs/[a-z/-]+[.]md").Select(page => page.Value))
            .Where(page => !page.StartsWith("docs/decisions/", StringComparison.Ordinal)).ToHashSet(StringComparer.Ordinal);

        Assert.Superset(new HashSet<string>(StringComparer.Ordinal) { "docs/keys.md", "docs/configuration.md" }, named);
        Assert.All(named, page => Assert.True(File.Exists(Path.Combine(package.Folder, page)), page));
    }

    [Fact]
    public async Task The_service_runs_as_an_unprivileged_user_and_the_scripts_back_up_verify_and_restore()
    {
        await using var server = await InstalledServer.InstallAsync(package, Collection);
        await server.DoneAsync("run.sh", "key", "init");
        await server.DoneAsync("run.sh", "config", "check", "--connect");
        await using var service = await server.StartServiceAsync();
        Assert.DoesNotContain(InstalledServer.UserIdsOf(service), id => id == 0 && InstalledServer.IsRoot);

        var backup = await server.DoneAsync("backup.sh");
        Assert.Matches("backup [0-9TZ]+-[0-9a-z]{6}: complete", backup);
        await server.DoneAsync("backup-verify.sh");
        await server.DoneAsync("recovery.sh", "--full", "--suffix", "-restored");

        Assert.Contains($"{Collection}-restored", server.Qdrant.Collections);
        var kept = await server.OwnersAsync("/opt/qdrant/backups");
        Assert.Contains(kept, file => file.File.StartsWith("manifests/", StringComparison.Ordinal));
        Assert.All([.. kept, .. await server.OwnersAsync("/var/lib/qdrant-backup"), .. await server.OwnersAsync("/opt/qdrant/config")], file => Assert.Equal(InstalledServer.User, file.Owner));
    }

    [Fact]
    public async Task A_dry_run_shows_the_plan_and_changes_nothing()
    {
        await using var server = await InstalledServer.InstallAsync(package, Collection);
        await server.DoneAsync("run.sh", "key", "init");
        var before = await server.OwnersAsync("/opt/qdrant/backups");

        Assert.Contains(Collection, await server.DoneAsync("backup.sh", "--dry-run"), StringComparison.Ordinal);

        Assert.Equal(before, await server.OwnersAsync("/opt/qdrant/backups"));
        Assert.DoesNotContain(server.Qdrant.Requests, request => request.Method is "PUT" or "DELETE" || request.Path.Contains("snapshots", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Installing_again_replaces_the_program_keeps_the_one_before_and_what_is_configured()
    {
        await using var server = await InstalledServer.InstallAsync(package);
        var configured = await File.ReadAllTextAsync(server.At("/opt/qdrant/config/backup.yaml"));
        await File.WriteAllTextAsync(server.At("/opt/qdrant-backup/of-the-release-before"), "");

        await server.InstallerAsync(package, "--cron");

        Assert.False(File.Exists(server.At("/opt/qdrant-backup/of-the-release-before")));
        Assert.True(File.Exists(server.At("/opt/qdrant-backup.previous/of-the-release-before")));
        Assert.Equal(configured, await File.ReadAllTextAsync(server.At("/opt/qdrant/config/backup.yaml")));
        Assert.Contains($" {InstalledServer.User} /opt/qdrant-backup/scripts/backup.sh", await File.ReadAllTextAsync(server.At("/etc/cron.d/qdrant-backup")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Folders_that_others_use_too_stay_as_they_are()
    {
        const UnixFileMode Others = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherExecute;
        using var root = new TempFolder("shared");
        var shared = new[] { "opt/qdrant", "opt/qdrant/config", "var/log/citadel" }.Select(folder => root.File(folder)).ToList();
        shared.ForEach(folder => Directory.CreateDirectory(folder));
        shared.ForEach(folder => File.SetUnixFileMode(folder, Others));

        var installed = await Installation.ProgramAsync([Path.Combine(package.Server, "install.sh"), "--root", root.Path, "--user", InstalledServer.User]);

        Assert.True(installed.ExitCode == 0, installed.Errors);
        Assert.All(shared, folder => Assert.Equal(Others, File.GetUnixFileMode(folder)));
        Assert.True(File.Exists(root.File("opt/qdrant/config/backup.yaml")));
    }

    [Fact]
    public async Task Whoever_may_not_use_the_installation_is_told_whom_to_ask()
    {
        await using var server = await InstalledServer.InstallAsync(package);
        string[] asNobodyElse = InstalledServer.IsRoot ? ["setpriv", "--reuid", "daemon", "--regid", "daemon", "--clear-groups", "--"] : [];
        if (!InstalledServer.IsRoot)
        {
            File.SetUnixFileMode(server.At("/var/lib/qdrant-backup"), UnixFileMode.UserRead);
        }

        var result = await Installation.ProgramAsync([.. asNobodyElse, server.At("/opt/qdrant/scripts/backup.sh")]);

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("may not use", result.Errors, StringComparison.Ordinal);
        Assert.Contains($"user {InstalledServer.User}, or with sudo", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Scripts_are_links_to_those_below_the_program_and_root_writes_nothing_through_a_users_link()
    {
        await using var server = await InstalledServer.InstallAsync(package);
        Assert.All(Directory.EnumerateFiles(server.At("/opt/qdrant/scripts")), script => Assert.Equal($"../../qdrant-backup/scripts/{Path.GetFileName(script)}", new FileInfo(script).LinkTarget));
        Assert.Equal(server.At("/opt/qdrant-backup/server/scripts/run.sh"), new FileInfo(server.At("/usr/local/bin/qdrant-backup")).ResolveLinkTarget(returnFinalTarget: true)?.FullName.Replace("/opt/qdrant-backup/scripts/", "/opt/qdrant-backup/server/scripts/", StringComparison.Ordinal));

        // The folder is the user's: it may be replaced by a link to where only root may write.
        using var elsewhere = new TempFolder("elsewhere");
        File.SetUnixFileMode(elsewhere.Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Directory.Delete(server.At("/opt/qdrant/scripts"), recursive: true);
        File.CreateSymbolicLink(server.At("/opt/qdrant/scripts"), elsewhere.Path);
        if (InstalledServer.IsRoot)
        {
            await Installation.ProgramAsync(["chown", "-h", $"{InstalledServer.User}:", server.At("/opt/qdrant"), server.At("/opt/qdrant/scripts")]);
            await Installation.ProgramAsync([Path.Combine(package.Server, "install.sh"), "--root", server.Root, "--user", InstalledServer.User]);
            Assert.Empty(Directory.EnumerateFileSystemEntries(elsewhere.Path));
        }
    }

    [Fact]
    public async Task A_member_of_the_users_group_works_through_the_service_and_nobody_else_does()
    {
        await using var server = await InstalledServer.InstallAsync(package, Collection);
        await server.DoneAsync("run.sh", "key", "init");
        await using var service = await server.StartServiceAsync();

        var member = await server.ScriptOfAsync(InstalledServer.UsersGroup, "backup.sh");
        Assert.True(member.ExitCode == 0, member.Errors + member.Results);
        Assert.Matches("backup [0-9TZ]+-[0-9a-z]{6}: complete", member.Results);
        Assert.Empty(await server.ReadableToAsync(InstalledServer.UsersGroup));
        if (InstalledServer.IsRoot)
        {
            var stranger = await server.ScriptOfAsync("daemon", "backup.sh");
            Assert.Equal(2, stranger.ExitCode);
            Assert.Contains("qdrant-backup-users", stranger.Errors, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_container_file_takes_what_is_in_the_package_and_runs_it_as_the_unit_does_without_rights()
    {
        var lines = File.ReadLines(Path.Combine(package.Server, "Containerfile")).Where(line => line.Length > 0 && line[0] != '#').ToList();
        var unit = SystemdUnit.Read(Repository.Path("src", "QdrantBackup.Cli", "Server", "qdrant-backup.service"));

        // By digest, without a value by default: a build that names none is refused.
        Assert.Equal(["ARG BASE_DIGEST", "FROM mcr.microsoft.com/dotnet/runtime-deps@${BASE_DIGEST}"], lines.Take(2));
        Assert.Contains("COPY --chown=0:0 . /opt/qdrant-backup/", lines);
        Assert.Matches(@"^USER [1-9]\d*$", Assert.Single(lines, line => line.StartsWith("USER ", StringComparison.Ordinal)));
        Assert.Contains($"ENTRYPOINT [\"{unit.Command[0]}\"]", lines);
        Assert.Contains($"CMD [{string.Join(", ", unit.Command.Skip(1).Select(argument => $"\"{argument}\""))}]", lines);
    }
}
