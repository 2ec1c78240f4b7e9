namespace LocalFunctions.Durable;

/// <summary>An instance that an earlier process left before it ended; of a child, the instance at the top of its tree.</summary>
/// <param name="Orchestrator">The orchestrator.</param>
/// <param name="IsBound">Whether it was to end with the process that started it.</param>
public sealed record LeftInstance(string Orchestrator, bool IsBound);

/// <summary>What becomes of instances that a process leaves before they end. Those that are not continued are suspended until a client resumes or terminates them.</summary>
public sealed record Continuation
{
    /// <summary>Whether instances end with this process: no later one continues what is started or resumed here, unless its own rule is to.</summary>
    public bool BindsInstances { get; init; }

    /// <summary>Which instances of earlier processes this one continues when it starts.</summary>
    public Func<LeftInstance, bool> Continues { get; init; } = _ => true;
}
