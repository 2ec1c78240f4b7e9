using Azure.Core;
using Microsoft.Extensions.Logging;
using QdrantBackup.OnAzure;
using QdrantBackup.Storage;
using QdrantBackup.Storage.Directories;

namespace QdrantBackup.App.Stores;

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

        if (BlobStores.IsConnectionString(location))
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

    /// <summary>Opens the store that configuration describes by an address, a connection string beside it, or a directory.</summary>
    /// <param name="remote">The container's address.</param>
    /// <param name="connectionString">How to log in to the container's account; null for an identity.</param>
    /// <param name="local">The directory, where there is no container.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logs">Where a directory's entries that are no regular files are named.</param>
    /// <exception cref="UsageException">One of them cannot be right.</exception>
    public static IBackupStore Open(Uri? remote, string? connectionString, string? local, TimeProvider time, ILoggerFactory? logs = null) => (remote, connectionString) switch
    {
        ({ } container, { } account) => BlobStores.OpenConnectionString(account, container.Segments[^1].Trim('/'), time),
        ({ } container, null) => BlobStores.Open(container, time: time),
        _ => Open(local!, time, logs: logs),
    };

    private static UsageException Unknown(string location) => new(
        $"{Shown(location)} is no store that this application knows",
        "Give an absolute directory, such as /var/backups/qdrant, or a container, such as https://account.blob.core.windows.net/qdrant.");

    /// <summary>The location, if it can hold no secret: none of the signs that stand before user information, a query or a connection string's values.</summary>
    private static string Shown(string location) =>
        location.AsSpan().IndexOfAny("@?=;") >= 0 ? "the address of the store" : $"'{SafeText.Line(location)}'";
}
