namespace QdrantBackup.Harness;

/// <summary>
/// A disk that fails below .NET: a library, compiled when it is first needed, that a process loads before the C library and that answers fsync and flock instead of it.
/// </summary>
public static class FaultyDisk
{
    private const string Source = """
        /* Without headers and start files, so that a compiler alone is enough. */
        extern int *__errno_location(void);
        extern char *getenv(const char *);
        extern long readlink(const char *, char *, unsigned long);
        extern int snprintf(char *, unsigned long, const char *, ...);
        extern char *strstr(const char *, const char *);
        extern int atoi(const char *);
        extern void *dlsym(void *, const char *);
        extern int statx(int, const char *, int, unsigned, void *);

        static int seen;

        static int number(const char *name, int otherwise) { char *text = getenv(name); return text ? atoi(text) : otherwise; }

        /* Whether the flush of this file must fail: FAULT_FSYNC=files|folders, FAULT_BELOW=part of a path, FAULT_AFTER=how many are let through, FAULT_COUNT=how many fail. */
        static int fails(int fd)
        {
            char *what = getenv("FAULT_FSYNC"), *below = getenv("FAULT_BELOW"), link[64], path[4096], facts[256];
            if (!what || !below) return 0;
            snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
            long length = readlink(link, path, sizeof path - 1);
            if (length < 0) return 0;
            path[length] = 0;
            if (!strstr(path, below) || statx(fd, "", 0x1000, 0x7ff, facts) < 0) return 0;
            int isFolder = (*(unsigned short *)(facts + 28) & 0xF000) == 0x4000;
            if (isFolder != (what[1] == 'o')) return 0;
            int turn = __atomic_fetch_add(&seen, 1, __ATOMIC_SEQ_CST) - number("FAULT_AFTER", 0);
            return turn >= 0 && turn < number("FAULT_COUNT", 1 << 30);
        }

        static int flush(int fd, const char *name)
        {
            if (fails(fd)) { *__errno_location() = number("FAULT_ERRNO", 5); return -1; }
            return ((int (*)(int))dlsym((void *)-1L, name))(fd);
        }

        int fsync(int fd) { return flush(fd, "fsync"); }
        int fdatasync(int fd) { return flush(fd, "fdatasync"); }

        /* FAULT_FLOCK=granted: everybody gets every lock, as on a file system without them; unsupported: nobody does. */
        int flock(int fd, int operation)
        {
            char *what = getenv("FAULT_FLOCK");
            if (what && what[0] == 'g') return 0;
            if (what) { *__errno_location() = 95; return -1; }
            return ((int (*)(int, int))dlsym((void *)-1L, "flock"))(fd, operation);
        }
        """;

    private static readonly Lazy<Task<string>> s_library = new(CompileAsync);

    /// <summary>The variables with which a process has such a disk.</summary>
    public static async Task<Dictionary<string, string>> WithAsync(params (string Name, string Value)[] faults)
    {
        var environment = faults.ToDictionary(f => $"FAULT_{f.Name}", f => f.Value, StringComparer.Ordinal);
        environment["LD_PRELOAD"] = await s_library.Value;
        return environment;
    }

    private static async Task<string> CompileAsync()
    {
        var folder = new TempFolder("faulty-disk");
        AppDomain.CurrentDomain.ProcessExit += (_, _) => folder.Dispose();
        await File.WriteAllTextAsync(folder.File("disk.c"), Source);
        var compiled = await Installation.ProgramAsync(["cc", "-shared", "-fPIC", "-nostdlib", "-w", "-o", folder.File("disk.so"), folder.File("disk.c")]);
        return compiled.ExitCode == 0 ? folder.File("disk.so") : throw new InvalidOperationException($"cc, which ./dev installs, cannot compile the faulty disk:\n{compiled.Errors}");
    }
}
