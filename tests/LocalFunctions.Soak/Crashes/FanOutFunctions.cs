using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

namespace LocalFunctions.Soak.Crashes;

/// <summary>The functions of the app that is killed: a fan-out of 500 activities, some of them in sub-orchestrations, some of which fail first.</summary>
public sealed class FanOutFunctions(EffectFiles effects, TimeProvider time)
{
    /// <summary>Activities that the root calls itself.</summary>
    public const int Direct = 300;

    /// <summary>Sub-orchestrations, and activities of each.</summary>
    public const int Children = 20;

    /// <summary>Activities of each sub-orchestration.</summary>
    public const int PerChild = 10;

    private const int Attempts = 3;
    private const int FailsEvery = 7;
    private static readonly RetryPolicy Retry = new(Attempts, TimeSpan.FromMilliseconds(50));

    /// <summary>What the fan-out comes to, however often the process dies.</summary>
    public static long ExpectedResult => Enumerable.Range(0, Direct + (Children * PerChild)).Sum(ResultOf);

    /// <summary>Every activity that must have had its effect.</summary>
    public static IEnumerable<string> ExpectedEffects =>
        Enumerable.Range(0, Direct + (Children * PerChild)).Select(number => $"{number}").Concat(Enumerable.Range(0, Children).Select(Gate));

    /// <summary>How many runs fail on purpose.</summary>
    public static int ExpectedFailures =>
        Enumerable.Range(0, Direct + (Children * PerChild)).Count(Fails) + Enumerable.Range(0, Children).Count(Fails);

    /// <summary>The whole.</summary>
    [Function(nameof(FanOut))]
    public static async Task<long> FanOut([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var direct = Enumerable.Range(0, Direct).Select(number => context.CallActivityAsync<long>(nameof(Work), number, new TaskOptions(Retry)));
        var children = Enumerable.Range(0, Children).Select(child => context.CallSubOrchestratorAsync<long>(nameof(Child), child, new TaskOptions(Retry)));
        return (await Task.WhenAll([.. direct, .. children])).Sum();
    }

    /// <summary>A part of it. Some fail at their first attempt, and are tried again as a whole.</summary>
    [Function(nameof(Child))]
    public static async Task<long> Child([OrchestrationTrigger] TaskOrchestrationContext context, int child)
    {
        await context.CallActivityAsync(nameof(Open), child);
        var numbers = Enumerable.Range(Direct + (child * PerChild), PerChild);
        return (await Task.WhenAll(numbers.Select(number => context.CallActivityAsync<long>(nameof(Work), number, new TaskOptions(Retry))))).Sum();
    }

    /// <summary>Takes a few milliseconds, has its effect, and may fail at its first run.</summary>
    [Function(nameof(Work))]
    public async Task<long> Work([ActivityTrigger] int number)
    {
        await Task.Delay(TimeSpan.FromMilliseconds(number % 5), time);
        effects.Apply($"{number}", Fails(number));
        return ResultOf(number);
    }

    /// <summary>What a sub-orchestration does first.</summary>
    [Function(nameof(Open))]
    public void Open([ActivityTrigger] int child) => effects.Apply(Gate(child), Fails(child));

    private static string Gate(int child) => $"gate-{child}";

    private static bool Fails(int number) => number % FailsEvery == 0;

    private static long ResultOf(int number) => (number * number) + 1;
}
