namespace QdrantBackup.Tests.Keys;

/// <summary>Files with secrets in a folder of one test's own, and the key pair of the vectors.</summary>
internal sealed class KeyFiles : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("qdrant-backup-keys-");

    public static string PublicKey => Vector("key-rsa-public.pem");

    public string Path(string name) => System.IO.Path.Combine(_folder.FullName, name);

    public static string Vector(string name) => Repository.Path("tests", "vectors", name);

    /// <summary>Writes a file that only its owner can read.</summary>
    public string Secret(string name, string content, UnixFileMode others = UnixFileMode.None)
    {
        string path = Path(name);
        File.WriteAllText(path, content);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | others);
        }

        return path;
    }

    /// <summary>The private key of the vectors, copied to where only its owner can read it, as a checkout does not keep modes.</summary>
    public string PrivateKey(string vector = "key-rsa-private.pem") => Secret(vector, File.ReadAllText(Vector(vector)));

    public void Dispose() => _folder.Delete(recursive: true);
}
