namespace QdrantBackup.Harness;

/// <summary>The recordings and real snapshots that lie in the repository.</summary>
public static class Fixtures
{
    public static string Root { get; } = Path.Combine(FindRepository(), "tests", "fixtures");

    public static string Snapshots { get; } = Path.Combine(Root, "snapshots");

    public static string Day(string name) => Path.Combine(Root, "days", name);

    private static string FindRepository()
    {
        var folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "QdrantBackupFunctions.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder ?? throw new InvalidOperationException("this does not lie inside the repository");
    }
}
