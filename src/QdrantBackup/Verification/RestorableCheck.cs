using QdrantBackup.Chunking;
using QdrantBackup.Parts;
using QdrantBackup.Restores;

namespace QdrantBackup.Verification;

/// <summary>Whether Qdrant would accept the content of a backup, as far as it shows without a Qdrant: whole archives with all their members, every shard covered, names and versions that a restore understands.</summary>
internal static class RestorableCheck
{
    /// <summary>The reason why a backup as a whole cannot be restored, or null.</summary>
    public static string? ManifestProblem(Manifest manifest) =>
        ManifestCoverage.Problem(manifest)
        ?? (manifest.Parts.FirstOrDefault(p => !RestoreGates.IsName(p.Key.Collection)) is { } unfit ? $"'{unfit.Key.Collection}' cannot be the name of a collection" : null)
        ?? (manifest.Cluster.Nodes.FirstOrDefault(n => !RestoreGates.IsVersion(n.Version)) is { } node ? $"it was made on Qdrant '{node.Version}', which is no version" : null)
        ?? (manifest.Cluster.Nodes.Count == 0 ? "it does not name the version of Qdrant that it was made on" : null);

    /// <summary>What is wrong with the archive of a part that was rebuilt, or null.</summary>
    public static string? PartProblem(Manifest manifest, ManifestPart part, ArchiveSummary summary)
    {
        if (manifest.Collections.FirstOrDefault(c => c.Name == part.Key.Collection) is not { } collection)
        {
            return "the manifest does not describe its archive";
        }

        string? problem = part.Key.Shard is null
            ? ArchiveCheck.CollectionSnapshot(summary, ManifestCoverage.ShardsOn(manifest.Cluster, collection, part.Key.Node))
            : ArchiveCheck.ShardSnapshot(summary);
        return problem ?? (part.Archive is { } seen && seen.Members != summary.MemberCount
            ? $"its archive has {summary.MemberCount} members, and had {seen.Members} when it was captured"
            : null);
    }

    /// <summary>The error for such a problem.</summary>
    public static SealException Failure(Manifest manifest, string problem) =>
        new($"backup {manifest.Id} is not restorable: {problem}", "Every byte is as it was captured, so the other store's cannot repair it: make a new backup, and keep an older one until it is verified.");
}
