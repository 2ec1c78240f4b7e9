namespace LocalFunctions.Durable.Replay;

/// <summary>The code of an orchestrator did something else than when its history was written.</summary>
internal sealed class NonDeterministicException(string explanation)
    : Exception($"Non-Deterministic workflow detected: {explanation} Was a change made to the orchestrator code after this instance had already started running?")
{
    /// <summary>The type name under which apps and tools know this failure.</summary>
    public const string OfficialName = "DurableTask.Core.Exceptions.NonDeterministicOrchestrationException";
}
