namespace QdrantBackup.Configuration;

/// <summary>Reads where backups go.</summary>
internal static class StorageSection
{
    private const string LocalKey = "Storage:Local";
    private const string RemoteKey = "Storage:Remote";
    private const string ConnectionKey = "Storage:ConnectionString";

    /// <summary>Why an app on Azure keeps nothing in a directory.</summary>
    public const string DiskDoesNotLast = "cannot keep backups: the disk of an app on Azure does not last";

    public static StorageOptions Read(SettingReader reader)
    {
        var hasRemote = reader.Text(RemoteKey) is not null;
        var local = reader.Text(LocalKey, Path.IsPathFullyQualified);
        var remote = ReadRemote(reader, RemoteKey, ConnectionKey);
        var options = new StorageOptions
        {
            Local = local,
            Remote = remote,
            ConnectionString = reader.Text(ConnectionKey),
            Second = SecondStoreSection.Read(reader, local, remote),
        };

        if (!hasRemote && reader.Text(LocalKey) is null)
        {
            reader.RefuseMissing(
                reader.OnAzure ? RemoteKey : LocalKey,
                "Give the directory (Storage:Local) or the blob container (Storage:Remote) that backups are kept in.");
        }

        if (options.Local is not null && reader.OnAzure)
        {
            reader.Refuse(LocalKey, DiskDoesNotLast, "Give Storage:Remote instead.");
        }

        if (options.ConnectionString is not null && !hasRemote)
        {
            reader.Refuse(ConnectionKey, "is given without Storage:Remote", "Add the container's address, e.g. http://127.0.0.1:10000/devstoreaccount1/qdrant for Azurite.");
        }

        return options;
    }

    /// <summary>Reads the address of a container; what is wrong with it is said under its key.</summary>
    public static Uri? ReadRemote(SettingReader reader, string key, string connectionKey)
    {
        if (reader.Text(key) is not { } text)
        {
            return null;
        }

        if (!Uri.TryCreate(text, UriKind.Absolute, out var url))
        {
            reader.RefuseForm(key);
            return null;
        }

        if (url.Scheme is not ("http" or "https"))
        {
            // The original specification's line; there is no safe way to keep a deduplicating store behind rsync.
            reader.Refuse(
                key,
                $"{url.Scheme} is not a kind of store: backups go to a blob container or a directory",
                "Put in its place: remote: \"https://<account>.blob.core.windows.net/<container>\" — or leave remote out to keep them in storage.local.");
            return null;
        }

        if (url.Query.Length > 0 || url.UserInfo.Length > 0)
        {
            reader.RefuseSecret(key, "must not carry a SAS or password", $"Use an identity, or put the SAS into {connectionKey} (BlobEndpoint=…;SharedAccessSignature=…).");
            return null;
        }

        if (url.Scheme == "http" && !url.IsLoopback)
        {
            reader.Refuse(key, "would be reached over plain http", "Give its https address; http is for Azurite on this machine.");
            return null;
        }

        if (url.Segments[^1].Trim('/').Length == 0)
        {
            reader.RefuseForm(key, "The container's name is missing.");
            return null;
        }

        return url;
    }
}
