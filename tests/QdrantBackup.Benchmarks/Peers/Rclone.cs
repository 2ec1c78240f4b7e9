using QdrantBackup.Benchmarks.Measuring;

namespace QdrantBackup.Benchmarks.Peers;

/// <summary>rclone's crypt over a local folder: blocks of 64 KiB, XSalsa20 with Poly1305; it neither compresses nor shares.</summary>
internal sealed class Rclone(string folder) : Peer(Path.Combine(folder, "rclone"))
{
    public override string Name => "rclone crypt";

    public override string Version => FirstLine("rclone", "version");

    protected override IReadOnlyDictionary<string, string> Environment { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["RCLONE_CONFIG"] = "/dev/null",
        ["RCLONE_CONFIG_SEALED_TYPE"] = "crypt",
        ["RCLONE_CONFIG_SEALED_REMOTE"] = Path.Combine(folder, "rclone"),
        ["RCLONE_CONFIG_SEALED_PASSWORD"] = FirstLine("rclone", "obscure", Passphrase),
    };

    public override Task InitialiseAsync() => Task.CompletedTask;

    public override Task<RunCost> BackUpAsync(string file, string name) => RunAsync(["rclone", "--quiet", "rcat", $"sealed:{name}"], file);

    public override Task<RunCost> RestoreAsync(string name) => RunAsync(["rclone", "--quiet", "cat", $"sealed:{name}"]);
}
