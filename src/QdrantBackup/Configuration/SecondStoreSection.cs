namespace QdrantBackup.Configuration;

/// <summary>Reads where the second copy of every backup is kept. A directory beside a container, as the original specification has them, are two copies.</summary>
internal static class SecondStoreSection
{
    private const string Key = "Storage:Second";
    private const string ConnectionKey = "Storage:SecondConnectionString";

    public static SecondStoreOptions? Read(SettingReader reader, string? local, Uri? remote)
    {
        var connection = reader.Text(ConnectionKey);
        if (reader.Text(Key) is not { } text)
        {
            if (connection is not null)
            {
                reader.Refuse(ConnectionKey, $"is given without {Key}", "Add the address of the second container.");
            }

            return local is not null && remote is not null ? new SecondStoreOptions { Local = local } : null;
        }

        if (local is not null && remote is not null)
        {
            reader.Refuse(Key, "would be a third copy: Storage:Local and Storage:Remote are two", "Leave out one of the three.");
            return null;
        }

        return Path.IsPathFullyQualified(text) ? Directory(reader, text, local, connection) : Container(reader, remote, connection);
    }

    private static SecondStoreOptions? Directory(SettingReader reader, string path, string? local, string? connection)
    {
        if (reader.OnAzure)
        {
            reader.Refuse(Key, StorageSection.DiskDoesNotLast, "Give the address of a container.");
        }
        else if (local is not null && (IsWithin(path, local) || IsWithin(local, path)))
        {
            reader.Refuse(Key, "lies in the store itself, or the store in it", "Give a directory on another disk: otherwise both are lost together.");
        }
        else if (connection is not null)
        {
            reader.Refuse(ConnectionKey, $"is given, and {Key} is a directory", "Leave it out.");
        }
        else
        {
            return new SecondStoreOptions { Local = path };
        }

        return null;
    }

    private static SecondStoreOptions? Container(SettingReader reader, Uri? remote, string? connection)
    {
        if (StorageSection.ReadRemote(reader, Key, ConnectionKey) is not { } address)
        {
            return null;
        }

        if (remote is not null && address.GetLeftPart(UriPartial.Path).TrimEnd('/').Equals(remote.GetLeftPart(UriPartial.Path).TrimEnd('/'), StringComparison.OrdinalIgnoreCase))
        {
            reader.Refuse(Key, "is the store itself", "Give a container of another account, best in another region.");
            return null;
        }

        return new SecondStoreOptions { Remote = address, ConnectionString = connection };
    }

    private static bool IsWithin(string path, string folder) =>
        (Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)) + Path.DirectorySeparatorChar)
            .StartsWith(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)) + Path.DirectorySeparatorChar, StringComparison.Ordinal);
}
