using System.Security.Cryptography;

namespace QdrantBackup.Benchmarks.Measuring;

/// <summary>A folder in memory where the system has such a place, so that no disk is measured; gone at the end.</summary>
internal sealed class MemoryFolder : IDisposable
{
    private const string InMemory = "/dev/shm";

    public MemoryFolder()
    {
        IsInMemory = Directory.Exists(InMemory);
        Path = System.IO.Path.Combine(IsInMemory ? InMemory : System.IO.Path.GetTempPath(), $"qdrant-backup-bench-{RandomNumberGenerator.GetHexString(8, lowercase: true)}");
        Directory.CreateDirectory(Path);
    }

    public string Path { get; }

    public bool IsInMemory { get; }

    public string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Removes what lies in it under a name.</summary>
    public void Remove(string name)
    {
        if (Directory.Exists(File(name)))
        {
            Directory.Delete(File(name), recursive: true);
        }
        else
        {
            System.IO.File.Delete(File(name));
        }
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
