namespace LocalFunctions.Soak.Workload;

/// <summary>What plans must come to, computed without any engine.</summary>
internal static class Model
{
    /// <summary>What a caught failure counts as.</summary>
    public const long Failed = -1;

    /// <summary>The result of a plan.</summary>
    public static long Result(Plan plan)
    {
        var total = 0L;
        for (var generation = 0; generation < plan.Generations; generation++)
        {
            total = plan.Steps.Aggregate(total, (sum, step) => Add(sum, Result(step)));
        }

        return total;
    }

    /// <summary>How many events a caller must send a plan.</summary>
    public static int Items(Plan plan) => plan.Generations * plan.Steps.OfType<Listen>().Sum(step => step.Count);

    /// <summary>The approvals that a plan waits for.</summary>
    public static IEnumerable<Approval> Approvals(Plan plan) => plan.Steps.OfType<Approval>();

    /// <summary>The children of a plan's first generation that a caller shall terminate.</summary>
    public static IEnumerable<Child> Doomed(Plan plan) =>
        plan.Steps.Concat(plan.Steps.OfType<FanOut>().SelectMany(fan => fan.Branches)).OfType<Child>().Where(child => child.IsDoomed);

    /// <summary>What an activity returns.</summary>
    public static long ResultOf(int activity) => Add(17, activity);

    /// <summary>Results add up in an order that shows.</summary>
    public static long Add(long total, long result) => unchecked((total * 1_000_003) + result);

    private static long Result(Step step) => step switch
    {
        Call { Failures: Call.Always } => Failed,
        Call call => ResultOf(call.Activity),
        FanOut fan => fan.Branches.Aggregate(1L, (sum, branch) => Add(sum, Result(branch))),
        Child { IsDoomed: false } child => Result(child.Plan),
        Race race => ResultOf(race.Activity),
        Listen listen => listen.Count,
        _ => 1,
    };
}
