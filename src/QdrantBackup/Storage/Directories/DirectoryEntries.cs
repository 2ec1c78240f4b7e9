using System.Globalization;
using System.Text;
using LocalDisk;

namespace QdrantBackup.Storage.Directories;

/// <summary>Reads the blobs of a directory store: regular files in real folders, nothing else.</summary>
internal sealed class DirectoryEntries(DirectoryLayout layout)
{
    /// <summary>The entry with its summary; read again if the blob was put meanwhile, so that both belong together.</summary>
    /// <exception cref="ForeignFileException">Something else lies in the blob's place or on the way to it.</exception>
    public BlobEntry? Find(BlobName name, CancellationToken cancellationToken)
    {
        var path = layout.PathOf(name);
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (FileOf(name) is not { } file)
            {
                layout.ThrowIfParentMissing();
                return null;
            }

            var entry = EntryOf(name, file);
            if (layout.SummaryPathOf(name) is not { } summaryPath)
            {
                return entry;
            }

            var summary = ReadSummary(summaryPath);
            if (FileFacts.Of(path) is { IsFile: true } again && ETagOf(again) == entry.ETag)
            {
                return entry with { Summary = summary };
            }
        }
    }

    /// <summary>The regular file of a blob, or null where there is none.</summary>
    /// <exception cref="ForeignFileException">Something else lies in its place or on the way to it.</exception>
    public FileFacts? FileOf(BlobName name)
    {
        var path = layout.PathOf(name);
        layout.ThrowIfForeignOnTheWay(name.Value);
        return FileFacts.Of(path) switch
        {
            { Kind: FileKind.File } file => file,
            { Kind: FileKind.None or FileKind.Folder } => null,
            var foreign => throw ForeignFileException.Of(path, foreign.Kind),
        };
    }

    /// <summary>The blob whose entry is <paramref name="expected"/>, or null if the blob was put or deleted since. An opened file never changes: puts replace it.</summary>
    public async Task<StoredBlob?> ReadAsync(BlobEntry expected, CancellationToken cancellationToken)
    {
        var path = layout.PathOf(expected.Name);
        try
        {
            using var file = DiskFiles.OpenRead(path);
            var facts = FileFacts.Of(file);
            var length = facts.Length;
            if (ETagOf(facts) != expected.ETag)
            {
                return null;
            }

            var content = ChunkBuffers.Rent((int)length);
            for (var done = 0; done < length;)
            {
                var read = await RandomAccess.ReadAsync(file, content.AsMemory(done, (int)length - done), done, cancellationToken);
                done += read > 0 ? read : throw new EndOfStreamException($"'{path}' ended early");
            }

            return StoredBlob.In(content, expected);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    private string? ReadSummary(string path)
    {
        try
        {
            layout.ThrowIfForeign(Path.GetDirectoryName(path)!);
            using var file = DiskFiles.OpenRead(path);
            Span<byte> text = stackalloc byte[BlobSummary.MaxLength + 1];
            var length = RandomAccess.Read(file, text, 0);
            return length is 0 or > BlobSummary.MaxLength ? null : Encoding.ASCII.GetString(text[..length]);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    public static BlobEntry EntryOf(BlobName name, FileFacts file) => new(name, file.Length, ETagOf(file), new DateTimeOffset(file.ModifiedUtc), null);

    public static string ETagOf(FileFacts file) => string.Create(CultureInfo.InvariantCulture, $"\"{file.ModifiedUtc.Ticks:x}-{file.Length:x}\"");
}
