using System.Security.Cryptography;
using LocalDisk;

namespace QdrantBackup.Tests.Storage.Directories;

/// <summary>A folder on another file system than the temporary folder: every Linux has one in memory.</summary>
internal sealed class OtherDisk : IDisposable
{
    private static readonly string[] Candidates = ["/dev/shm", "/run/shm", "/run", "/var/tmp", "/home", "/tmp", AppContext.BaseDirectory];

    private OtherDisk(string path) => Path = path;

    public string Path { get; }

    /// <summary>Finds one on another file system than <paramref name="folder"/>: only there a rename is refused.</summary>
    public static OtherDisk Than(string folder)
    {
        var probe = System.IO.Path.Combine(folder, "probe");
        File.WriteAllText(probe, "");
        foreach (var candidate in Candidates.Where(Directory.Exists))
        {
            var path = System.IO.Path.Combine(candidate, $"qdrant-backup-{RandomNumberGenerator.GetHexString(8, lowercase: true)}");
            try
            {
                Directory.CreateDirectory(path);
                if (SystemCalls.Rename(probe, System.IO.Path.Combine(path, "probe")) < 0)
                {
                    File.Delete(probe);
                    return new OtherDisk(path);
                }

                File.Move(System.IO.Path.Combine(path, "probe"), probe);
                Directory.Delete(path);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // This user may not write there.
            }
        }

        throw new InvalidOperationException($"no second file system to write to was found beside that of {folder}: mount one at /dev/shm");
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
