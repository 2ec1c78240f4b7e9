using System.Runtime.InteropServices;

namespace LocalDisk;

/// <summary>The numbers by which the system names failures, and the exceptions for them: an <see cref="Exception.HResult"/> is the number, as .NET's own have it.</summary>
internal static class SystemErrors
{
    public const int NotPermitted = 1;
    public const int Missing = 2;
    public const int Interrupted = 4;
    public const int PermissionDenied = 13;
    public const int Exists = 17;
    public const int CrossesDisks = 18;
    public const int NotAFolder = 20;
    public const int Invalid = 22;

    private const int NoSuchDevice = 6;
    private const int NoSpace = 28;

    public static int IsHeld { get; } = OperatingSystem.IsLinux() ? 11 : 35;

    public static int NotSupported { get; } = OperatingSystem.IsLinux() ? 38 : 78;

    private static int OverQuota { get; } = OperatingSystem.IsLinux() ? 122 : 69;

    private static int IsLink { get; } = OperatingSystem.IsLinux() ? 40 : 62;

    /// <summary>Whether a failure means that the disk, or this user's share of it, is full. Windows has two words for it.</summary>
    public static bool IsFull(Exception failure) =>
        failure is IOException && (failure.HResult is NoSpace or unchecked((int)0x80070070) or unchecked((int)0x80070027) || failure.HResult == OverQuota);

    /// <summary>The exception for the last call, which failed.</summary>
    public static Exception Last(string path) => Of(path, Marshal.GetLastPInvokeError());

    /// <summary>The exception for a failure.</summary>
    public static Exception Of(string path, int error)
    {
        var reason = Marshal.GetPInvokeErrorMessage(error);
        return error switch
        {
            Missing or NotAFolder => new FileNotFoundException($"'{path}' is not there: {reason}", path),
            PermissionDenied or NotPermitted => new UnauthorizedAccessException($"Access to '{path}' is denied: {reason}"),
            NoSuchDevice => ForeignFileException.Of(path, FileKind.Special),
            _ when error == IsLink => ForeignFileException.Of(path, FileKind.Link),
            _ => new IOException($"'{path}': {reason}", error),
        };
    }
}
