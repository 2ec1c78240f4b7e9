namespace LocalDisk;

/// <summary>Something lies where a regular file or a real folder belongs, and is neither.</summary>
internal sealed class ForeignFileException(string path, string what) : IOException($"'{path}' is {what}")
{
    public static ForeignFileException Of(string path, FileKind kind) => new(path, kind switch
    {
        FileKind.Link => "a symbolic link",
        FileKind.Folder => "a folder in a file's place",
        FileKind.File => "a file in a folder's place",
        _ => "a FIFO, a socket or a device",
    });
}

/// <summary>The disk did not confirm that it has what was written.</summary>
internal sealed class FlushException(string path, string reason, int error) : IOException($"the disk did not confirm that it has '{path}': {reason}", error);

/// <summary>The file system gives no lock, or one that keeps nobody out.</summary>
internal sealed class LockException(string path, string reason) : IOException($"the file system gives no lock on '{path}': {reason}");
