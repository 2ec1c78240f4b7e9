using System.CommandLine;

namespace QdrantBackup.Cli.Verbs;

/// <summary><c>verify [ID|--all]</c>: reads backups back and proves them.</summary>
internal static class VerifyVerb
{
    public static Command Create(GlobalOptions options) =>
        new CheckedVerb("readable").Create("verify", "Read backups back and prove them", "verification", options);
}
