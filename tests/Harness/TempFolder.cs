using System.Security.Cryptography;

namespace QdrantBackup.Harness;

/// <summary>A folder of its own under the system's temporary folder, gone at the end.</summary>
public sealed class TempFolder : IDisposable
{
    public TempFolder(string name = "test")
    {
        Path = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"qdrant-backup-{name}-{RandomNumberGenerator.GetHexString(8, lowercase: true)}");
        Directory.CreateDirectory(Path);
    }

    public string Path { get; }

    public string File(params string[] parts) => System.IO.Path.Combine([Path, .. parts]);

    public void Dispose()
    {
        if (Directory.Exists(Path))
        {
            Directory.Delete(Path, recursive: true);
        }
    }
}
