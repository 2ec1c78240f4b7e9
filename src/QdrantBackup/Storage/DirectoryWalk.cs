using System.IO.Enumeration;

namespace QdrantBackup.Storage;

/// <summary>The files of a directory store in the order of their blobs' names, one folder's names in memory at a time for each level.</summary>
internal sealed class DirectoryWalk(DirectoryLayout layout)
{
    private const int MaxPasses = 3;

    /// <summary>What is there beneath a prefix; files that go while this runs are left out.</summary>
    public IEnumerable<(BlobName Name, FileInfo File)> Files(string prefix)
    {
        var folder = prefix[..(prefix.LastIndexOf('/') + 1)];
        return folder.Length == 0 || (BlobName.IsValid(folder[..^1]) && !DirectoryLayout.IsReserved(folder[..^1])) ? Files(folder, prefix) : [];
    }

    private IEnumerable<(BlobName Name, FileInfo File)> Files(string folder, string prefix)
    {
        foreach (var key in Keys(Path.Combine(layout.Root, folder)))
        {
            var name = folder + key;
            if (!name.StartsWith(prefix, StringComparison.Ordinal) || !BlobName.IsValid(name.TrimEnd('/')) || DirectoryLayout.IsReserved(name))
            {
                continue;
            }

            if (key[^1] == '/')
            {
                foreach (var below in Files(name, name))
                {
                    yield return below;
                }
            }
            else if (new FileInfo(Path.Combine(layout.Root, name)) is { Exists: true } file)
            {
                yield return (new BlobName(name), file);
            }
        }
    }

    /// <summary>
    /// The names in one folder, sorted; a folder's ends with '/', which puts it where its blobs belong ('a-b' before 'a/b' before 'a0').
    /// A folder that changes while it is read is read again and the names united: some file systems lose a name that is replaced meanwhile.
    /// </summary>
    private static SortedSet<string> Keys(string path)
    {
        var keys = new SortedSet<string>(Utf8Order.Instance);
        try
        {
            for (var pass = 0; pass < MaxPasses; pass++)
            {
                var before = Directory.GetLastWriteTimeUtc(path);
                keys.UnionWith(new FileSystemEnumerable<string>(
                    path,
                    (ref FileSystemEntry entry) => entry.IsDirectory ? entry.FileName.ToString() + '/' : entry.FileName.ToString(),
                    new EnumerationOptions { AttributesToSkip = FileAttributes.None, IgnoreInaccessible = false }));
                if (Directory.GetLastWriteTimeUtc(path) == before)
                {
                    break;
                }
            }
        }
        catch (DirectoryNotFoundException)
        {
            // Nothing was ever put there, or it went; either way what is known is all there is.
        }

        return keys;
    }
}
