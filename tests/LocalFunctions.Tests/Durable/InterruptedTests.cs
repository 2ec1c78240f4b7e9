using LocalFunctions.Durable;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using QdrantBackup.Harness;

namespace LocalFunctions.Tests.Durable;

/// <summary>What a process that binds its instances leaves is not continued by another one, unless a client asks for it.</summary>
public sealed class InterruptedTests
{
    private static readonly Continuation Command = new() { BindsInstances = true, Continues = _ => false };
    private static readonly Continuation Server = new() { Continues = left => !left.IsBound };

    [Fact]
    public async Task What_a_command_left_does_not_go_on_in_a_server()
    {
        var calls = new Calls();
        await using var engine = await StartedAsync(calls, Command);

        engine.Continuation = Server;
        await engine.CrashAndRestartAsync();

        Assert.Equal(OrchestrationRuntimeStatus.Suspended, (await engine.Client.GetInstanceAsync("voyage"))!.RuntimeStatus);
        await engine.ScheduleAsync("Other", id: "other");
        await engine.Client.WaitForInstanceCompletionAsync("other").WaitAsync(Bound);
        Assert.Equal(1, calls.Begun);
    }

    [Fact]
    public async Task What_a_server_left_goes_on_in_a_server_and_in_no_command()
    {
        var calls = new Calls();
        await using var engine = await StartedAsync(calls, Server);

        engine.Continuation = Command;
        await engine.CrashAndRestartAsync();
        Assert.Equal(OrchestrationRuntimeStatus.Suspended, (await engine.Client.GetInstanceAsync("voyage"))!.RuntimeStatus);

        calls.Gate.SetResult();
        engine.Continuation = Server;
        await engine.CrashAndRestartAsync();
        var end = await engine.Client.WaitForInstanceCompletionAsync("voyage").WaitAsync(Bound);

        Assert.Equal((OrchestrationRuntimeStatus.Completed, 2), (end.RuntimeStatus, calls.Begun));
    }

    [Fact]
    public async Task A_resumed_instance_goes_on_with_its_children_and_belongs_to_who_resumed_it()
    {
        var calls = new Calls();
        await using var engine = await StartedAsync(calls, Command);
        engine.Continuation = Server;
        await engine.CrashAndRestartAsync();

        await engine.Client.ResumeInstanceAsync("voyage");
        await calls.BeganAsync(2);
        await engine.CrashAndRestartAsync();
        await calls.BeganAsync(3);
        calls.Gate.SetResult();

        var end = await engine.Client.WaitForInstanceCompletionAsync("voyage").WaitAsync(Bound);
        Assert.Equal(OrchestrationRuntimeStatus.Completed, end.RuntimeStatus);
    }

    [Fact]
    public async Task A_terminated_instance_ends_with_its_children_and_what_it_was_doing_does_not_run_again()
    {
        var calls = new Calls();
        await using var engine = await StartedAsync(calls, Command);
        await engine.CrashAndRestartAsync();

        await engine.Client.TerminateInstanceAsync("voyage");

        var end = await engine.Client.WaitForInstanceCompletionAsync("voyage").WaitAsync(Bound);
        var child = await engine.Client.WaitForInstanceCompletionAsync("voyage:leg").WaitAsync(Bound);
        Assert.Equal((OrchestrationRuntimeStatus.Terminated, OrchestrationRuntimeStatus.Terminated), (end.RuntimeStatus, child.RuntimeStatus));
        await engine.CrashAndRestartAsync();
        Assert.Equal(1, calls.Begun);
    }

    [Fact]
    public async Task An_event_for_an_interrupted_instance_waits_until_it_is_resumed()
    {
        var calls = new Calls();
        await using var engine = await StartedAsync(calls, Command);
        await engine.CrashAndRestartAsync();

        await engine.Client.RaiseEventAsync("voyage", "Fog");
        calls.Gate.SetResult();
        Assert.Equal(1, calls.Begun);
        await engine.Client.ResumeInstanceAsync("voyage");

        await engine.Client.WaitForInstanceCompletionAsync("voyage").WaitAsync(Bound);
        Assert.Equal(2, calls.Begun);
    }

    [Fact]
    public async Task A_query_finds_interrupted_instances_as_suspended_and_as_nothing_else()
    {
        var calls = new Calls();
        await using var engine = await StartedAsync(calls, Command);
        await engine.CrashAndRestartAsync();

        Assert.Equal(["voyage", "voyage:leg"], await IdsAsync(engine, OrchestrationRuntimeStatus.Suspended));
        Assert.Empty(await IdsAsync(engine, OrchestrationRuntimeStatus.Running));
    }

    [Fact]
    public async Task A_late_timer_of_an_interrupted_instance_fires_when_it_is_resumed()
    {
        await using var engine = new EngineFixture { Continuation = Command };
        engine.Functions.Orchestrator("Sleeper", context => context.CreateTimer(TimeSpan.FromMinutes(5), CancellationToken.None));
        await engine.StartAsync();
        await engine.ScheduleAsync("Sleeper", id: "sleeper");
        await engine.Client.WaitForInstanceStartAsync("sleeper").WaitAsync(Bound);
        await engine.CrashAsync();
        engine.Time.Advance(TimeSpan.FromMinutes(6));
        await engine.StartAsync();
        Assert.Equal(OrchestrationRuntimeStatus.Suspended, (await engine.Client.GetInstanceAsync("sleeper"))!.RuntimeStatus);

        await engine.Client.ResumeInstanceAsync("sleeper");

        Assert.Equal(OrchestrationRuntimeStatus.Completed, (await engine.Client.WaitForInstanceCompletionAsync("sleeper").WaitAsync(Bound)).RuntimeStatus);
    }

    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);

    private static async Task<List<string>> IdsAsync(EngineFixture engine, OrchestrationRuntimeStatus status)
    {
        var ids = new List<string>();
        await foreach (var instance in engine.Client.GetAllInstancesAsync(new OrchestrationQuery(Statuses: [status])))
        {
            ids.Add(instance.InstanceId);
        }

        return ids;
    }

    /// <summary>An engine whose instance is in an activity of its child.</summary>
    private static async Task<EngineFixture> StartedAsync(Calls calls, Continuation continuation)
    {
        var engine = new EngineFixture { Continuation = continuation };
        engine.Functions
            .Orchestrator("Voyage", context => context.CallSubOrchestratorAsync("Leg", options: new SubOrchestrationOptions(instanceId: "voyage:leg")))
            .Orchestrator("Leg", context => context.CallActivityAsync("Sail"))
            .Orchestrator("Other", _ => Task.CompletedTask)
            .Activity<string>("Sail", calls.SailAsync);
        await engine.StartAsync();
        await engine.ScheduleAsync("Voyage", id: "voyage");
        await calls.BeganAsync(1);
        return engine;
    }

    /// <summary>Counts how often the activity began, and keeps it from ending.</summary>
    private sealed class Calls
    {
        private int _begun;

        public TaskCompletionSource Gate { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Begun => Volatile.Read(ref _begun);

        private Task Opened => Gate.Task;

        public async Task<object?> SailAsync(string? input, CancellationToken cancellation)
        {
            Interlocked.Increment(ref _begun);
            await Opened.WaitAsync(Bound, cancellation);
            return null;
        }

        public Task BeganAsync(int times) => Waiting.UntilAsync($"the activity to begin {times} times", () => Begun >= times);
    }
}
