using QdrantBackup.Tests;

namespace LocalFunctions.Tests;

/// <summary>Puts what a test saw where <c>./dev record</c> finds it: under <c>artifacts/recorded</c>, at the place in the tree that it would replace.</summary>
internal static class Recorded
{
    public static void Write(string file, string content) => File.WriteAllText(PathOf(file), content);

    public static void Copy(string file, string from) => File.Copy(from, PathOf(file), overwrite: true);

    private static string PathOf(string file)
    {
        var path = Repository.Path("artifacts", "recorded", file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return path;
    }
}
