using QdrantBackup.Harness;
using QdrantBackup.Tests;

namespace QdrantBackup.Integration.Tests.EndToEnd;

/// <summary>A command that ends before its work does: by Ctrl-C, by a signal, by a kill. What it began is not finished behind anybody's back.</summary>
public sealed class CutOffTests
{
    private const int Interrupted = 130;
    private const string Collection = "late-interaction";

    [Fact]
    public async Task A_restore_that_was_killed_is_not_continued_by_any_other_command_nor_by_a_server()
    {
        await using var play = await Play.StartAsync();
        await using var restore = await play.BeginRestoreAsync();

        await restore.KillAsync();
        play.LetLaterUploadsThrough();
        await play.Site.RunAsync("list");
        await play.Site.RunAsync("status");
        await play.Site.BackUpAsync("--collection", "chunks-of-another");
        await using (var server = await AppProcess.StartAsync(play.Site.Files))
        {
            await server.Api.GetAsync("/api/v1/runs");
        }

        Assert.Equal("interrupted", await play.StateOfRestoreAsync());
        Assert.Equal(1, play.Uploads);
        Assert.DoesNotContain(Collection, play.Site.Qdrant.Collections);
    }

    [Fact]
    public async Task An_interrupted_restore_stands_in_the_way_of_the_next_one_until_it_is_cancelled()
    {
        await using var play = await Play.StartAsync();
        await using (var restore = await play.BeginRestoreAsync())
        {
            await restore.KillAsync();
        }

        play.LetLaterUploadsThrough();
        var refused = await play.Site.RunAsync("restore", "--latest", "--full");
        Assert.Equal(ExitCodes.Refused, refused.ExitCode);
        Assert.Contains("was interrupted", refused.Errors, StringComparison.Ordinal);
        Assert.Contains("qdrant-backup cancel ", refused.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("POST", refused.Errors, StringComparison.Ordinal);

        var cancelled = await play.Site.RunAsync("cancel", await play.RestoreIdAsync());
        Assert.True(cancelled.ExitCode == 0, cancelled.Errors + cancelled.Results);
        Assert.Contains("may be incomplete", cancelled.Errors, StringComparison.Ordinal);
        Assert.Equal(1, play.Uploads);

        var next = await play.Site.RunAsync("restore", "--latest", "--full");
        Assert.True(next.ExitCode == 0, next.Errors + next.Results);
        Assert.Contains(Collection, play.Site.Qdrant.Collections);
    }

    [Fact]
    public async Task An_interrupted_restore_goes_on_when_it_is_resumed()
    {
        await using var play = await Play.StartAsync();
        await using (var restore = await play.BeginRestoreAsync())
        {
            await restore.KillAsync();
        }

        play.LetLaterUploadsThrough();
        var resumed = await play.Site.RunAsync("resume", await play.RestoreIdAsync());

        Assert.True(resumed.ExitCode == 0, resumed.Errors + resumed.Results);
        Assert.Contains(Collection, play.Site.Qdrant.Collections);
        Assert.Equal("complete", await play.StateOfRestoreAsync());
    }

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    [InlineData("HUP")]
    public async Task The_first_signal_cancels_the_restore_and_the_command_ends_with_it(string signal)
    {
        await using var play = await Play.StartAsync();
        await using var restore = await play.BeginRestoreAsync();

        await restore.SignalAsync(signal);
        await Waiting.UntilAsync("the command to say what it waits for", () => restore.Errors.Contains("cancelling restore", StringComparison.Ordinal));
        Assert.Contains(Collection, restore.Errors, StringComparison.Ordinal);
        play.Gate.SetResult();

        Assert.Equal(Interrupted, await restore.EndAsync(Bound));
        Assert.Equal("cancelled", await play.StateOfRestoreAsync());
    }

    [Fact]
    public async Task The_second_signal_leaves_at_once_and_says_what_is_left()
    {
        await using var play = await Play.StartAsync();
        await using var restore = await play.BeginRestoreAsync();

        await restore.SignalAsync("INT");
        await Waiting.UntilAsync("the command to say what it waits for", () => restore.Errors.Contains("cancelling restore", StringComparison.Ordinal));
        await restore.SignalAsync("INT");

        Assert.Equal(Interrupted, await restore.EndAsync(Bound));
        Assert.Contains("is interrupted", restore.Errors, StringComparison.Ordinal);
        play.Gate.SetResult();
        Assert.Equal("interrupted", await play.StateOfRestoreAsync());
    }

    [Fact]
    public async Task Beside_a_server_the_first_signal_leaves_the_run_to_the_server()
    {
        await using var play = await Play.StartAsync();
        await using var server = await AppProcess.StartAsync(play.Site.Files);
        await using var restore = await play.BeginRestoreAsync();

        await restore.SignalAsync("INT");

        Assert.Equal(Interrupted, await restore.EndAsync(Bound));
        Assert.Contains("goes on at http://127.0.0.1:", restore.Errors, StringComparison.Ordinal);
        Assert.Contains("Stop it: qdrant-backup cancel", restore.Errors, StringComparison.Ordinal);
        play.Gate.SetResult();
        await Waiting.UntilAsync("the server to finish the restore", () => play.Site.Qdrant.Collections.Contains(Collection));
    }

    [Fact]
    public async Task A_command_that_only_waits_ends_at_the_first_signal()
    {
        await using var play = await Play.StartAsync();
        await using var restore = await play.BeginRestoreAsync();
        await using var cancel = Begin(play.Site, "cancel", await play.RestoreIdAsync());
        await Waiting.UntilAsync("the restore to be cancelled", () => restore.Results.Contains("cancelling", StringComparison.Ordinal) || cancel.Results.Length > 0);

        await cancel.SignalAsync("INT");

        Assert.Equal(Interrupted, await cancel.EndAsync(Bound));
        play.Gate.SetResult();
        await restore.EndAsync(Bound);
    }

    // A process hears no signal that its parent ignores, as a shell does for what runs in the background.
    private static ChildProcess Begin(Site site, params string[] arguments) =>
        ChildProcess.Start("qdrant-backup.dll", [.. arguments, .. site.Files.Options], environment: null, "env", "--default-signal=INT,TERM,HUP");

    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);

