namespace QdrantBackup.Tests.Vectors;

/// <summary>A frozen store with the changes of its vector's file.</summary>
/// <param name="Name">The vector.</param>
/// <param name="Store">The changed copy.</param>
/// <param name="Backup">Which backup to restore.</param>
/// <param name="Expect">The expected outcome: <c>restores</c>, <c>restores</c> with the backup that comes back, or a part of the refusal's message.</param>
internal sealed record ChangedStore(string Name, StoreVector Store, string Backup, string Expect)
{
    private const string Comes = "restores";

    private static readonly string Folder = Repository.Path("tests", "vectors", "stores");

    public static IEnumerable<string> Names =>
        Directory.EnumerateFiles(Folder, "*.vector").Select(f => Path.GetFileNameWithoutExtension(f)).Order(StringComparer.Ordinal);

    /// <summary>The backup whose parts must come back, or null when it must be refused.</summary>
    public string? Restores => !Expect.StartsWith(Comes, StringComparison.Ordinal) ? null : Expect == Comes ? Backup : Expect[(Comes.Length + 1)..];

    public static string BaseFolder(string name) => Path.Combine(Folder, name);

    public static ChangedStore Load(string name, string to)
    {
        ILookup<string, string> header = File.ReadLines(Path.Combine(Folder, name + ".vector")).Select(line => line.Split(": ", 2)).ToLookup(pair => pair[0], pair => pair[1]);
        StoreVector store = StoreVector.Copy(BaseFolder(header["base"].Single()), to);
        foreach (string change in header["change"])
        {
            store.Change(change);
        }

        return new ChangedStore(name, store, header["backup"].Single(), header["expect"].Single());
    }
}
