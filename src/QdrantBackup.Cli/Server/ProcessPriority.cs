using System.Globalization;
using System.Runtime.InteropServices;

namespace QdrantBackup.Cli.Server;

/// <summary>
/// Lets this process step back for others on the machine, for the processor and the disk: Qdrant's queries come before its backup. Linux keeps both for each thread, and a new thread
/// takes over those of the thread that makes it.
/// </summary>
internal static partial class ProcessPriority
{
    /// <summary>As far as nice(1) goes.</summary>
    public const int Lowest = 19;

    private const int Process = 0;
    private const int DiskOfProcess = 1;
    private const int BestEffort = 2 << 13;
    private const int Idle = 3 << 13;
    private const int LowestBestEffort = 7;

    /// <summary>Steps back. A process that was started further back stays there, and where the system refuses, nothing changes.</summary>
    /// <param name="nice">How far, 0 (not at all) to 19.</param>
    public static void Lower(int nice)
    {
        if (nice == 0 || !OperatingSystem.IsLinux() || DiskCall is not { } call)
        {
            return;
        }

        // Twice: a thread that is not lowered yet may make another one during the first round.
        for (var round = 0; round < 2; round++)
        {
            foreach (var thread in Threads())
            {
                _ = SetPriority(Process, thread, nice);
                _ = SetDiskPriority(call, DiskOfProcess, thread, nice == Lowest ? Idle : BestEffort + (LowestBestEffort * nice / Lowest));
            }
        }
    }

    // ioprio_set has a number and no function in libc.
    private static nint? DiskCall => RuntimeInformation.ProcessArchitecture switch { Architecture.X64 => 251, Architecture.Arm64 => 30, _ => null };

    private static IEnumerable<int> Threads() =>
        Directory.GetDirectories("/proc/self/task").Select(folder => int.Parse(Path.GetFileName(folder), CultureInfo.InvariantCulture));

    [LibraryImport("libc", EntryPoint = "setpriority", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetPriority(int which, int who, int priority);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint SetDiskPriority(nint number, nint which, nint who, nint priority);
}
