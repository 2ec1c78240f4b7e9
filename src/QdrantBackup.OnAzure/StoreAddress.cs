using Azure.Core;
using Microsoft.Extensions.Logging;
using QdrantBackup.Storage;
using QdrantBackup.Storage.Directories;

namespace QdrantBackup.OnAzure;

/// <summary>Opens a store by the text that configuration gives for it.</summary>
public static class StoreAddress
{
    /// <summary>
    /// Opens the store at <paramref name="location"/>: an absolute path or <c>file:</c> address is a directory, <c>https://account.blob.core.windows.net/container</c>
    /// a container (with a SAS in its query, or by <paramref name="credential"/>), and a storage connection string with <c>;Container=name</c> at its end a container too.
    /// Nothing is created and nothing is asked of the network yet.
    /// </summary>
    /// <param name="location">The text.</param>
    /// <param name="time">The clock.</param>
    /// <param name="credential">Who this is to a container whose address has no SAS.</param>
    /// <param name="logs">Where a directory's entries that are no regular files are named.</param>
    /// <exception cref="UsageException">The text is none of these.</exception>
    public static IBackupStore Open(string location, TimeProvider time, TokenCredential? credential = null, ILoggerFactory? logs = null)
    {
        if (Path.IsPathFullyQualified(location))
        {
            return new DirectoryStore(location, time, logs?.CreateLogger<DirectoryStore>());
        }

        if (location.Contains("UseDevelopmentStorage=", StringComparison.OrdinalIgnoreCase) || location.Contains("AccountName=", StringComparison.OrdinalIgnoreCase))
        {
            return BlobStores.OpenConnectionString(location, time);
        }

        return Uri.TryCreate(location, UriKind.Absolute, out var uri)
            ? uri.Scheme switch
            {
                "file" when uri.IsLoopback => new DirectoryStore(uri.LocalPath, time, logs?.CreateLogger<DirectoryStore>()),
                "https" or "http" => BlobStores.Open(uri, credential, time),
                _ => throw Unknown(location),
            }
            : throw Unknown(location);
    }

    private static UsageException Unknown(string location) => new(
        $"'{Shown(location)}' is no store that this application knows",
        "Give an absolute directory, such as /var/backups/qdrant, or a container, such as https://account.blob.core.windows.net/qdrant.");

    /// <summary>What of a location may be shown: neither user information nor a query, where keys and SAS stand.</summary>
    private static string Shown(string location)
    {
        var text = location.Split('?', 2)[0];
        var at = text.LastIndexOf('@');
        return at < 0 ? text : text[(at + 1)..];
    }
}
