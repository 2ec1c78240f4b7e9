using QdrantBackup.Benchmarks.Measuring;

namespace QdrantBackup.Benchmarks.Peers;

/// <summary>restic: content-defined chunks of about 1 MiB, zstd, AES-256-CTR with Poly1305, SHA-256 for names.</summary>
internal sealed class Restic(string folder) : Peer(Path.Combine(folder, "restic"))
{
    public override string Name => "restic";

    public override string Version => FirstLine("restic", "version");

    protected override IReadOnlyDictionary<string, string> Environment { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["RESTIC_REPOSITORY"] = Path.Combine(folder, "restic"),
        ["RESTIC_PASSWORD"] = Passphrase,
        ["RESTIC_CACHE_DIR"] = Path.Combine(folder, "restic-cache"),
    };

    public override Task InitialiseAsync() => RunAsync(["restic", "--quiet", "init"]);

    /// <summary>By standard input: it would not even open a file whose time has not changed.</summary>
    public override Task<RunCost> BackUpAsync(string file, string name) => RunAsync(["restic", "--quiet", "backup", "--stdin", "--stdin-filename", name], file);

    public override Task<RunCost> RestoreAsync(string name) => RunAsync(["restic", "--quiet", "dump", "--path", $"/{name}", "latest", name]);
}
