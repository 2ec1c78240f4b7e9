using System.CommandLine;

namespace QdrantBackup.Cli.Verbs;

/// <summary><c>repair [ID|--all]</c>: verifies, and replaces what is damaged by what the other store has.</summary>
internal static class RepairVerb
{
    public static Command Create(GlobalOptions options) =>
        new CheckedVerb("exists").Create("repair", "Replace damaged or missing blobs by those of the second store; known damages are mended at every level", "repair", options);
}
