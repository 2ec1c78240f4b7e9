namespace LocalFunctions.Soak.Workload;

/// <summary>What an orchestration does, as data: the orchestrator interprets it, the model computes its result.</summary>
/// <param name="Number">Which plan of its world it is; its instances are started with this number.</param>
/// <param name="Steps">What each generation does, in order.</param>
/// <param name="Generations">How often it goes through its steps, by continuing as new.</param>
internal sealed record Plan(int Number, IReadOnlyList<Step> Steps, int Generations);

/// <summary>One step of a plan. All numbers of activities are different, so that each result can come from one place only.</summary>
internal abstract record Step;

/// <summary>Calls an activity under a policy of so many attempts. It fails so many times before it works, or always.</summary>
/// <param name="Activity">Its number.</param>
/// <param name="Failures">How often it fails; <see cref="Always"/> is caught, what the policy does not cover ends the plan.</param>
/// <param name="Attempts">How often it is tried.</param>
internal sealed record Call(int Activity, int Failures, int Attempts) : Step
{
    public const int Always = int.MaxValue;
}

/// <summary>Goes through several steps at the same time.</summary>
internal sealed record FanOut(IReadOnlyList<Step> Branches) : Step;

/// <summary>Runs another plan as a sub-orchestration, with its own policy.</summary>
/// <param name="Plan">The plan.</param>
/// <param name="Attempts">How often it is tried.</param>
/// <param name="IsNamed">Whether its instance gets its id from here.</param>
/// <param name="IsTold">Whether it is sent an event, which its plan waits for first. Its instance is named then.</param>
/// <param name="IsDoomed">Whether a caller terminates it, or tries to; then its result does not matter. Its instance is named then.</param>
internal sealed record Child(Plan Plan, int Attempts, bool IsNamed, bool IsTold = false, bool IsDoomed = false) : Step;

/// <summary>Waits for a durable timer.</summary>
internal sealed record Sleep(TimeSpan Delay) : Step;

/// <summary>Waits for an activity or a timer, whichever comes first, takes the timer back, and waits for the activity still.</summary>
internal sealed record Race(int Activity, TimeSpan Delay) : Step;

/// <summary>Waits for an event that may come or not, and for a timer; whichever is first is enough.</summary>
internal sealed record Approval(int Number, TimeSpan Delay) : Step;

/// <summary>Waits for so many of the numbered events that a caller sends, in order.</summary>
internal sealed record Listen(int Count) : Step;

/// <summary>Waits for the one event that its parent sends.</summary>
internal sealed record Hear : Step;

/// <summary>Has a guid and a time of its own come back from an activity: both must be the same at every replay.</summary>
internal sealed record Echo(int Activity) : Step;

/// <summary>Sets its custom status.</summary>
internal sealed record Show(int Status) : Step;
