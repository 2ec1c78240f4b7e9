namespace QdrantBackup.Storage.Directories;

/// <summary>A file on its way into the store: invisible until it is moved to its place, and deleted if it never is.</summary>
internal sealed class StagedFile(DurableFiles files, string path) : IDisposable
{
    private bool _isMoved;

    public string Path => path;

    public Task WriteAsync(ReadOnlyMemory<byte> content, CancellationToken cancellationToken) => files.WriteNewAsync(path, content, cancellationToken);

    public void MoveTo(string target)
    {
        files.Replace(path, target);
        _isMoved = true;
    }

    /// <summary>Moves it to its place if nothing is there, in one step; false when something is.</summary>
    public bool TryMoveToNew(string target) => _isMoved = files.TryMoveNew(path, target);

    public void Dispose()
    {
        if (!_isMoved)
        {
            TryDelete(path);
        }
    }

    /// <summary>Deletes the staged files in a folder that are older than any put can be.</summary>
    public static void Sweep(string folder, DateTime beforeUtc)
    {
        foreach (var leftover in Directory.EnumerateFiles(folder).Where(file => File.GetLastWriteTimeUtc(file) < beforeUtc))
        {
            TryDelete(leftover);
        }
    }

    /// <summary>Tidying must not hide the error before it; a file that stays is removed another day.</summary>
    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }
}
