using System.Security.Cryptography;
using System.Text;
using LocalDisk;

namespace QdrantBackup.Storage.Directories;

/// <summary>The layout of a directory store: blobs under their names, and beside them folders that hold no blobs (docs/format.md, names).</summary>
internal sealed class DirectoryLayout
{
    private const string SummariesFolder = "summaries";
    private const string TrashFolder = "trash";

    public DirectoryLayout(string root)
    {
        if (!Path.IsPathFullyQualified(root))
        {
            throw new UsageException($"the store's directory '{root}' is not an absolute path", "Give the whole path, such as /var/backups/qdrant.");
        }

        Root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(root));
    }

    public string Root { get; }

    public string Temporary => Path.Combine(Root, ".tmp");

    public string Locks => Path.Combine(Temporary, "locks");

    public string Reserve => Path.Combine(Temporary, "reserve");

    public string Trash => Path.Combine(Root, TrashFolder);

    /// <summary>The file of a blob. Names that mean something else here are refused, as no blob of the format has one.</summary>
    public string PathOf(BlobName name)
    {
        if (IsReserved(name.Value))
        {
            throw new StoreException($"{name} cannot be a blob in the directory {Root}", "Names beginning with summaries/ or trash/, or with a dot in any segment, are the directory store's own.");
        }

        // BlobName allows neither '..' nor a root; this asserts it where a mistake would do harm.
        var path = Path.GetFullPath(Path.Combine(Root, name.Value));
        return path.StartsWith(Root + Path.DirectorySeparatorChar, StringComparison.Ordinal)
            ? path
            : throw new StoreException($"{name} leads out of the directory {Root}", "The name did not come from this application; find out where it came from.");
    }

    /// <summary>The file of a manifest's summary, or null for every other blob.</summary>
    public string? SummaryPathOf(BlobName name) =>
        name.Value.StartsWith(BlobSummary.Folder, StringComparison.Ordinal) && !name.Value.AsSpan(BlobSummary.Folder.Length).Contains('/')
            ? Path.Combine(Root, SummariesFolder, name.Value[BlobSummary.Folder.Length..])
            : null;

    /// <summary>One of 256 lock files, the same for a name in every process.</summary>
    public string LockOf(BlobName name) =>
        Path.Combine(Locks, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name.Value)).AsSpan(0, 1)));

    /// <summary>The first of them, by which locks are proven: it is there from the first put on, so that a disk without inodes has it.</summary>
    public string AnyLock => Path.Combine(Locks, "00");

    public string NewTemporaryFile() => Path.Combine(Temporary, RandomNumberGenerator.GetHexString(32, lowercase: true));

    /// <summary>Throws when a folder below the root is there and is no real one. A link leads out of the store, or in circles.</summary>
    public void ThrowIfForeign(string folder)
    {
        if (folder != Root && FileFacts.Of(folder) is { Kind: not (FileKind.None or FileKind.Folder) } foreign)
        {
            throw ForeignFileException.Of(folder, foreign.Kind);
        }
    }

    /// <summary>The same for every folder above a blob. The root itself may be a link.</summary>
    public void ThrowIfForeignOnTheWay(string name)
    {
        for (var slash = name.IndexOf('/'); slash >= 0; slash = name.IndexOf('/', slash + 1))
        {
            ThrowIfForeign(Path.Combine(Root, name[..slash]));
        }
    }

    /// <summary>A store that does not exist yet is empty, but a missing parent, or a link that leads nowhere, usually means a disk that is not mounted.</summary>
    public void ThrowIfParentMissing()
    {
        if (!Directory.Exists(Root) && FileFacts.Of(Root).Kind == FileKind.Link)
        {
            throw new StoreException($"the store {Root} is a link that leads nowhere", "Mount the disk that it leads to, or correct the link.");
        }

        if (!Directory.Exists(Root) && Path.GetDirectoryName(Root) is { } parent && !Directory.Exists(parent))
        {
            throw new StoreException($"the directory {parent}, which should hold the store {Root}, is missing", "Mount the disk it is on, create it, or correct the store's path in the configuration.");
        }
    }

    /// <summary>Whether a name, or the beginning of one up to a slash, lies outside what is listed.</summary>
    public static bool IsReserved(string name)
    {
        var segments = name.Split('/');
        return segments[0] is SummariesFolder or TrashFolder or "lost+found" || segments.Any(segment => segment.StartsWith('.'));
    }
}