    private static class ExitCodes
    {
        public const int Refused = 4;
    }

    /// <summary>A site with a backup of a collection that is gone, so that a restore brings it back. Uploads wait.</summary>
    private sealed class Play(Site site) : IAsyncDisposable
    {
        public Site Site { get; } = site;

        public TaskCompletionSource Gate { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Uploads => Site.Qdrant.Faults.UploadsReceived;

        public static async Task<Play> StartAsync()
        {
            var play = new Play(await Site.StartAsync([Collection]));
            await play.Site.BackUpAsync();
            play.Site.Qdrant.RemoveCollection(Collection);
            play.Site.Qdrant.AddSynthetic("chunks-of-another", 1 << 20, seed: 1);
            play.Site.Qdrant.Faults.UploadsWaitFor = play.Gate.Task;
            return play;
        }

        /// <summary>Begins a restore and returns when it is in the middle of its upload.</summary>
        public async Task<ChildProcess> BeginRestoreAsync()
        {
            var restore = Begin(Site, "restore", "--latest", "--full");
            await Waiting.UntilAsync("the upload to begin", () => Uploads > 0 || restore.HasExited);
            Assert.False(restore.HasExited, restore.Output);
            return restore;
        }

        /// <summary>Of the upload that is under way Qdrant has all bytes: it must not be restored before Qdrant notices that its sender is gone.</summary>
        public void LetLaterUploadsThrough() => Site.Qdrant.Faults.UploadsWaitFor = Task.CompletedTask;

        public async Task<string> RestoreIdAsync() => (await RestoreAsync()).GetProperty("id").GetString()!;

        public async Task<string> StateOfRestoreAsync() => (await RestoreAsync()).GetProperty("state").GetString()!;

        public async ValueTask DisposeAsync()
        {
            Gate.TrySetResult();
            await Site.DisposeAsync();
        }

        private async Task<System.Text.Json.JsonElement> RestoreAsync() =>
            (await Site.JsonAsync("runs")).GetProperty("runs").EnumerateArray().First(run => run.GetProperty("kind").GetString() == "restore");
    }
}
