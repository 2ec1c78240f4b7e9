namespace QdrantBackup.Retention;

/// <summary>Limits of a prune; its memory follows from these, never from the size of the store (W7).</summary>
public sealed record PruneOptions
{
    /// <summary>How long an ended backup's manifest and chunks stay, and how old a blob must be to be deleted, by the store's clock.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromHours(48);

    /// <summary>A run that has not renewed its pin for so long is taken for dead and gets a marker.</summary>
    public TimeSpan DeadAfter { get; init; } = TimeSpan.FromHours(24);

    /// <summary>A round that has listed for longer than this starts over.</summary>
    public TimeSpan MaxListing { get; init; } = TimeSpan.FromHours(1);

    /// <summary>A step returns its position after this time.</summary>
    public TimeSpan StepTime { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How many ids of chunks that are needed are held at once, about 100 bytes each; a store with more is pruned part by part.</summary>
    public int MaxLiveChunks { get; init; } = 2_000_000;

    /// <summary>How many blobs that may go are held at once, about 150 bytes each; a store with more is pruned part by part.</summary>
    public int MaxGarbage { get; init; } = 200_000;

    /// <summary>How many garbage blobs are held at once, about 150 bytes each; a store with more is pruned part by part.</summary>
    public int MaxListings { get; init; } = 8;

    /// <summary>How many deletions are under way at once.</summary>
    public int MaxDeletions { get; init; } = 16;

    /// <summary>How many chunk lists are read at once; each takes up to 64 MiB, and its sealed bytes.</summary>
    public int MaxLists { get; init; } = 2;

    /// <summary>How long the records of runs and their released pins stay.</summary>
    public TimeSpan KeepRecords { get; init; } = TimeSpan.FromDays(400);

    /// <summary>How long a directory store keeps deleted blobs in its trash.</summary>
    public TimeSpan KeepDeleted { get; init; } = TimeSpan.FromDays(14);

    /// <summary>How long ago the last finished retention may be; after that the clock is doubted. Two days more than the longest time between two due times.</summary>
    public TimeSpan MaxSilence { get; init; } = TimeSpan.FromDays(3);

    /// <summary>The share of the chunks, or of their bytes, above which deleting needs an explicit confirmation; 0 to 1.</summary>
    public double UnusualShare { get; init; } = 0.3;
}
