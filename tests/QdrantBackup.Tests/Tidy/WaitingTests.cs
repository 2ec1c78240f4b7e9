using System.Diagnostics;
using QdrantBackup.Harness;

namespace QdrantBackup.Tests.Tidy;

/// <summary>Every wait of a test has a bound and names what it waited for.</summary>
public sealed class WaitingTests
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(50);

    [Fact]
    public void No_test_waits_without_a_bound()
    {
        string[] files = [.. Repository.Files("*.cs", "tests").Where(file =>
            (file.Split('/')[1].EndsWith(".Tests", StringComparison.Ordinal) || file.Split('/')[1] is "Harness" or "Demo") && !file.EndsWith("/Harness/Waiting.cs", StringComparison.Ordinal))];
        Assert.True(files.Length > 200, "the check found too few files to mean anything");

        Assert.Empty(files.SelectMany(file => UnboundedWaits.In(File.ReadAllText(Repository.Path(file))).Select(w => $"{file}:{w.Line}: {w.What}: use Waiting")));
    }

    [Fact]
    public void Every_run_of_tests_ends_a_test_that_hangs()
    {
        string[] runs = [.. File.ReadAllText(Repository.Path("dev")).Replace("\\\n", "", StringComparison.Ordinal).Split('\n').Where(line => line.TrimStart().StartsWith("dotnet test ", StringComparison.Ordinal) || line.Contains(" dotnet test ", StringComparison.Ordinal))];

        Assert.NotEmpty(runs);
        Assert.All(runs, run => Assert.True(run.Contains("\"${watched[@]}\"", StringComparison.Ordinal) || run.Contains("--blame-hang-timeout", StringComparison.Ordinal), run));
    }

    [Theory]
    [InlineData("while (!isThere()) { await Task.Yield(); }")]
    [InlineData("while (true) { if (isThere()) { break; } await Task.Delay(5); }")]
    [InlineData("do { await Task.Delay(TimeSpan.FromSeconds(1), clock, token); } while (!isThere());")]
    [InlineData("for (; ; ) { await Task.Yield(); }")]
    [InlineData("while (!stop.IsCompleted) { clock.Advance(second); }")]
    [InlineData("await process.WaitForExitAsync();")]
    [InlineData("await process.WaitForExitAsync(token);")]
    [InlineData("process.WaitForExit();")]
    [InlineData("await semaphore.WaitAsync();")]
    [InlineData("signal.Wait();")]
    [InlineData("await Task.Run(signal.Wait);")]
    [InlineData("handle.WaitOne();")]
    [InlineData("thread.Join();")]
    [InlineData("await gate.Task;")]
    [InlineData("var answer = await host.Ready.Task.WaitAsync(token);")]
    [InlineData("await client.WaitForInstanceCompletionAsync(id);")]
    [InlineData("var next = await seen.Reader.ReadAsync();")]
    public void A_wait_that_may_have_no_end_is_found(string statement) =>
        Assert.NotEmpty(UnboundedWaits.In($"class A {{ async Task M() {{ {statement} }} }}"));

    [Theory]
    [InlineData("for (var minute = 0; minute < 5; minute++) { clock.Advance(oneMinute); await Task.Yield(); }")]
    [InlineData("await Waiting.UntilAsync(\"it to be there\", () => isThere());")]
    [InlineData("await gate.Task.WithinAsync(\"the test to go on\");")]
    [InlineData("await gate.Task.WaitAsync(token).WithinAsync(\"the test to go on\");")]
    [InlineData("await client.WaitForInstanceCompletionAsync(id).WithinAsync(\"the end\");")]
    [InlineData("Assert.True(await semaphore.WaitAsync(Waiting.Usual));")]
    [InlineData("await process.EndAsync(\"the program\");")]
    [InlineData("while (reader.Read()) { rows++; }")]
    [InlineData("await Task.Delay(TimeSpan.FromMilliseconds(5), clock);")]
    [InlineData("while (steps < 5) { run.Add(async () => await Task.Yield()); steps++; }")]
    public void A_wait_with_a_bound_is_not_reported(string statement) =>
        Assert.Empty(UnboundedWaits.In($"class A {{ async Task M() {{ {statement} }} }}"));

    [Fact]
    public async Task A_wait_in_vain_reports_what_it_waited_for_and_how_long()
    {
        var never = new TaskCompletionSource<int>();
        using var signal = new ManualResetEventSlim();
        Func<Task>[] waits =
        [
            () => Waiting.UntilAsync("the ship to come", () => false, Short),
            () => Waiting.UntilAsync("the ship to come", () => Task.FromResult(false), Short),
            () => Waiting.UntilAsync("the ship to come", () => new TaskCompletionSource<bool>().Task, Short),
            () => Waiting.FindAsync("the ship to come", () => Task.FromResult<string?>(null), Short),
            () => never.Task.WithinAsync("the ship to come", Short),
            () => ((Task)never.Task).WithinAsync("the ship to come", Short),
            () => Task.Run(() => signal.Within("the ship to come", Short)),
            () => Task.Run(() => ((Task)never.Task).Within("the ship to come", Short)),
        ];
        foreach (Func<Task> wait in waits)
        {
            var failure = await Assert.ThrowsAsync<TimeoutException>(wait);
            Assert.Contains("the ship to come", failure.Message, StringComparison.Ordinal);
            Assert.Contains("0.05 seconds", failure.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_program_that_does_not_end_is_killed_and_named()
    {
        using Process process = Process.Start(new ProcessStartInfo("sleep", ["1000"]))!;

        var failure = await Assert.ThrowsAsync<TimeoutException>(() => process.EndAsync("the sleeper", Short));

        Assert.Contains("the sleeper", failure.Message, StringComparison.Ordinal);
        await process.EndAsync("the sleeper, which was killed");
        Assert.True(process.HasExited);
    }

    [Fact]
    public async Task A_wait_returns_the_result_unchanged_or_throws_its_failure()
    {
        int looks = 0;
        Assert.Equal("found", await Waiting.FindAsync("the third look", () => Task.FromResult(++looks == 3 ? "found" : null)));
        Assert.Equal(7, await Task.FromResult(7).WithinAsync("a number"));
        var own = new TimeoutException("its own");
        Assert.Same(own, await Assert.ThrowsAsync<TimeoutException>(() => Task.FromException(own).WithinAsync("a failure")));
        await Assert.ThrowsAsync<InvalidOperationException>(() => Waiting.FindAsync("a failure", () => Task.FromException<string?>(new InvalidOperationException())));
    }
}
