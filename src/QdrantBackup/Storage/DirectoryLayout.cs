using System.Security.Cryptography;
using System.Text;

namespace QdrantBackup.Storage;

/// <summary>Where a directory store keeps what: blobs under their names, and beside them folders that are no blobs (docs/format.md, names).</summary>
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

    public string Trash => Path.Combine(Root, TrashFolder);

    /// <summary>The file of a blob. Names that mean something else here are refused, as no blob of the format has one.</summary>
    public string PathOf(BlobName name)
    {
        if (IsReserved(name.Value))
        {
            throw new StoreException($"{name} cannot be a blob in the directory {Root}", "Names beginning with summaries/ or trash/, or with a dot in any segment, are the directory store's own.");
        }

        // BlobName lets neither '..' nor a root through; this asserts it where it would hurt.
        var path = Path.GetFullPath(Path.Combine(Root, name.Value));
        return path.StartsWith(Root + Path.DirectorySeparatorChar, StringComparison.Ordinal)
            ? path
            : throw new StoreException($"{name} leads out of the directory {Root}", "The name did not come from this application; find out who gave it.");
    }

    /// <summary>The file of a manifest's summary, or null for every other blob.</summary>
    public string? SummaryPathOf(BlobName name) =>
        name.Value.StartsWith(BlobSummary.Folder, StringComparison.Ordinal) && !name.Value.AsSpan(BlobSummary.Folder.Length).Contains('/')
            ? Path.Combine(Root, SummariesFolder, name.Value[BlobSummary.Folder.Length..])
            : null;

    /// <summary>One of 256 lock files, the same for a name in every process.</summary>
    public string LockOf(BlobName name) =>
        Path.Combine(Locks, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name.Value)).AsSpan(0, 1)));

    public string NewTemporaryFile() => Path.Combine(Temporary, RandomNumberGenerator.GetHexString(32, lowercase: true));

    /// <summary>A store that is not there yet is empty, but a missing parent is rather a disk that is not mounted.</summary>
    public void ThrowIfParentMissing()
    {
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
