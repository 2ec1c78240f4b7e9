using System.Globalization;
using LocalFunctions.Hosting;
using QdrantBackup.Harness;
using QdrantStandIn;
using Fixtures = QdrantBackup.Harness.Fixtures;

namespace QdrantBackup.Deployment.Tests.Server;

/// <summary>
/// The package, installed below an empty directory by its own installer, beside a stand-in of Qdrant. Everything of it runs as an unprivileged user:
/// as root's tests can, as nobody; else as who runs the tests.
/// </summary>
public sealed class InstalledServer : IAsyncDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromMinutes(2);
    private readonly TempFolder _root = new("root");

    private InstalledServer(StandInServer qdrant) => Qdrant = qdrant;

    public static bool IsRoot { get; } = Environment.IsPrivilegedProcess;

    /// <summary>Who the backups belong to.</summary>
    public static string User { get; } = IsRoot ? "nobody" : Environment.UserName;

    /// <summary>The group whose members work through the service; of the tests' own user where that is not root.</summary>
    public static string UsersGroup { get; } = IsRoot ? "users" : "";

    public StandInServer Qdrant { get; }

    public string Root => _root.Path;

    /// <summary>Installs the package and points its configuration to the stand-in.</summary>
    public static async Task<InstalledServer> InstallAsync(ServerPackage package, params string[] collections)
    {
        var qdrant = await StandInServer.StartAsync(new StandInOptions { SnapshotTime = TimeSpan.FromMilliseconds(20) });
        foreach (var name in collections)
        {
            qdrant.SetCollection(name, Path.Combine(Fixtures.Snapshots, $"{name}.snapshot"));
        }

        var server = new InstalledServer(qdrant);
        await server.InstallerAsync(package);
        var config = server.At("/opt/qdrant/config/backup.yaml");
        var sample = await File.ReadAllTextAsync(config);
        await File.WriteAllTextAsync(config, sample
            .Replace("http://127.0.0.1:6333", qdrant.Address.ToString(), StringComparison.Ordinal)
            .Replace(" /opt/", $" {server.Root}/opt/", StringComparison.Ordinal));
        return server;
    }

    /// <summary>Runs the package's installer.</summary>
    public async Task<CommandResult> InstallerAsync(ServerPackage package, params string[] options)
    {
        var result = await Installation.ProgramAsync([Path.Combine(package.Server, "install.sh"), "--root", Root, "--user", User, .. options]);
        return result.ExitCode == 0 ? result : throw new InvalidOperationException(result.Results + result.Errors);
    }

    /// <summary>Where a path of the installation lies.</summary>
    public string At(string path) => Root + path;

    /// <summary>Runs one of the scripts as the tests' own user: root drops to the backups' owner by itself.</summary>
    public Task<CommandResult> ScriptAsync(string name, params string[] arguments) => Installation.ProgramAsync([At($"/opt/qdrant/scripts/{name}"), .. arguments]);

    /// <summary>Runs one of the scripts that has to end well.</summary>
    public async Task<string> DoneAsync(string name, params string[] arguments)
    {
        var result = await ScriptAsync(name, arguments);
        Assert.True(result.ExitCode == 0, $"{name}: exit code {result.ExitCode}\n{result.Errors}{result.Results}");
        return result.Results;
    }

    /// <summary>Runs the unit's command line as systemd would: as its user, in its folder, with its environment; listening on a free port.</summary>
    public async Task<ChildProcess> StartServiceAsync()
    {
        var unit = SystemdUnit.Read(At("/etc/systemd/system/qdrant-backup.service"));
        Assert.Equal(User, unit["User"]);
        string[] asUser = IsRoot ? ["setpriv", "--reuid", unit["User"], "--regid", unit["Group"], "--clear-groups", "--no-new-privs", "--"] : [];
        var environment = unit.Environment.ToDictionary(pair => pair.Key, pair => Placed(pair.Value), StringComparer.Ordinal);
        environment["LocalFunctions__Urls"] = "http://127.0.0.1:0";
        await MakeRuntimeDirectoryAsync(unit);
        var process = ChildProcess.StartProgram([.. asUser, .. unit.Command.Select(Placed)], environment, At(unit["WorkingDirectory"]));
        await Waiting.UntilAsync("the service to listen", () =>
        {
            Assert.False(process.HasExited, process.Output);
            return RunningServer.TryFind(At("/var/lib/qdrant-backup")) is { Addresses: [_, ..] };
        }, StartTimeout);
        return process;
    }

    /// <summary>Runs one of the scripts as a user who owns nothing of the installation and has this one group.</summary>
    public Task<CommandResult> ScriptOfAsync(string group, string name, params string[] arguments) =>
        Installation.ProgramAsync([.. AsMemberOf(group), At($"/opt/qdrant/scripts/{name}"), .. arguments]);

    /// <summary>The files of configuration, state and store that such a user can read.</summary>
    public async Task<IReadOnlyList<string>> ReadableToAsync(string group)
    {
        if (!IsRoot)
        {
            return [];
        }

        var found = await Installation.ProgramAsync([.. AsMemberOf(group), "find", At("/opt/qdrant/config"), At("/opt/qdrant/backups"), At("/var/lib/qdrant-backup"), "-type", "f", "-readable"]);
        return found.Results.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private static string[] AsMemberOf(string group) => IsRoot ? ["setpriv", "--reuid", "daemon", "--regid", "daemon", "--groups", group, "--"] : [];

    // As systemd does by RuntimeDirectory and ExecStartPre; the group of the tests stands for qdrant-backup-users.
    private async Task MakeRuntimeDirectoryAsync(SystemdUnit unit)
    {
        var directory = At($"/run/{unit["RuntimeDirectory"]}");
        Directory.CreateDirectory(directory);
        if (IsRoot)
        {
            Assert.Contains("chgrp qdrant-backup-users /run/qdrant-backup && chmod 2750 /run/qdrant-backup", unit["ExecStartPre"], StringComparison.Ordinal);
            await Installation.ProgramAsync(["chown", $"{unit["User"]}:{UsersGroup}", directory]);
            await Installation.ProgramAsync(["chmod", "2750", directory]);
        }
    }

    /// <summary>The user ids that a process runs with: real, effective, saved, of the file system.</summary>
    public static IEnumerable<uint> UserIdsOf(ChildProcess process) =>
        File.ReadLines($"/proc/{process.Id}/status").First(line => line.StartsWith("Uid:", StringComparison.Ordinal))
            .Split('\t', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(id => uint.Parse(id, CultureInfo.InvariantCulture));

    /// <summary>Every file below a folder of the installation, with its owner.</summary>
    public async Task<IReadOnlyList<(string Owner, string File)>> OwnersAsync(string path)
    {
        var found = await Installation.ProgramAsync(["find", At(path), "-type", "f", "-printf", "%u %P\n"]);
        return [.. found.Results.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ', 2)).Select(pair => (pair[0], pair[1]))];
    }

    public async ValueTask DisposeAsync()
    {
        await Qdrant.DisposeAsync();
        _root.Dispose();
    }

    private string Placed(string argument) => argument.StartsWith('/') ? At(argument) : argument;
}
