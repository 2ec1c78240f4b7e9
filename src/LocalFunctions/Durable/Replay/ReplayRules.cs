namespace LocalFunctions.Durable.Replay;

/// <summary>What holds for all replays of a program.</summary>
/// <param name="DefaultVersion">The version of sub-orchestrations that are given none.</param>
/// <param name="MaxActionsPerTurn">How much an orchestrator may set going in one turn.</param>
internal sealed record ReplayRules(string? DefaultVersion = null, int MaxActionsPerTurn = ReplayRules.DefaultMaxActionsPerTurn)
{
    /// <summary>The official default of <c>maxOrchestrationActions</c>.</summary>
    public const int DefaultMaxActionsPerTurn = 100_000;
}
