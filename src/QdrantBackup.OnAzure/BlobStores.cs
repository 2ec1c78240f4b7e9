using System.Net;
using System.Text.RegularExpressions;
using Azure.Core;
using Azure.Identity;
using Azure.Storage.Blobs;

namespace QdrantBackup.OnAzure;

/// <summary>Opens containers of Azure Blob Storage as stores.</summary>
public static partial class BlobStores
{
    /// <summary>The tag of a manifest that was expired; the account's lifecycle rule deletes blobs with it (docs/format.md §7).</summary>
    public static KeyValuePair<string, string> ExpiredTag { get; } = new("state", "expired");

    private const string ContainerKey = "Container=";
    private const string SasKey = "SharedAccessSignature=";

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

    /// <summary>Whether a text is a connection string, right or wrong: a list of names and values, and no address.</summary>
    public static bool IsConnectionString(string text) => ConnectionStringForm().IsMatch(text);

    /// <summary>Opens a container by a storage connection string, the emulator's or an account's, with a key or a SAS, that ends with <c>;Container=name</c>.</summary>
    /// <exception cref="UsageException">The text is no connection string or names no container.</exception>
    public static BlobStore OpenConnectionString(string connectionString, TimeProvider? time = null)
    {
        var parts = connectionString.Split(';');
        var container = parts.LastOrDefault(part => part.TrimStart().StartsWith(ContainerKey, StringComparison.OrdinalIgnoreCase))?.Trim()[ContainerKey.Length..].Trim();
        return string.IsNullOrEmpty(container)
            ? throw new UsageException("the connection string of the store names no container", $"Add ;{ContainerKey}<name> at its end.")
            : OpenConnectionString(connectionString, container, time);
    }

    /// <summary>Opens a container by a storage connection string as the portal shows it: with an account key, with a SAS (<c>BlobEndpoint=…;SharedAccessSignature=…</c>), or the emulator's.</summary>
    /// <param name="connectionString">The connection string; a secret, so no error quotes any of it.</param>
    /// <param name="container">The container's name.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="UsageException">The text is no connection string, or sends a SAS over plain http to another machine.</exception>
    public static BlobStore OpenConnectionString(string connectionString, string container, TimeProvider? time = null)
    {
        var parts = PartsOf(connectionString);
        if (!parts.Any(part => CredentialForm().IsMatch(part)))
        {
            throw Unreadable();
        }

        BlobContainerClient client;
        try
        {
            client = new BlobContainerClient(string.Join(';', parts), container, BlobStoreOptions.Create(time ?? TimeProvider.System));
        }
        catch (Exception e) when (e is ArgumentException or FormatException or InvalidOperationException)
        {
            // The cause quotes the text, which holds a key (W5), so it is not passed on.
            throw Unreadable();
        }

        return client.Uri.Scheme == Uri.UriSchemeHttps || client.Uri.IsLoopback
            ? new BlobStore(client, time)
            : throw new UsageException(
                $"the connection string of the store leads to {client.Uri.Host} over plain http", "Use https in it; plain http is for an emulator on this machine only.");
    }

    /// <summary>
    /// The parts of a connection string as the client takes them: without blanks and line ends that copying added, and without the question mark that a SAS has in an address.
    /// </summary>
    private static string[] PartsOf(string connectionString) => [.. connectionString
        .Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        .Where(part => !part.StartsWith(ContainerKey, StringComparison.OrdinalIgnoreCase))
        .Select(part => part.StartsWith(SasKey, StringComparison.OrdinalIgnoreCase) ? SasKey + part[SasKey.Length..].TrimStart('?') : part)];

    private static UsageException Unreadable() => new(
        "the connection string of the store cannot be read",
        "Copy it again from the storage account (BlobEndpoint=…;SharedAccessSignature=… or AccountName=…;AccountKey=…), or leave it out and use an identity.");

    [GeneratedRegex("^(SharedAccessSignature|AccountKey|UseDevelopmentStorage)\\s*=.", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex CredentialForm();

    [GeneratedRegex(@"^\s*[A-Za-z]+\s*=", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ConnectionStringForm();
}
