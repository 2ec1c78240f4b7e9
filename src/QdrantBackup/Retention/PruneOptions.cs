namespace QdrantBackup.Retention;

/// <summary>Limits of a prune; its memory follows from these, never from the size of the store (W7).</summary>
public sealed record PruneOptions
{
    /// <summary>How long an ended backup's manifest and chunks stay, and how old a blob must be to be deleted, by the store's clock.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromHours(48);

    /// <summary>A run that has not renewed its pin for so long is taken for dead and fenced.</summary>
    public TimeSpan DeadAfter { get; init; } = TimeSpan.FromHours(24);

    /// <summary>A round that has listed for longer than this starts over.</summary>
    public TimeSpan MaxListing { get; init; } = TimeSpan.FromHours(1);

    /// <summary>A step returns its position after this time.</summary>
    public TimeSpan StepTime { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How many ids of chunks that are needed are held at once, about 100 bytes each; a store with more is pruned part by part.</summary>
    public int MaxLiveChunks { get; init; } = 2_000_000;

    /// <summary>How many blobs that may go are held at once, about 150 bytes each; a store with more is pruned part by part.</summary>
    public int MaxGarbage { get; init; } = 200_000;

    /// <summary>How many of the 256 slices of the chunk ids are listed at once.</summary>
    public int MaxListings { get; init; } = 8;

    /// <summary>How many deletions are under way at once.</summary>
    public int MaxDeletions { get; init; } = 16;

    /// <summary>How many chunk lists are read at once; each takes up to 64 MiB, and its sealed bytes.</summary>
    public int MaxLists { get; init; } = 2;

    /// <summary>How long the records of runs stay, and the pins that they let go of.</summary>
    public TimeSpan KeepRecords { get; init; } = TimeSpan.FromDays(400);

    /// <summary>How long a store that keeps what was deleted itself, a directory, keeps it.</summary>
    public TimeSpan KeepDeleted { get; init; } = TimeSpan.FromDays(14);

    /// <summary>For how long no retention may have come to its end: after that the clock is doubted. Two days more than the longest time between two due times.</summary>
    public TimeSpan MaxSilence { get; init; } = TimeSpan.FromDays(3);

    /// <summary>The share of the chunks, or of their bytes, above which deleting needs an explicit yes; 0 to 1.</summary>
    public double UnusualShare { get; init; } = 0.3;
}
