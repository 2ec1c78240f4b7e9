using Microsoft.Win32.SafeHandles;
using QdrantBackup.Configuration.Files;

namespace QdrantBackup.Configuration;

/// <summary>A configuration file, flattened: keys with colons, values as text, and the line that each stands in.</summary>
internal static class BackupFile
{
    private const string Folder = "/opt/qdrant/config";
    private const int MaxBytes = 1 << 20;

    private static readonly string[] Names = ["backup.yaml", "backup.yml", "backup.json"];

    /// <summary>The file to use when none is named; null if there is none.</summary>
    public static string? FindDefault() =>
        Names.Select(name => Path.Combine(Folder, name)).FirstOrDefault(File.Exists);

    /// <summary>Reads a file; its root key <c>backup</c> becomes the section <c>Backup</c>.</summary>
    /// <exception cref="UsageException">It cannot be read, is neither YAML nor JSON, or has another root key.</exception>
    public static IReadOnlyDictionary<string, FileValue> Read(string path) => Read(path, out _);

    /// <summary>The same, and whether every user of this machine can read the file.</summary>
    public static IReadOnlyDictionary<string, FileValue> Read(string path, out bool isOpenToAll)
    {
        var text = ReadText(path, out isOpenToAll);
        var isJson = Path.GetExtension(path).Equals(".json", StringComparison.OrdinalIgnoreCase);
        var values = isJson ? JsonValues.Read(text, path) : YamlValues.Read(text, path);
        foreach (var (key, value) in values)
        {
            var root = key.Split(':')[0];
            if (!root.Equals(BackupOptions.SectionName, StringComparison.OrdinalIgnoreCase))
            {
                throw new UsageException(
                    $"The configuration file {path} has the root key '{SafeText.ErrorLine(root)}' in line {value.Line}.",
                    "Everything in it must stand below one root key, backup:.");
            }
        }

        return values;
    }

    /// <summary>Whether every user of this machine can read an open file: the file itself, whatever links led to it.</summary>
    public static bool IsOpenToAll(SafeFileHandle file) => !OperatingSystem.IsWindows() && File.GetUnixFileMode(file).HasFlag(UnixFileMode.OtherRead);

    private static string ReadText(string path, out bool isOpenToAll)
    {
        try
        {
            // Not by its length: a pipe or a device has none and may never end.
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            isOpenToAll = IsOpenToAll(stream.SafeFileHandle);
            var content = new byte[MaxBytes + 1];
            var length = stream.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
            if (length > MaxBytes)
            {
                throw new UsageException($"The configuration file {path} has more than {MaxBytes} bytes.", "Name the right file: a configuration is much shorter.");
            }

            using var reader = new StreamReader(new MemoryStream(content, 0, length), detectEncodingFromByteOrderMarks: true);
            return reader.ReadToEnd();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new UsageException(
                $"The configuration file {path} cannot be read: {exception.Message}",
                "Name one that exists and that this user may read.",
                exception);
        }
    }
}
