using System.Security.Cryptography;
using LocalDisk;

namespace QdrantBackup.Keys;

/// <summary>
/// Reads files that hold secrets: whole, within a limit, and only if their owner alone can change them, and only their owner and their group can read them. Through its
/// group a service gets a mounted secret, which root owns.
/// </summary>
internal static class SecretFile
{
    private const UnixFileMode Others = ~(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead);

    /// <summary>Reads a secret into memory that the collector does not move; the caller zeroes it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="what">What it is, for messages, e.g. <c>key file</c>.</param>
    /// <param name="maxLength">The most bytes it may have.</param>
    /// <exception cref="UsageException">No such file, others can read or change it, or it is longer.</exception>
    public static byte[] Read(string path, string what, int maxLength) => Read(path, what, maxLength, isSecret: true);

    /// <summary>The same for what is no secret, so whoever can read it may.</summary>
    public static byte[] ReadPublic(string path, string what, int maxLength) => Read(path, what, maxLength, isSecret: false);

    private static byte[] Read(string path, string what, int maxLength, bool isSecret)
    {
        byte[] buffer = GC.AllocateUninitializedArray<byte>(maxLength + 1, pinned: true);
        try
        {
            // A link may lead to it, as the secrets of containers do; a FIFO or a device is refused at once, for it would be waited for, or never end.
            using var handle = DiskFiles.OpenRead(path, followsLinks: true);
            using var file = new FileStream(handle, FileAccess.Read, bufferSize: 0);
            // The mode of the opened file, not of whatever has the name by then.
            if (isSecret && !OperatingSystem.IsWindows() && (File.GetUnixFileMode(file.SafeFileHandle) & Others) != UnixFileMode.None)
            {
                throw new UsageException(
                    $"the {what} '{path}' can be read or changed by other users",
                    $"Run: chmod 600 '{path}' (or 640, for a service that reads it through its group). If others may have read it, create another one and replace it (docs/keys.md).");
            }

            int length = file.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
            if (length > maxLength)
            {
                throw new UsageException($"the {what} '{path}' is longer than {maxLength} bytes", "Check that the path names the right file.");
            }

            byte[] content = GC.AllocateUninitializedArray<byte>(length, pinned: true);
            buffer.AsSpan(0, length).CopyTo(content);
            return content;
        }
        catch (ForeignFileException e)
        {
            throw new UsageException($"the {what} cannot be read: {e.Message}", "Name a regular file, or a link to one. Write what a program prints into a file of mode 600 first.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"the {what} '{path}' cannot be read: {e.Message}", "Check the path in the configuration and that this user may read it.", e);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(buffer);
        }
    }
}
