namespace QdrantBackup.Harness;

/// <summary>The recordings and real snapshots that lie in the repository.</summary>
public static class Fixtures
{
    public static string Root { get; } = QdrantStandIn.Fixtures.Directory ?? throw new InvalidOperationException("this does not lie inside the repository");

    public static string Snapshots { get; } = Path.Combine(Root, "snapshots");

    public static string Day(string name) => Path.Combine(Root, "days", name);
}
