using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace LocalDisk;

/// <summary>
/// Every call to the system that .NET lacks, or whose result .NET does not report. The other classes of this folder call them and check every answer.
/// Numbers are those of Linux, and of macOS where that has others.
/// </summary>
internal static partial class SystemCalls
{
    public const int ReadOnly = 0;
    public const int ReadWrite = 2;

    /// <summary>fcntl's F_FULLFSYNC of macOS, where fsync leaves the bytes in the drive's memory.</summary>
    public const int FullFlush = 51;

    /// <summary>LOCK_EX | LOCK_NB.</summary>
    public const int ExclusiveOrFail = 2 | 4;

    /// <summary>LOCK_SH | LOCK_NB.</summary>
    public const int SharedOrFail = 1 | 4;

    /// <summary>renameat2's RENAME_NOREPLACE.</summary>
    public const uint OnlyIfAbsent = 1;

    /// <summary>AT_FDCWD: paths are taken as they are.</summary>
    public const int NoFolder = -100;

    /// <summary>AT_SYMLINK_NOFOLLOW.</summary>
    public const int LinkItself = 0x100;

    /// <summary>AT_EMPTY_PATH: the open file itself.</summary>
    public const int OpenFile = 0x1000;

    /// <summary>STATX_BASIC_STATS.</summary>
    public const uint BasicFacts = 0x7ff;

    private const string Libc = "libc";

    // The program's own symbols come first, as they do for the runtime's calls: what a person preloads (a fault injector, a sandbox) is seen here too.
    static SystemCalls() => NativeLibrary.SetDllImportResolver(
        typeof(SystemCalls).Assembly,
        (name, _, _) => name == Libc && NativeLibrary.TryGetExport(NativeLibrary.GetMainProgramHandle(), "fsync", out _) ? NativeLibrary.GetMainProgramHandle() : 0);

    /// <summary>O_CLOEXEC: no child process inherits the file, nor the lock on it.</summary>
    public static int CloseOnExec { get; } = OperatingSystem.IsLinux() ? 0x80000 : 0x1000000;

    /// <summary>O_NOFOLLOW: a link in the file's place is an error. Its number differs between processors.</summary>
    public static int NoFollow { get; } =
        !OperatingSystem.IsLinux() ? 0x100
        : RuntimeInformation.ProcessArchitecture is Architecture.Arm or Architecture.Armv6 or Architecture.Arm64 or Architecture.Ppc64le ? 0x8000 : 0x20000;

    /// <summary>O_NONBLOCK: a FIFO in the file's place is opened at once instead of waiting for its other end.</summary>
    public static int NoWaiting { get; } = OperatingSystem.IsLinux() ? 0x800 : 4;

    /// <summary>open(2) of what is there. File.OpenHandle refuses folders, follows links, and waits for the other end of a FIFO for ever.</summary>
    [LibraryImport(Libc, EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial SafeFileHandle Open(string path, int flags);

    /// <summary>fsync(2). FileStream.Flush(true) and RandomAccess.FlushToDisk report a failed one as success.</summary>
    [LibraryImport(Libc, EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Flush(SafeFileHandle file);

    /// <summary>fcntl(2) without an argument, for <see cref="FullFlush"/> on macOS.</summary>
    [LibraryImport(Libc, EntryPoint = "fcntl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Control(SafeFileHandle file, int command);

    /// <summary>rename(2). File.Move copies without flushing where the target is on another disk.</summary>
    [LibraryImport(Libc, EntryPoint = "rename", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Rename(string from, string to);

    /// <summary>renameat2(2) with RENAME_NOREPLACE: puts a name in place only if nothing has it, whatever locks are worth. Linux with glibc 2.28; not on every file system.</summary>
    [LibraryImport(Libc, EntryPoint = "renameat2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int RenameAt(int fromFolder, string from, int toFolder, string to, uint flags);

    /// <summary>link(2): the same in two steps, where the other is not supported (NFS, macOS).</summary>
    [LibraryImport(Libc, EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Link(string from, string to);

    /// <summary>flock(2). FileShare.None takes the same lock, and passes over every answer but "held": where locks are not supported, or switched off, .NET takes none and reports none.</summary>
    [LibraryImport(Libc, EntryPoint = "flock", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Lock(SafeFileHandle file, int operation);

    /// <summary>statx(2): what lies at a path, links not followed, in one call. .NET has no word for FIFOs, sockets and devices. Linux with glibc 2.28.</summary>
    [LibraryImport(Libc, EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Facts(int folder, string path, int flags, uint mask, out FileFactsBuffer facts);

    /// <summary>The same of an open file.</summary>
    [LibraryImport(Libc, EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int FactsOf(SafeFileHandle file, string emptyPath, int flags, uint mask, out FileFactsBuffer facts);

    /// <summary>The flag of a file system that is mounted read-only (ST_RDONLY).</summary>
    public const ulong MountedReadOnly = 1;

    /// <summary>statvfs(3): free bytes and free inodes; DriveInfo knows bytes alone. Linux on processors of 64 bits.</summary>
    [LibraryImport(Libc, EntryPoint = "statvfs", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Room(string path, out RoomBuffer room);

    /// <summary>struct statx, the same on every processor.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    public struct FileFactsBuffer
    {
        [FieldOffset(28)]
        public ushort Mode;

        [FieldOffset(40)]
        public ulong Length;

        /// <summary>Blocks of 512 bytes that the disk holds for it.</summary>
        [FieldOffset(48)]
        public ulong Blocks;

        [FieldOffset(112)]
        public long ModifiedSeconds;

        [FieldOffset(120)]
        public uint ModifiedNanoseconds;
    }

    /// <summary>struct statvfs of 64-bit Linux: the beginning, and room for the rest.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct RoomBuffer
    {
        public ulong BlockLength;
        public ulong FragmentLength;
        public ulong Blocks;
        public ulong FreeBlocks;
        public ulong AvailableBlocks;
        public ulong Files;
        public ulong FreeFiles;
        public ulong AvailableFiles;
        public ulong Id;
        public ulong Flags;
        public Rest Unused;
    }

    /// <summary>What of struct statvfs is of no use here.</summary>
    [InlineArray(16)]
    public struct Rest
    {
        private ulong _first;
    }
}
