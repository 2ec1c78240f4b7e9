namespace QdrantBackup.Clusters;

/// <summary>How to reach one Qdrant node.</summary>
public sealed record QdrantNodeOptions
{
    /// <summary>Address of the node's REST port, e.g. http://10.0.0.4:6333. Without user information; a path in it is a prefix.</summary>
    public required Uri Url { get; init; }

    /// <summary>Sent as the <c>api-key</c> header, or null. It never appears in a message.</summary>
    public string? ApiKey { get; init; }

    /// <summary>A PEM file with the only certificate authorities to trust for this node, or null for those of the system.</summary>
    public string? CaFile { get; init; }

    /// <summary>Allows an API key over plain http to a host that is not this machine.</summary>
    public bool AllowPlainHttpWithKey { get; init; }

    /// <summary>How long a connect, an answer's beginning, a read or a write may make no progress.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long the server may take to restore an upload after its last byte.</summary>
    public TimeSpan RestoreTimeout { get; init; } = TimeSpan.FromHours(2);

    /// <summary>The wait before a failed read-only request is tried again; it doubles each time.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The options without their secret.</summary>
    public override string ToString() => $"Qdrant at {Url.GetComponents(UriComponents.HttpRequestUrl, UriFormat.UriEscaped)}";
}
