using Azure.Storage.Blobs;

namespace QdrantBackup.OnAzure;

/// <summary>How the client waits and retries.</summary>
internal static class BlobStoreOptions
{
    // In which even 5 Mbit/s carry the largest list (docs/format.md, limits).
    private static readonly TimeSpan Answer = TimeSpan.FromSeconds(110);
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(0.8);

    /// <summary>Options with retries that ride out a failover or throttling, for as long as there is <see cref="Patience"/>.</summary>
    public static BlobClientOptions Create(TimeProvider time)
    {
        var options = new BlobClientOptions
        {
            RetryPolicy = new PatientRetryPolicy(time, Answer, FirstPause),
            Retry = { NetworkTimeout = Answer },
            Diagnostics = { ApplicationId = "qdrant-backup", IsLoggingContentEnabled = false },
        };

        // Where a copy comes from may carry a SAS (W5).
        options.Diagnostics.LoggedHeaderNames.Remove("x-ms-copy-source");
        return options;
    }
}
