using QdrantBackup.Benchmarks.Measuring;

namespace QdrantBackup.Benchmarks.Peers;

/// <summary>borg: content-defined chunks of about 2 MiB, lz4, AES-256-CTR with HMAC-SHA256, which also names.</summary>
internal sealed class Borg(string folder) : Peer(Path.Combine(folder, "borg"))
{
    public override string Name => "borg";

    public override string Version => FirstLine("borg", "--version");

    protected override IReadOnlyDictionary<string, string> Environment { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["BORG_REPO"] = Path.Combine(folder, "borg"),
        ["BORG_PASSPHRASE"] = Passphrase,
        ["BORG_BASE_DIR"] = Path.Combine(folder, "borg-state"),
        ["BORG_HOST_ID"] = "benchmark",
    };

    public override Task InitialiseAsync() => RunAsync(["borg", "init", "--encryption", "repokey"]);

    public override Task<RunCost> BackUpAsync(string file, string name) => RunAsync(["borg", "create", "--stdin-name", "snapshot", $"::{name}", "-"], file);

    public override Task<RunCost> RestoreAsync(string name) => RunAsync(["borg", "extract", "--stdout", $"::{name}"]);
}
