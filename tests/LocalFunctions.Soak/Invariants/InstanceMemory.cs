namespace LocalFunctions.Soak.Invariants;

/// <summary>What outlives an instance: how often its id was given to a new one, and the events that were stored for it.</summary>
internal sealed class InstanceMemory
{
    /// <summary>How many instances of this id were made.</summary>
    public int Births { get; set; }

    /// <summary>Whether its orchestrator may take timers back.</summary>
    public bool CancelsTimers { get; set; }

    /// <summary>The payloads of the events that were stored for it, and how often each was.</summary>
    public Dictionary<string, int> StoredEvents { get; } = new(StringComparer.Ordinal);
}
