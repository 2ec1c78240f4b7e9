using System.Globalization;
using System.Text.Json;
using LocalFunctions.Soak.Invariants;
using Microsoft.DurableTask;

namespace LocalFunctions.Soak.Workload;

/// <summary>The orchestrator of every world: goes through a plan.</summary>
internal sealed class Interpreter(IReadOnlyList<Plan> plans, Ledger ledger)
{
    public const string Orchestrator = "Plan";
    public const string Work = "Job";
    public const string EchoBack = "Echo";
    public const string Item = "Item";
    private const string Greeting = "Greeting";
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(5);

    public async Task<string?> RunAsync(TaskOrchestrationContext context, string? input)
    {
        var passage = JsonSerializer.Deserialize<Passage>(input!)!;
        var plan = plans[passage.Plan];
        var heard = new Dictionary<int, int>();
        foreach (var step in plan.Steps)
        {
            var result = step is Listen listen ? await ListenAsync(context, passage.NextItem, listen, heard) : await TakeAsync(context, passage, step);
            passage = passage with { Total = Model.Add(passage.Total, result), NextItem = passage.NextItem + ((step as Listen)?.Count ?? 0) };
        }

        if (passage.Generation + 1 == plan.Generations)
        {
            return passage.Total.ToString(CultureInfo.InvariantCulture);
        }

        context.ContinueAsNew(passage with { Generation = passage.Generation + 1 });
        return null;
    }

    /// <summary>The id of a child that is named.</summary>
    public static string ChildId(string parent, Child child, int generation) => $"{parent}-{child.Plan.Number}-{generation}";

    /// <summary>The event that an approval waits for.</summary>
    public static string ApprovalName(Approval approval) => $"Approval{approval.Number}";

    private Task<long> TakeAsync(TaskOrchestrationContext context, Passage passage, Step step) => step switch
    {
        Call call => CallAsync(context, call),
        FanOut fan => FanOutAsync(context, passage, fan),
        Child child => ChildAsync(context, passage, child),
        Sleep sleep => SleepAsync(context, sleep),
        Race race => RaceAsync(context, race),
        Approval approval => AwaitAsync(context, approval),
        Hear => HearAsync(context),
        Echo echo => EchoAsync(context, echo),
        Show show => ShowAsync(context, show),
        _ => throw new NotSupportedException(step.ToString()),
    };

    private static async Task<long> CallAsync(TaskOrchestrationContext context, Call call)
    {
        try
        {
            return await context.CallActivityAsync<long>(Work, new Job(call.Activity, call.Failures), Options(call.Attempts));
        }
        catch (TaskFailedException) when (call.Failures == Call.Always)
        {
            return Model.Failed;
        }
    }

    private async Task<long> FanOutAsync(TaskOrchestrationContext context, Passage passage, FanOut fan) =>
        (await Task.WhenAll(fan.Branches.Select(branch => TakeAsync(context, passage, branch)))).Aggregate(1L, Model.Add);

    private static async Task<long> ChildAsync(TaskOrchestrationContext context, Passage passage, Child child)
    {
        var id = child.IsNamed ? ChildId(context.InstanceId, child, passage.Generation) : null;
        var result = context.CallSubOrchestratorAsync<long>(
            Orchestrator, new Passage(child.Plan.Number, 0, 0, 0), new SubOrchestrationOptions(Options(child.Attempts)?.Retry, id));
        if (child.IsTold)
        {
            context.SendEvent(id!, Greeting, child.Plan.Number);
        }

        try
        {
            var value = await result;
            return child.IsDoomed ? 1 : value;
        }
        catch (TaskFailedException) when (child.IsDoomed)
        {
            return 1;
        }
    }

    private async Task<long> AwaitAsync(TaskOrchestrationContext context, Approval approval)
    {
        ledger.MemoryOf(context.InstanceId).CancelsTimers = true;
        using var enough = new CancellationTokenSource();
        var timer = context.CreateTimer(approval.Delay, enough.Token);
        var approved = context.WaitForExternalEvent<bool>(ApprovalName(approval), enough.Token);
        if (await Task.WhenAny(timer, approved) == approved && !await approved)
        {
            throw new InvalidOperationException("I8 an approval came that nobody gave");
        }

        enough.Cancel();
        return 1;
    }

    private static async Task<long> SleepAsync(TaskOrchestrationContext context, Sleep sleep)
    {
        await context.CreateTimer(sleep.Delay, CancellationToken.None);
        return 1;
    }

    private async Task<long> RaceAsync(TaskOrchestrationContext context, Race race)
    {
        ledger.MemoryOf(context.InstanceId).CancelsTimers = true;
        using var enough = new CancellationTokenSource();
        var timer = context.CreateTimer(race.Delay, enough.Token);
        var work = context.CallActivityAsync<long>(Work, new Job(race.Activity, 0));
        if (await Task.WhenAny(timer, work) == work)
        {
            enough.Cancel();
        }

        return await work;
    }

    private async Task<long> ListenAsync(TaskOrchestrationContext context, int from, Listen listen, Dictionary<int, int> heard)
    {
        for (var next = from; next < from + listen.Count;)
        {
            // A caller that does not know whether it was heard says the same again, but never something new before.
            var item = await context.WaitForExternalEvent<int>(Item);
            heard[item] = heard.GetValueOrDefault(item) + 1;
            if (item > next)
            {
                throw new InvalidOperationException($"I8 item {item} came before item {next}");
            }

            if (heard[item] > ledger.MemoryOf(context.InstanceId).StoredEvents[item.ToString(CultureInfo.InvariantCulture)])
            {
                throw new InvalidOperationException($"I2 item {item} was heard more often than it was said");
            }

            next += item == next ? 1 : 0;
        }

        return listen.Count;
    }

    private static async Task<long> HearAsync(TaskOrchestrationContext context)
    {
        await context.WaitForExternalEvent<int>(Greeting);
        return 1;
    }

    private static async Task<long> EchoAsync(TaskOrchestrationContext context, Echo echo)
    {
        var said = $"{echo.Activity} {context.NewGuid()} {context.CurrentUtcDateTime:o}";
        var heard = await context.CallActivityAsync<string>(EchoBack, said);
        return heard == said ? 1 : throw new InvalidOperationException($"I8 a replay said '{said}', where '{heard}' was said first");
    }

    private static Task<long> ShowAsync(TaskOrchestrationContext context, Show show)
    {
        context.SetCustomStatus(show.Status);
        return Task.FromResult(1L);
    }

    private static TaskOptions? Options(int attempts) =>
        attempts == 1 ? null : TaskOptions.FromRetryPolicy(new RetryPolicy(attempts, RetryInterval));
}

/// <summary>Where an instance is in its plan.</summary>
internal sealed record Passage(int Plan, int Generation, long Total, int NextItem);

/// <summary>What an activity is to do.</summary>
internal sealed record Job(int Activity, int Failures);
