using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using LocalDisk;
using QdrantBackup.Storage.Directories;

namespace QdrantBackup.Keys;

/// <summary>A key file: a line that says what it is, then the key in hex. Text, so that it can be printed and kept in a safe.</summary>
internal static class KeyFile
{
    private const string FirstLine = "qdrant-backup key file 1: secret, keep a copy offline; without it the backups cannot be opened";
    private const int MaxFileLength = 4096;

    private static ReadOnlySpan<byte> FirstLineStart => "qdrant-backup key file "u8;

    /// <summary>Reads a key of a length, after checking that not every user can.</summary>
    public static byte[] Read(string path, int keyLength)
    {
        byte[] content = SecretFile.Read(path, "key file", MaxFileLength);
        byte[]? text = SecretText.ToUtf8(content);
        try
        {
            return text is null ? throw NotAKeyFile(path) : Parse(path, text, keyLength);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(content);
            CryptographicOperations.ZeroMemory(text);
        }
    }

    /// <summary>
    /// Writes a new file that from its first moment only its owner can read; it is on disk when this returns. It gets its name when it is whole:
    /// a key that was cut short would be neither a key nor overwritten.
    /// </summary>
    public static void Write(string path, ReadOnlySpan<byte> key)
    {
        byte[] text = Encoding.ASCII.GetBytes($"{FirstLine}\n{Convert.ToHexStringLower(key)}\n");
        var files = new DurableFiles();
        using var staged = new StagedFile(files, $"{path}.{RandomNumberGenerator.GetHexString(8, lowercase: true)}.new");
        try
        {
            WriteNew(staged.Path, text);
            if (!staged.TryMoveToNew(path))
            {
                throw AlreadyThere(path);
            }

            files.FlushDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        }
        catch (FlushException e)
        {
            throw new UsageException(
                $"the key file '{path}' is not safe: {e.Message}", "Check the disk, delete what is there under this name, and make the key file on a disk that can be flushed: a lost key file is a lost store.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"the key file '{path}' cannot be written: {e.Message}", "Check that the folder exists and that this user may write to it.", e);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(text);
        }
    }

    private static void WriteNew(string path, ReadOnlySpan<byte> text)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using var file = new FileStream(path, options);
        file.Write(text);
        DiskFiles.Flush(file.SafeFileHandle, path);
    }

    private static UsageException AlreadyThere(string path) =>
        new($"the key file '{path}' exists already and is not overwritten", "Name another file, or use the one that is there: a lost key file is a lost store.");

    // Works on the bytes: a string would stay in memory with the key in it.
    private static byte[] Parse(string path, ReadOnlySpan<byte> text, int keyLength)
    {
        int end = text.IndexOf((byte)'\n');
        if (end < 0 || !text.StartsWith(FirstLineStart))
        {
            throw NotAKeyFile(path);
        }

        if (!text[FirstLineStart.Length..].StartsWith("1:"u8))
        {
            throw new UsageException($"the key file '{path}' is of another format", "Use the newest version of this program.");
        }

        byte[] key = GC.AllocateUninitializedArray<byte>(keyLength, pinned: true);
        ReadOnlySpan<byte> hex = text[(end + 1)..].Trim(" \t\r\n"u8);
        return Convert.FromHexString(hex, key, out int consumed, out int written) == OperationStatus.Done && consumed == hex.Length && written == keyLength
            ? key
            : throw NotAKeyFile(path);
    }

    private static UsageException NotAKeyFile(string path) =>
        new($"'{path}' is no key file", "It must have two lines: one that begins with 'qdrant-backup key file 1:' and one of 64 hex digits, as 'key init' writes them.");
}
