using System.Globalization;
using LocalDisk;

namespace QdrantBackup.Storage.Directories;

/// <summary>The deleted blobs of a directory store, by day: <c>trash/2026-03-01/chunks/…</c>, and <c>trash/2026-03-01.1/…</c> for a blob that was deleted twice that day.</summary>
internal sealed class DirectoryTrash(DirectoryLayout layout, DurableFiles files, DurableDirectories directories)
{
    private const string DayFormat = "yyyy-MM-dd";
    private const int MaxAttempts = 5;

    /// <summary>Moves a blob, and its summary if there is one, into the trash. The caller holds the blob's lock.</summary>
    public void Take(BlobName name, DateOnly day)
    {
        var folder = FreeFolder(name, day);
        Move(layout.PathOf(name), Path.Combine(folder, name.Value));
        if (layout.SummaryPathOf(name) is { } summary && FileFacts.Of(summary).IsFile)
        {
            Move(summary, Path.Combine(folder, Path.GetRelativePath(layout.Root, summary)));
        }
    }

    /// <summary>Removes the folders of the days before <paramref name="day"/>.</summary>
    public EmptiedTrash Empty(DateOnly day, CancellationToken cancellationToken)
    {
        var emptied = new EmptiedTrash(0, 0, 0);
        foreach (var (folder, _) in Days().Where(d => d.Day < day).ToList())
        {
            var content = ContentOf(folder);
            Remove(folder, cancellationToken);
            emptied = new EmptiedTrash(emptied.Days + 1, emptied.Files + content.Files, emptied.Bytes + content.Bytes);
        }

        return emptied;
    }

    /// <summary>How much lies there, and since which day.</summary>
    public TrashContent Look()
    {
        var days = Days().ToList();
        var (files, bytes) = days.Select(d => ContentOf(d.Folder)).Aggregate((Files: 0L, Bytes: 0L), (sum, day) => (sum.Files + day.Files, sum.Bytes + day.Bytes));
        return new TrashContent(files, bytes, days.Count == 0 ? null : days.Min(d => d.Day), days.Count == 0 ? null : days.Max(d => d.Day));
    }

    private IEnumerable<(string Folder, DateOnly Day)> Days()
    {
        layout.ThrowIfForeign(layout.Trash);
        foreach (var folder in Directory.Exists(layout.Trash) ? Directory.GetDirectories(layout.Trash) : [])
        {
            if (FileFacts.Of(folder).Kind == FileKind.Folder
                && DateOnly.TryParseExact(Path.GetFileName(folder).Split('.')[0], DayFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
            {
                yield return (folder, day);
            }
        }
    }

    /// <summary>Another process may be moving blobs into it, or be emptying it too.</summary>
    private static void Remove(string folder, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                Directory.Delete(folder, recursive: true);
                return;
            }
            catch (DirectoryNotFoundException)
            {
                return;
            }
            catch (IOException) when (attempt < MaxAttempts)
            {
                // Something was added or removed meanwhile.
            }
        }
    }

    /// <summary>The bytes that the disk holds for a folder; links and files that are deleted meanwhile are left out.</summary>
    private static (long Files, long Bytes) ContentOf(string folder)
    {
        var (count, bytes) = (0L, 0L);
        var options = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = true };
        foreach (var file in Directory.EnumerateFiles(folder, "*", options))
        {
            if (FileFacts.Of(file) is { IsFile: true } facts)
            {
                count++;
                bytes += facts.DiskBytes;
            }
        }

        return (count, bytes);
    }

    private string FreeFolder(BlobName name, DateOnly day)
    {
        var first = Path.Combine(layout.Trash, day.ToString(DayFormat, CultureInfo.InvariantCulture));
        var folder = first;
        for (var again = 1; File.Exists(Path.Combine(folder, name.Value)); again++)
        {
            folder = string.Create(CultureInfo.InvariantCulture, $"{first}.{again}");
        }

        return folder;
    }

    private void Move(string from, string to)
    {
        var folder = Path.GetDirectoryName(to)!;
        for (var attempt = 1; ; attempt++)
        {
            directories.Ensure(folder);
            try
            {
                files.Replace(from, to);
                break;
            }
            catch (FileNotFoundException) when (attempt < MaxAttempts && FileFacts.Of(from).IsFile)
            {
                // The trash was emptied between the two.
            }
        }

        files.FlushDirectory(folder);
    }
}
