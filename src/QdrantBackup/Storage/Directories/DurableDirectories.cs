using System.Collections.Concurrent;
using LocalDisk;

namespace QdrantBackup.Storage.Directories;

/// <summary>The folders of a directory store, made when first needed. A file is only as durable as the names of all folders above it.</summary>
internal sealed class DurableDirectories(DirectoryLayout layout, DurableFiles files)
{
    private readonly ConcurrentDictionary<string, bool> _durable = new(StringComparer.Ordinal);

    /// <summary>Creates a directory and, once for every store that is opened, makes sure that its name and those above it are on the disk, even if another process created them.</summary>
    /// <exception cref="ForeignFileException">Something below the root is there and is no real folder.</exception>
    public void Ensure(string path)
    {
        var parent = Path.GetDirectoryName(path);
        if (path == layout.Root)
        {
            layout.ThrowIfParentMissing();
        }
        else
        {
            Ensure(parent!);
            layout.ThrowIfForeign(path);
        }

        var isThere = Directory.Exists(path);
        if (isThere && _durable.ContainsKey(path))
        {
            return;
        }

        if (!isThere)
        {
            files.CreateDirectory(path);
        }

        if (parent is not null && (!isThere || path != layout.Root))
        {
            files.FlushDirectory(parent);
        }

        _durable[path] = true;
    }
}
