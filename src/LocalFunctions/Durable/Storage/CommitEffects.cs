namespace LocalFunctions.Durable.Storage;

/// <summary>The work that a transaction gives the dispatchers, once it is on disk.</summary>
internal sealed class CommitEffects
{
    /// <summary>Instances whose inbox has new messages.</summary>
    public HashSet<string> Reached { get; } = new(StringComparer.Ordinal);

    /// <summary>Instances whose status, custom status or output may have changed.</summary>
    public HashSet<string> Changed { get; } = new(StringComparer.Ordinal);

    /// <summary>Activities that are to run.</summary>
    public List<long> Activities { get; } = [];

    /// <summary>How many events the history of the instance has whose turn it was.</summary>
    public int HistoryLength { get; set; }

    /// <summary>When the earliest new timer is due; null if there is none.</summary>
    public DateTimeOffset? NextDue { get; private set; }

    /// <summary>Something becomes due at a time.</summary>
    public void Due(DateTimeOffset at) => NextDue = NextDue is { } earlier && earlier < at ? earlier : at;
}
