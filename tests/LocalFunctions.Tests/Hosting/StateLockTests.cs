using LocalFunctions.Hosting;

namespace LocalFunctions.Tests.Hosting;

public sealed class StateLockTests
{
    [Fact]
    public async Task A_second_app_on_the_same_state_is_refused_and_told_where_the_first_listens()
    {
        await using var first = await TestApp.StartAsync([typeof(Echo)]);
        await using var second = TestApp.Build([typeof(Echo)], builder => builder.Configuration["LocalFunctions:StateDirectory"] = first.StateDirectory);
        var refused = await Assert.ThrowsAsync<StateInUseException>(second.StartAsync);
        Assert.Contains($"is in use by process {Environment.ProcessId}, which listens on {first.Address}", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_running_server_is_found_by_its_state_directory_and_not_after_it_stopped()
    {
        await using var app = await TestApp.StartAsync([typeof(Echo)]);
        var found = RunningServer.TryFind(app.StateDirectory);
        Assert.Equal((Environment.ProcessId, app.Address), (found?.ProcessId ?? 0, found?.Addresses.Single()));
        await app.StopAsync();
        Assert.Null(RunningServer.TryFind(app.StateDirectory));
    }

    [Fact]
    public async Task What_a_dead_server_left_behind_is_taken_over()
    {
        var folder = TestApp.NewFolder();
        var state = Directory.CreateDirectory(Path.Combine(folder, ".localfunctions")).FullName;
        File.WriteAllText(Path.Combine(state, "lock"), "");
        File.WriteAllText(Path.Combine(state, "server.json"), """{ "processId": 1, "urls": ["http://127.0.0.1:1"] }""");
        Assert.Null(RunningServer.TryFind(state));
        await using var app = await TestApp.StartAsync([typeof(Echo)], folder: folder);
        Assert.Equal(app.Address, RunningServer.TryFind(state)?.Addresses.Single());
    }

    [Fact]
    public void Somebody_who_asks_at_the_same_time_is_not_taken_for_the_dead_server()
    {
        var state = TestApp.NewFolder();
        var lockFile = Path.Combine(state, "lock");
        File.WriteAllText(lockFile, "");
        File.WriteAllText(Path.Combine(state, "server.json"), """{ "processId": 1, "urls": ["http://127.0.0.1:1"] }""");
        using (new FileStream(lockFile, FileMode.Open, FileAccess.Read, FileShare.ReadWrite))
        {
            Assert.Null(RunningServer.TryFind(state));
        }

        Directory.Delete(state, recursive: true);
    }

    [Fact]
    public async Task A_start_that_fails_half_way_lets_go_of_the_state()
    {
        await using var first = await TestApp.StartAsync([typeof(Echo)]);
        var second = TestApp.Build([typeof(Echo)], builder => builder.Configuration["LocalFunctions:Urls"] = first.Address.ToString());
        await Assert.ThrowsAnyAsync<IOException>(second.StartAsync);
        await second.DisposeAsync();
        Assert.Null(RunningServer.TryFind(second.StateDirectory));
    }

    [Fact]
    public async Task State_is_for_its_owner_only()
    {
        await using var app = await TestApp.StartAsync([typeof(Echo)]);
        if (!OperatingSystem.IsWindows())
        {
            const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            Assert.Equal(OwnerOnly | UnixFileMode.UserExecute, File.GetUnixFileMode(app.StateDirectory));
            Assert.Equal(OwnerOnly, File.GetUnixFileMode(Path.Combine(app.StateDirectory, "server.json")));
            Assert.Equal(OwnerOnly, File.GetUnixFileMode(Path.Combine(app.StateDirectory, "lock")));
        }
    }

    [Fact]
    public async Task A_server_keeps_room_for_what_makes_room_and_a_disk_that_is_not_full_leaves_it_there()
    {
        await using var app = await TestApp.StartAsync([typeof(Echo)]);
        var reserve = Path.Combine(app.StateDirectory, "reserve");
        Assert.InRange(LocalDisk.FileFacts.Of(Path.Combine(reserve, "bytes")).DiskBytes, 1 << 20, 9 << 20);
        var kept = Directory.GetFiles(reserve).Length;

        StateRoom.GiveUp(app.StateDirectory).Dispose();

        Assert.Equal(kept, Directory.GetFiles(reserve).Length);
    }

    [Fact]
    public async Task A_state_whose_lock_file_is_no_file_is_refused_at_once()
    {
        var folder = TestApp.NewFolder();
        var state = Directory.CreateDirectory(Path.Combine(folder, ".localfunctions")).FullName;
        File.CreateSymbolicLink(Path.Combine(state, "lock"), Path.Combine(folder, "elsewhere"));
        await using var app = TestApp.Build([typeof(Echo)], folder: folder);

        var refused = await Assert.ThrowsAsync<FunctionsStartupException>(app.StartAsync);
        Assert.Contains("a symbolic link", refused.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(folder, "elsewhere")));
    }

    [Fact]
    public void A_directory_that_never_held_a_server_has_none() => Assert.Null(RunningServer.TryFind(Path.Combine(Path.GetTempPath(), "no-such-directory")));
}
