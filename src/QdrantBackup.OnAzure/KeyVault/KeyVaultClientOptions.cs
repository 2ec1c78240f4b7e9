using Azure.Core;

namespace QdrantBackup.OnAzure.KeyVault;

/// <summary>How the client of a vault waits and retries: a vault answers in milliseconds or not at all, and says itself how long to wait when it is busy.</summary>
internal sealed class KeyVaultClientOptions : ClientOptions
{
    public KeyVaultClientOptions()
    {
        Retry.Mode = RetryMode.Exponential;
        Retry.MaxRetries = 11; // As many as the longest operation has room for: time ends it, not a number.
        Retry.Delay = TimeSpan.FromSeconds(0.8);
        Retry.MaxDelay = TimeSpan.FromSeconds(15);
        Retry.NetworkTimeout = TimeSpan.FromSeconds(20);
        Diagnostics.ApplicationId = "qdrant-backup";
        Diagnostics.IsLoggingContentEnabled = false;
    }

    /// <summary>The longest that one operation may take, retries and the vault's own wishes included.</summary>
    public TimeSpan Patience { get; init; } = QdrantBackup.Patience.OfVault;
}
