namespace QdrantBackup.Benchmarks.Measuring;

/// <summary>How many bytes lie in a folder's files.</summary>
internal static class FolderSize
{
    public static long Of(string folder, Func<string, bool>? counts = null) =>
        Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Where(file => counts?.Invoke(file) ?? true).Sum(file => new FileInfo(file).Length);
}
