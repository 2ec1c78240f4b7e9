namespace LocalFunctions.Durable.Replay;

/// <summary>What holds for all replays of a program.</summary>
/// <param name="DefaultVersion">The version of sub-orchestrations that are given none.</param>
/// <param name="MaxActionsPerTurn">How many actions an orchestrator may schedule in one turn.</param>
internal sealed record ReplayRules(string? DefaultVersion = null, int MaxActionsPerTurn = ReplayRules.DefaultMaxActionsPerTurn)
{
    /// <summary>The official default of <c>maxOrchestrationActions</c>.</summary>
    public const int DefaultMaxActionsPerTurn = 100_000;

    /// <summary>Why a turn with too many actions fails.</summary>
    public string TooManyActions =>
        $"The orchestrator scheduled more than {MaxActionsPerTurn} actions without awaiting any. "
        + "Await them in between, or raise extensions.durableTask.maxOrchestrationActions in host.json.";
}
