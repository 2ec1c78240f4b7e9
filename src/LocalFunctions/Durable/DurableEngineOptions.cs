using System.Text.Json;
using LocalFunctions.Durable.Replay;

namespace LocalFunctions.Durable;

/// <summary>The settings of the durable engine.</summary>
/// <param name="DatabasePath">The SQLite file; made if it does not exist. One process at a time opens it.</param>
/// <param name="HubName">The task hub; the name of the clients.</param>
/// <param name="MaxConcurrentActivities">How many activities run at a time.</param>
/// <param name="MaxConcurrentOrchestrations">How many orchestrator turns run at a time, each on a thread of its own.</param>
/// <param name="Json">How inputs, outputs and events are written.</param>
internal sealed record DurableEngineOptions(
    string DatabasePath,
    string HubName,
    int MaxConcurrentActivities,
    int MaxConcurrentOrchestrations,
    JsonSerializerOptions Json)
{
    /// <summary>Which versions of orchestrations are started and continued.</summary>
    public OrchestrationVersions Versions { get; init; } = OrchestrationVersions.Unversioned;

    /// <summary>What becomes of instances that a process leaves before they end.</summary>
    public Continuation Continuation { get; init; } = new();

    /// <summary>Orchestrations with at least so many events are kept in memory between their turns; shorter ones are replayed.</summary>
    public int KeepFromLength { get; init; } = 100;

    /// <summary>How many orchestrations are kept in memory at most.</summary>
    public int MaxKept { get; init; } = 200;

    /// <summary>How many messages one turn takes in; the rest makes another turn.</summary>
    public int MaxMessagesPerTurn { get; init; } = 1000;

    /// <summary>How many actions an orchestrator may start in one turn: one that loops without awaiting must not use up all memory.</summary>
    public int MaxActionsPerTurn { get; init; } = ReplayRules.DefaultMaxActionsPerTurn;
}
