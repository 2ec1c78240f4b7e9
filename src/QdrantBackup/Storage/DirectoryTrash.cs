using System.Globalization;

namespace QdrantBackup.Storage;

/// <summary>Where a directory store keeps what was deleted, by the day: <c>trash/2026-03-01/chunks/…</c>, and <c>trash/2026-03-01.1/…</c> for what went twice that day.</summary>
internal sealed class DirectoryTrash(DirectoryLayout layout, DurableFiles files, DurableDirectories directories)
{
    private const string DayFormat = "yyyy-MM-dd";

    /// <summary>Moves a blob, and its summary if it has one, out of sight. The caller holds the blob's lock.</summary>
    public void Take(BlobName name, DateOnly day)
    {
        var folder = FreeFolder(name, day);
        Move(layout.PathOf(name), Path.Combine(folder, name.Value));
        if (layout.SummaryPathOf(name) is { } summary && File.Exists(summary))
        {
            Move(summary, Path.Combine(folder, Path.GetRelativePath(layout.Root, summary)));
        }
    }

    /// <summary>Removes the folders of the days before <paramref name="day"/>; returns how many.</summary>
    public int Empty(DateOnly day)
    {
        if (!Directory.Exists(layout.Trash))
        {
            return 0;
        }

        var old = Directory.GetDirectories(layout.Trash)
            .Where(folder => DateOnly.TryParseExact(Path.GetFileName(folder).Split('.')[0], DayFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out var deleted) && deleted < day)
            .ToList();
        old.ForEach(folder => Directory.Delete(folder, recursive: true));
        return old.Count;
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
        directories.Ensure(folder);
        files.Replace(from, to);
        files.FlushDirectory(folder);
    }
}
