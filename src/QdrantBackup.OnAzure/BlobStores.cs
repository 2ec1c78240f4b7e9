using System.Data.Common;
using System.Net;
using Azure.Core;
using Azure.Identity;
using Azure.Storage.Blobs;

namespace QdrantBackup.OnAzure;

/// <summary>Opens containers of Azure Blob Storage as stores.</summary>
public static class BlobStores
{
    /// <summary>The tag of a manifest that was expired; the account's lifecycle rule deletes blobs with it (docs/format.md §7).</summary>
    public static KeyValuePair<string, string> ExpiredTag { get; } = new("state", "expired");

    private const string ContainerKey = "Container";

    /// <summary>
    /// Opens the container at <paramref name="containerUri"/>. A SAS in its query is used as it stands; otherwise <paramref name="credential"/>,
    /// or, without one, the identity that the environment offers.
    /// </summary>
    /// <exception cref="UsageException">The address is not a container's, or is plain http to another machine.</exception>
    public static BlobStore Open(Uri containerUri, TokenCredential? credential = null, TimeProvider? time = null)
    {
        var shown = containerUri.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);
        if (containerUri.Scheme != Uri.UriSchemeHttps && !containerUri.IsLoopback)
        {
            throw new UsageException($"{shown} is not encrypted on its way", "Use https; plain http is for an emulator on this machine only.");
        }

        // A container is the first segment of the path, or the second behind an account, as emulators address it.
        var isPathStyle = IPAddress.TryParse(containerUri.Host, out _) || containerUri.IsLoopback;
        if (containerUri.AbsolutePath.Trim('/').Split('/', StringSplitOptions.RemoveEmptyEntries).Length != (isPathStyle ? 2 : 1))
        {
            throw new UsageException($"{shown} is not the address of a container", "Give https://<account>.blob.core.windows.net/<container>, without a folder behind it.");
        }

        var options = BlobStoreOptions.Create(time ?? TimeProvider.System);
        if (containerUri.Query.Contains("sig=", StringComparison.Ordinal))
        {
            return new BlobStore(new BlobContainerClient(containerUri, options), time);
        }

        credential ??= new DefaultAzureCredential();
        return new BlobStore(new BlobContainerClient(new Uri(shown), credential, options), time, credential);
    }

    /// <summary>Opens a container by a storage connection string, the emulator's or an account's, that ends with <c>;Container=name</c>.</summary>
    /// <exception cref="UsageException">The text is not a connection string or names no container.</exception>
    public static BlobStore OpenConnectionString(string connectionString, TimeProvider? time = null)
    {
        try
        {
            var parts = new DbConnectionStringBuilder { ConnectionString = connectionString };
            if (!parts.TryGetValue(ContainerKey, out var container) || string.IsNullOrWhiteSpace(container as string))
            {
                throw new UsageException("the connection string of the store names no container", $"Add ;{ContainerKey}=<name> at its end.");
            }

            parts.Remove(ContainerKey);
            var account = string.Join(';', parts.Keys.Cast<string>().Select(key => $"{key}={parts[key]}"));
            return new BlobStore(new BlobContainerClient(account, (string)container, BlobStoreOptions.Create(time ?? TimeProvider.System)), time);
        }
        catch (Exception e) when (e is ArgumentException or FormatException or InvalidOperationException)
        {
            // The cause quotes the text, which holds a key (W5), so it is left out.
            throw new UsageException("the connection string of the store cannot be read", "Copy it again from the storage account, or use the container's https address and an identity.");
        }
    }
}
