namespace QdrantBackup.Tests.Storage;

/// <summary>A directory of one test's own, gone after it.</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("qdrant-backup-store-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
