using Azure.Storage.Blobs;

namespace QdrantBackup.OnAzure;

/// <summary>The waits and retries of the client.</summary>
internal static class BlobStoreOptions
{
    // Long enough for the largest list at 5 Mbit/s (docs/format.md, limits).
    private static readonly TimeSpan Answer = TimeSpan.FromSeconds(110);
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(0.8);

    /// <summary>Options with retries that outlast a failover or throttling, as long as the <see cref="Patience"/> in force.</summary>
    public static BlobClientOptions Create(TimeProvider time)
    {
        var options = new BlobClientOptions
        {
            RetryPolicy = new PatientRetryPolicy(time, Answer, FirstPause),
            Retry = { NetworkTimeout = Answer },
            Diagnostics = { ApplicationId = "qdrant-backup", IsLoggingContentEnabled = false },
        };

        // The source address of a copy may carry a SAS (W5).
        options.Diagnostics.LoggedHeaderNames.Remove("x-ms-copy-source");
        return options;
    }
}
