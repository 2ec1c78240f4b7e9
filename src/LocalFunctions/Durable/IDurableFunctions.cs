using Microsoft.DurableTask;

namespace LocalFunctions.Durable;

/// <summary>The orchestrators and activities of the app, as the engine calls them.</summary>
internal interface IDurableFunctions
{
    /// <summary>Whether there is an orchestrator of this name, without regard to case.</summary>
    bool HasOrchestrator(string name);

    /// <summary>Whether an orchestrator of this name, without regard to case, is in the app but switched off.</summary>
    bool IsDisabled(string orchestrator);

    /// <summary>Whether there is an activity of this name, without regard to case.</summary>
    bool HasActivity(string name);

    /// <summary>
    /// Runs an orchestrator from its start, on the calling thread and its synchronization context. Replays call it again and
    /// abandon the task when their history ends, so it must hold nothing that needs to be released.
    /// </summary>
    /// <returns>The output as JSON.</returns>
    Task<string?> RunOrchestratorAsync(string name, TaskOrchestrationContext context, string? serializedInput);

    /// <summary>Runs an activity; throws the exceptions of its code.</summary>
    /// <returns>The output as JSON.</returns>
    Task<string?> RunActivityAsync(string name, string instanceId, string? serializedInput, CancellationToken cancellationToken);
}
