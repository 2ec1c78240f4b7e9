using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using QdrantBackup.Harness;
using QdrantBackup.Tests;
using QdrantStandIn;
using Fixtures = QdrantBackup.Harness.Fixtures;

namespace QdrantBackup.Integration.Tests.EndToEnd;

/// <summary>The blocks of shell in README and pages run as a new user would run them: in order, in one shell, in an empty home, beside a Qdrant.</summary>
public sealed partial class DocumentedBlocksTests
{
    // Lines that are not run here, and why. Blocks for Azure, containers, systemd and keys in vaults are not run; their commands are parsed by another test.
    private static readonly (string Line, string Why)[] NotRun =
    [
        ("./dev ", "builds, or runs this very test"),
        ("verify --all --second", "needs a second store"),
        ("delete ID", "the only backup is needed by the lines after it"),
        ("undelete ID", "nothing was ended"),
    ];

    [Fact]
    public async Task The_blocks_of_README_and_of_the_pages_for_daily_work_do_what_they_promise()
    {
        using var home = new TempFolder("home");
        await using var qdrant = await StandInServer.StartAsync(new StandInOptions { SnapshotTime = TimeSpan.FromMilliseconds(20) });
        qdrant.SetCollection("docs", Path.Combine(Fixtures.Snapshots, "late-interaction.snapshot"));
        var port = FreePort();
        Directory.CreateDirectory(home.File("bin"));
        File.WriteAllText(home.File("bin", "qdrant-backup"), $"#!/bin/sh\nexec dotnet '{Path.Combine(AppContext.BaseDirectory, "qdrant-backup.dll")}' \"$@\"\n");
        File.SetUnixFileMode(home.File("bin", "qdrant-backup"), UnixFileMode.UserRead | UnixFileMode.UserExecute);

        var script = string.Join('\n', (string[])
            [
                "curl() { command curl --fail-with-body --silent --show-error \"$@\"; }",
                "trap 'kill $(jobs -p) 2>/dev/null || true' EXIT",
                .. Blocks("README.md"), UntilNothingRuns, .. Blocks("docs/restore.md").Take(1), .. Blocks("docs/verification.md").Take(1), .. Blocks("docs/retention.md").Take(1),
            ])
            .Replace("http://127.0.0.1:6333", qdrant.Address.ToString().TrimEnd('/'), StringComparison.Ordinal)
            .Replace("http://localhost:8000", $"http://127.0.0.1:{port}", StringComparison.Ordinal);
        var environment = new Dictionary<string, string>
        {
            ["HOME"] = home.Path, ["XDG_STATE_HOME"] = home.File(".local", "state"), ["PATH"] = $"{home.File("bin")}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:{Path.GetDirectoryName(Environment.ProcessPath)}", ["LocalFunctions__Urls"] = $"http://127.0.0.1:{port}",
        };
        var result = await Installation.ProgramAsync(["bash", "-eux", "-o", "pipefail", "-c", script], environment, home.Path);

        Assert.True(result.ExitCode == 0, $"{result.Errors}\n{result.Results}");
        Assert.Superset(new HashSet<string> { "docs-restored", "docs-by-api", "docs-again" }, qdrant.Collections.ToHashSet());
    }

    // What was asked for over HTTP goes on by itself.
    private const string UntilNothingRuns = "for _ in $(seq 100); do qdrant-backup runs | grep -qE '(pending|running|waiting)' || break; done";

    private static IEnumerable<string> Blocks(string page) =>
        Block().Matches(File.ReadAllText(Repository.Path(page))).Select(block => string.Join('\n', block.Groups["text"].Value.Split('\n').Where(line => !Array.Exists(NotRun, not => line.Contains(not.Line, StringComparison.Ordinal))).Select(Runnable)));

    // A server runs beside what follows; ids that stand for any are those of the newest backup; a collection that a page restores twice is made under another name.
    private static string Runnable(string line) => line.StartsWith("qdrant-backup serve", StringComparison.Ordinal)
        ? "qdrant-backup serve > serve.log 2>&1 &\nfor _ in $(seq 600); do [ -e .local/state/qdrant-backup/local.key ] && curl \"$LocalFunctions__Urls/ready\" >/dev/null 2>&1 && break; sleep 0.1; done"
        : PlaceholderId().Replace(line, "latest").Replace("--full --dry-run", "--full --suffix -plan --dry-run", StringComparison.Ordinal).Replace("restore --latest --collection docs --suffix -restored    #", "restore --latest --collection docs --suffix -again    #", StringComparison.Ordinal);

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    [GeneratedRegex("^```sh\n(?<text>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Block();

    [GeneratedRegex("(?<= )(ID|20261124T020000Z-4k7x2m)(?= |$)", RegexOptions.ExplicitCapture)]
    private static partial Regex PlaceholderId();
}
