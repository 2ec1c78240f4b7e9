using QdrantBackup.Benchmarks.Measuring;

namespace QdrantBackup.Benchmarks.Peers;

/// <summary>Nothing but a copy: what the system itself takes to read and to write the bytes.</summary>
internal sealed class PlainCopy(string folder) : Peer(Path.Combine(folder, "plain"))
{
    public override string Name => "copy";

    public override string Version => "cat";

    protected override IReadOnlyDictionary<string, string> Environment { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    public override Task InitialiseAsync()
    {
        Directory.CreateDirectory(Repository);
        return Task.CompletedTask;
    }

    public override Task<RunCost> BackUpAsync(string file, string name) => RunCost.OfAsync(["cat"], Environment, file, Path.Combine(Repository, name));

    public override Task<RunCost> RestoreAsync(string name) => RunAsync(["cat"], Path.Combine(Repository, name));
}
