using Azure.Core;
using Azure.Storage.Blobs;

namespace QdrantBackup.OnAzure;

/// <summary>How the client waits and retries.</summary>
internal static class BlobStoreOptions
{
    /// <summary>
    /// About two minutes of retries ride out a failover or throttling; what takes longer is the run's to retry. A request may take
    /// 110 seconds, in which even 5 Mbit/s carry the largest list (docs/format.md, limits).
    /// </summary>
    public static BlobClientOptions Create()
    {
        var options = Retrying();

        // Where a copy comes from may carry a SAS (W5).
        options.Diagnostics.LoggedHeaderNames.Remove("x-ms-copy-source");
        return options;
    }

    private static BlobClientOptions Retrying() => new()
    {
        Retry =
        {
            Mode = RetryMode.Exponential,
            MaxRetries = 6,
            Delay = TimeSpan.FromSeconds(0.8),
            MaxDelay = TimeSpan.FromSeconds(40),
            NetworkTimeout = TimeSpan.FromSeconds(110),
        },
        Diagnostics = { ApplicationId = "qdrant-backup", IsLoggingContentEnabled = false },
    };
}
