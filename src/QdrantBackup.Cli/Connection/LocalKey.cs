using System.Security.Cryptography;

namespace QdrantBackup.Cli.Connection;

/// <summary>
/// The API key with which commands of the same user talk to a server on the same state directory. It is made anew at every start and lies in a file of mode 0600:
/// whoever can read it can read the state directory and the key file's configuration too.
/// </summary>
internal static class LocalKey
{
    private const string FileName = "command-line.key";

    public static string Create() => "qb_" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));

    public static void Write(string stateDirectory, string key)
    {
        var path = Path.Combine(stateDirectory, FileName);
        File.Delete(path);
        using var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        file.Write(System.Text.Encoding.ASCII.GetBytes(key));
    }

    /// <summary>The key, or null when there is none that this user may read.</summary>
    public static string? TryRead(string stateDirectory)
    {
        try
        {
            return File.ReadAllText(Path.Combine(stateDirectory, FileName));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
