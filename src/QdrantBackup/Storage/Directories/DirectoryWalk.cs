using System.IO.Enumeration;
using LocalDisk;

namespace QdrantBackup.Storage.Directories;

/// <summary>
/// The files of a directory store in the order of their blobs' names; in memory are the names of one folder per level. Entries that are neither regular files nor real
/// folders are skipped and reported.
/// </summary>
internal sealed class DirectoryWalk(DirectoryLayout layout, Action<ForeignFileException> report)
{
    private const int MaxPasses = 3;

    /// <summary>The files beneath a prefix; files that are deleted meanwhile are left out.</summary>
    /// <exception cref="ForeignFileException">A folder of the prefix is no real one.</exception>
    public IEnumerable<(BlobName Name, FileFacts File)> Files(string prefix)
    {
        var folder = prefix[..(prefix.LastIndexOf('/') + 1)];
        if (folder.Length > 0 && (!BlobName.IsValid(folder[..^1]) || DirectoryLayout.IsReserved(folder[..^1])))
        {
            return [];
        }

        // A folder that is asked for by name must not look empty because a link stands in its place.
        layout.ThrowIfForeignOnTheWay(folder);
        return Files(folder, prefix);
    }

    private IEnumerable<(BlobName Name, FileFacts File)> Files(string folder, string prefix)
    {
        foreach (var key in Keys(Path.Combine(layout.Root, folder)))
        {
            var name = folder + key;
            if (!name.StartsWith(prefix, StringComparison.Ordinal) || !BlobName.IsValid(name.TrimEnd('/')) || DirectoryLayout.IsReserved(name))
            {
                continue;
            }

            var path = Path.Combine(layout.Root, name.TrimEnd('/'));
            var facts = FileFacts.Of(path);
            if (facts.Kind is FileKind.Link or FileKind.Special)
            {
                report(ForeignFileException.Of(path, facts.Kind));
            }
            else if (key[^1] == '/')
            {
                foreach (var below in facts.Kind == FileKind.Folder ? Files(name, name) : [])
                {
                    yield return below;
                }
            }
            else if (facts.IsFile)
            {
                yield return (new BlobName(name), facts);
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
            // The folder never existed, or was deleted; the names known so far are the result.
        }

        return keys;
    }
}
