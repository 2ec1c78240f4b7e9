namespace QdrantStandIn;

/// <summary>How a stand-in behaves.</summary>
public sealed record StandInOptions
{
    /// <summary>The port to listen on, or 0 for any that is free.</summary>
    public int Port { get; init; }

    /// <summary>The key that may do everything; null for a server without keys.</summary>
    public string? ApiKey { get; init; }

    /// <summary>The key that may only read.</summary>
    public string? ReadOnlyApiKey { get; init; }

    /// <summary>The version that it reports.</summary>
    public string Version { get; init; } = "1.18.3";

    /// <summary>Its peer id; above 2^53 to find out who reads it as a floating-point number.</summary>
    public ulong PeerId { get; init; } = 4503851109140123;

    /// <summary>The other peers of a cluster by id; null for a standalone server.</summary>
    public IReadOnlyDictionary<ulong, string>? Peers { get; init; }

    /// <summary>Snapshots to load at the start: a file FOO.snapshot becomes collection FOO, or the one that FOO.snapshot.json names.</summary>
    public string? LoadDirectory { get; init; }

    /// <summary>How long a snapshot takes that nobody waits for.</summary>
    public TimeSpan SnapshotTime { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Uploads longer than this are hashed and not kept; only archives that are known by their hash can be restored from them.</summary>
    public long KeepUploadsUpTo { get; init; } = 256L * 1024 * 1024;

    /// <summary>Whether snapshots may be recovered from URLs.</summary>
    public bool AllowsUrlRecovery { get; init; } = true;

    /// <summary>The clock for names and headers.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
