using System.Globalization;
using DurableTask.Core.Exceptions;
using Grpc.Core;
using LocalFunctions.Soak.Invariants;
using LocalFunctions.Soak.World;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace LocalFunctions.Soak.Workload;

/// <summary>Someone outside who starts an instance, sends it what it waits for, disturbs it, and wants the right result in the end.</summary>
internal sealed class Caller(SimulatedWorld world, Operator operators, Ledger ledger, string instanceId, Plan plan, Manner manner)
{
    private static readonly OrchestrationRuntimeStatus[] Ended =
        [OrchestrationRuntimeStatus.Completed, OrchestrationRuntimeStatus.Failed, OrchestrationRuntimeStatus.Terminated];

    private readonly List<Task> _doubles = [];

    /// <summary>The whole life of one instance.</summary>
    public async Task RunAsync()
    {
        await world.DelayAsync(manner.StartsAfterSeconds);
        var births = ledger.MemoryOf(instanceId).Births;
        await Task.WhenAll(Enumerable.Range(0, manner.Starts).Select(_ => StartAsync()));
        if (ledger.MemoryOf(instanceId).Births != births + 1)
        {
            world.Report($"I7 {instanceId}: {manner.Starts} starts made {ledger.MemoryOf(instanceId).Births - births} instances");
        }

        await Task.WhenAll([SendItemsAsync(), DisturbAsync(), TerminateAsync(), WatchAsync(), .. Approvals(), .. DoomChildren()]);
        await Task.WhenAll(_doubles);
        if (manner.IsPurged)
        {
            await operators.AskAsync(client => client.PurgeInstanceAsync(instanceId));
        }
    }

    private async Task StartAsync()
    {
        var options = new StartOrchestrationOptions(instanceId, StartAt()).WithDedupeStatuses(Ended);
        try
        {
            await operators.AskAsync(client => client.ScheduleNewOrchestrationInstanceAsync(Interpreter.Orchestrator, new Passage(plan.Number, 0, 0, 0), options), _doubles);
        }
        catch (OrchestrationAlreadyExistsException)
        {
            // Another start of the same was faster, or an earlier try of this one.
        }

        if (ledger.Instances.All(account => account.Id != instanceId))
        {
            world.Report($"I1 {instanceId}: its start was acknowledged, and it is not there");
        }
    }

    private DateTimeOffset? StartAt() => manner.IsDelayed ? world.Clock.Now.AddSeconds(world.Chance.Next(500)) : null;

    private async Task SendItemsAsync()
    {
        for (var item = 0; item < Model.Items(plan); item++)
        {
            if (world.Chance.OneIn(3))
            {
                await world.DelayAsync(world.Chance.Next(200));
            }

            var payload = item;
            if (await TellAsync(client => client.RaiseEventAsync(instanceId, world.Chance.Pick("Item", "item"), payload))
                && !ledger.MemoryOf(instanceId).StoredEvents.ContainsKey(item.ToString(CultureInfo.InvariantCulture)))
            {
                world.Report($"I1 {instanceId}: item {item} was acknowledged, and it is nowhere");
            }
        }
    }

    private async Task DisturbAsync()
    {
        for (var times = manner.Suspensions; times > 0; times--)
        {
            await world.DelayAsync(world.Chance.Next(100));
            await TellAsync(client => client.SuspendInstanceAsync(instanceId, "for a while"));
            await world.DelayAsync(world.Chance.Next(300));
            await TellAsync(client => client.ResumeInstanceAsync(instanceId));
        }
    }

    private async Task TerminateAsync()
    {
        if (manner.IsTerminated)
        {
            await world.DelayAsync(world.Chance.Next(300));
            await TellAsync(client => client.TerminateInstanceAsync(instanceId, "enough"));
        }
    }

    private IEnumerable<Task> Approvals() => Model.Approvals(plan).Where(_ => world.Chance.OneIn(2)).Select(async approval =>
    {
        await world.DelayAsync(world.Chance.Next(500));
        await TellAsync(client => client.RaiseEventAsync(instanceId, Interpreter.ApprovalName(approval), true));
    });

    private IEnumerable<Task> DoomChildren() => Model.Doomed(plan).Select(async child =>
    {
        var id = Interpreter.ChildId(instanceId, child, 0);
        for (var isThere = false; !isThere && ledger.Instances.Any(account => account.Id == instanceId && !account.HasEnded);)
        {
            await world.DelayAsync(world.Chance.Next(50));
            isThere = ledger.Instances.Any(account => account.Id == id);
        }

        await TellAsync(client => client.TerminateInstanceAsync(id, "doomed"));
    });

    // False if it had ended already, or never was.
    private async Task<bool> TellAsync(Func<DurableTaskClient, Task> message)
    {
        try
        {
            return await operators.AskAsync(async client =>
            {
                await message(client);
                return true;
            }, _doubles);
        }
        catch (RpcException ended) when (ended.StatusCode is StatusCode.FailedPrecondition or StatusCode.NotFound)
        {
            return false;
        }
    }

    private async Task WatchAsync()
    {
        var end = await operators.AskAsync(client => client.WaitForInstanceCompletionAsync(instanceId, getInputsAndOutputs: true, CancellationToken.None));
        world.Trace.Tell($"{world.Steps,6} {instanceId} ended: {end.RuntimeStatus} {end.SerializedOutput} {end.FailureDetails?.ErrorMessage}");
        var isRight = end.RuntimeStatus == OrchestrationRuntimeStatus.Completed
            ? end.SerializedOutput == Model.Result(plan).ToString(CultureInfo.InvariantCulture)
            : end.RuntimeStatus == OrchestrationRuntimeStatus.Terminated && manner.IsTerminated;
        if (!isRight)
        {
            world.Report($"I8 {instanceId} ended {end.RuntimeStatus} with {end.SerializedOutput ?? end.FailureDetails?.ToString()}; its plan comes to {Model.Result(plan)}");
        }
    }
}
