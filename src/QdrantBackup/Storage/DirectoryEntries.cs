using System.Globalization;
using System.Text;
using QdrantBackup.Sealing;

namespace QdrantBackup.Storage;

/// <summary>Reads the blobs of a directory store.</summary>
internal sealed class DirectoryEntries(DirectoryLayout layout)
{
    /// <summary>The entry with its summary; read again if the blob was put meanwhile, so that both belong together.</summary>
    public BlobEntry? Find(BlobName name, CancellationToken cancellationToken)
    {
        var path = layout.PathOf(name);
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (new FileInfo(path) is not { Exists: true } file)
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
            if (new FileInfo(path) is { Exists: true } again && ETagOf(again) == entry.ETag)
            {
                return entry with { Summary = summary };
            }
        }
    }

    /// <summary>The blob whose entry is <paramref name="expected"/>, or null if the blob was put or deleted since. An opened file never changes: puts replace it.</summary>
    public async Task<StoredBlob?> ReadAsync(BlobEntry expected, CancellationToken cancellationToken)
    {
        var path = layout.PathOf(expected.Name);
        try
        {
            using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.SequentialScan);
            var length = RandomAccess.GetLength(file);
            if (ETagOf(File.GetLastWriteTimeUtc(file), length) != expected.ETag)
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

    private static string? ReadSummary(string path)
    {
        try
        {
            using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            Span<byte> text = stackalloc byte[BlobSummary.MaxLength + 1];
            var length = RandomAccess.Read(file, text, 0);
            return length is 0 or > BlobSummary.MaxLength ? null : Encoding.ASCII.GetString(text[..length]);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    public static BlobEntry EntryOf(BlobName name, FileInfo file) => new(name, file.Length, ETagOf(file), new DateTimeOffset(file.LastWriteTimeUtc), null);

    public static string ETagOf(FileInfo file) => ETagOf(file.LastWriteTimeUtc, file.Length);

    private static string ETagOf(DateTime modified, long length) => string.Create(CultureInfo.InvariantCulture, $"\"{modified.Ticks:x}-{length:x}\"");
}
