using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace LocalDisk;

/// <summary>What lies at a path, links not followed.</summary>
internal enum FileKind
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>A regular file.</summary>
    File,

    /// <summary>A real folder.</summary>
    Folder,

    /// <summary>A symbolic link, wherever it leads.</summary>
    Link,

    /// <summary>A FIFO, a socket or a device.</summary>
    Special,
}

/// <summary>What lies at a path, links not followed; the default is nothing.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Length">A file's length in bytes.</param>
/// <param name="ModifiedUtc">When it was last written.</param>
/// <param name="DiskBytes">How many bytes the disk holds for it, where the system says so.</param>
internal readonly record struct FileFacts(FileKind Kind, long Length, DateTime ModifiedUtc, long DiskBytes)
{
    private const int BlockLength = 512;
    private const int RegularFile = 0x8000;
    private const int RealFolder = 0x4000;
    private const int SymbolicLink = 0xA000;
    private const int KindMask = 0xF000;

    private static volatile bool s_hasCall = OperatingSystem.IsLinux();

    public bool IsFile => Kind == FileKind.File;

    /// <summary>What lies at a path.</summary>
    public static FileFacts Of(string path)
    {
        if (s_hasCall)
        {
            try
            {
                if (SystemCalls.Facts(SystemCalls.NoFolder, path, SystemCalls.LinkItself, SystemCalls.BasicFacts, out var facts) >= 0)
                {
                    return Of(facts);
                }

                var error = Marshal.GetLastPInvokeError();
                if (error != SystemErrors.NotSupported)
                {
                    return error is SystemErrors.Missing or SystemErrors.NotAFolder ? default : throw SystemErrors.Of(path, error);
                }
            }
            catch (EntryPointNotFoundException)
            {
                // An older C library.
            }

            s_hasCall = false;
        }

        return OfRuntime(path);
    }

    /// <summary>What an open file is.</summary>
    public static FileFacts Of(SafeFileHandle file)
    {
        if (s_hasCall && SystemCalls.FactsOf(file, "", SystemCalls.OpenFile, SystemCalls.BasicFacts, out var facts) >= 0)
        {
            return Of(facts);
        }

        try
        {
            var length = RandomAccess.GetLength(file);
            return new FileFacts(FileKind.File, length, File.GetLastWriteTimeUtc(file), length);
        }
        catch (NotSupportedException)
        {
            return new FileFacts(FileKind.Special, 0, default, 0);
        }
    }

    private static FileFacts Of(SystemCalls.FileFactsBuffer facts) => new(
        (facts.Mode & KindMask) switch
        {
            RegularFile => FileKind.File,
            RealFolder => FileKind.Folder,
            SymbolicLink => FileKind.Link,
            _ => FileKind.Special,
        },
        (long)facts.Length,
        DateTime.UnixEpoch.AddTicks((facts.ModifiedSeconds * TimeSpan.TicksPerSecond) + (facts.ModifiedNanoseconds / TimeSpan.NanosecondsPerTick)),
        (long)facts.Blocks * BlockLength);

    private static FileFacts OfRuntime(string path)
    {
        var file = new FileInfo(path);
        return file.LinkTarget is not null ? new FileFacts(FileKind.Link, 0, file.LastWriteTimeUtc, 0)
            : file.Exists ? new FileFacts(FileKind.File, file.Length, file.LastWriteTimeUtc, file.Length)
            : Directory.Exists(path) ? new FileFacts(FileKind.Folder, 0, Directory.GetLastWriteTimeUtc(path), 0)
            : default;
    }
}
