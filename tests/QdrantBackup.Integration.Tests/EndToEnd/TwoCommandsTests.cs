using QdrantBackup.Harness;
using QdrantBackup.Tests;

namespace QdrantBackup.Integration.Tests.EndToEnd;

/// <summary>Two commands on one state directory at the same time: the second finds the first, and neither breaks the other.</summary>
public sealed class TwoCommandsTests
{
    private const string Collection = "late-interaction";
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(120);

    [Fact]
    public async Task Commands_that_start_at_one_moment_all_do_their_work()
    {
        await using var site = await Site.StartAsync([Collection]);
        await site.BackUpAsync();

        string[][] commands = [["backup"], ["backup"], ["list"], ["verify"], ["runs"]];
        var ends = await Task.WhenAll(commands.Select(command => site.RunAsync(command)));

        Assert.All(ends, end => Assert.True(end.ExitCode == 0, end.Errors + end.Results));
    }

    [Fact]
    public async Task A_command_waits_for_a_run_that_another_command_began_in_its_process()
    {
        await using var site = await Site.StartAsync([Collection]);
        await site.BackUpAsync();
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        site.Qdrant.Faults.UploadsWaitFor = gate.Task;
        site.Qdrant.AddSynthetic("large", 24 << 20, seed: 3);
        site.Qdrant.Faults.DownloadBytesPerSecond = 4 << 20;

        await using var first = ChildProcess.Start("qdrant-backup.dll", ["backup", .. site.Files.Options]);
        await Waiting.UntilAsync("the backup to run", () => first.Results.Contains("capture", StringComparison.Ordinal));
        await using var second = ChildProcess.Start("qdrant-backup.dll", ["restore", "--latest", "--full", "--suffix", "-again", .. site.Files.Options]);
        await Waiting.UntilAsync("the first command to wait for the second", () => first.Errors.Contains("waiting for restore", StringComparison.Ordinal));
        gate.SetResult();

        Assert.Equal((0, 0), (await second.EndAsync(Bound), await first.EndAsync(Bound)));
        Assert.Contains(Collection + "-again", site.Qdrant.Collections);
    }

    [Fact]
    public async Task A_command_goes_on_by_itself_when_the_process_that_carried_its_run_out_was_killed()
    {
        await using var site = await Site.StartAsync([Collection]);
        await site.BackUpAsync();
        site.Qdrant.AddSynthetic("large", 24 << 20, seed: 3);
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        site.Qdrant.Faults.UploadsWaitFor = gate.Task;

        await using var first = ChildProcess.Start("qdrant-backup.dll", ["restore", "--latest", "--full", "--suffix", "-again", .. site.Files.Options]);
        await Waiting.UntilAsync("the upload to begin", () => site.Qdrant.Faults.UploadsReceived > 0);
        await using var second = ChildProcess.Start("qdrant-backup.dll", ["backup", .. site.Files.Options]);
        await Waiting.UntilAsync("the backup to wait for its turn", () => second.Results.Contains("wait for other runs", StringComparison.Ordinal));
        await first.KillAsync();
        await Waiting.UntilAsync("the second command to go on", () => second.Errors.Contains("the run goes on", StringComparison.Ordinal));
        await site.RunAsync("cancel", (await site.JsonAsync("runs")).GetProperty("runs").EnumerateArray().First(run => run.GetProperty("kind").GetString() == "restore").GetProperty("id").GetString()!);

        Assert.Equal(0, await second.EndAsync(Bound));
        gate.SetResult();
    }

    [Fact]
    public async Task A_server_that_starts_beside_a_command_ends_with_a_code_that_a_service_manager_tries_again()
    {
        await using var site = await Site.StartAsync([Collection]);
        await site.BackUpAsync();
        site.Qdrant.RemoveCollection(Collection);
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        site.Qdrant.Faults.UploadsWaitFor = gate.Task;
        await using var restore = ChildProcess.Start("qdrant-backup.dll", ["restore", "--latest", "--full", .. site.Files.Options]);
        await Waiting.UntilAsync("the upload to begin", () => site.Qdrant.Faults.UploadsReceived > 0);

        var server = await site.RunAsync("serve", "--urls", "http://127.0.0.1:0");

        // 2 would keep it down: a wrong configuration is not tried again.
        Assert.Equal(1, server.ExitCode);
        Assert.Contains("is in use by process", server.Errors, StringComparison.Ordinal);
        gate.SetResult();
        Assert.Equal(0, await restore.EndAsync(Bound));
    }
}
