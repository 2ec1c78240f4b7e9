using System.Globalization;

namespace QdrantBackup.Parts;

/// <summary>Which shards a manifest lists, and whether its parts hold them all.</summary>
internal static class ManifestCoverage
{
    /// <summary>The shards of a collection that a snapshot taken on a node must hold.</summary>
    public static IEnumerable<uint> ShardsOn(ManifestCluster cluster, ManifestCollection collection, string node)
    {
        string? peer = cluster.Nodes.FirstOrDefault(n => n.Address == node)?.PeerId;
        return collection.Replicas.Where(r => r.PeerId == peer || cluster.Nodes.Count == 1).Select(r => r.Shard).Distinct();
    }

    /// <summary>What a manifest lacks although it claims to be complete, or null.</summary>
    public static string? Problem(Manifest manifest)
    {
        foreach (ManifestCollection collection in manifest.Collections)
        {
            if (!collection.Covered && manifest.State == BackupState.Complete)
            {
                return $"it calls itself complete and does not cover collection '{collection.Name}'";
            }

            if (collection.Covered && MissingFrom(manifest, collection) is { } missing)
            {
                return $"it claims to cover collection '{collection.Name}' but holds {missing}";
            }
        }

        ManifestPart? stray = manifest.Parts.FirstOrDefault(p => manifest.Collections.All(c => c.Name != p.Key.Collection || !c.Covered));
        return stray is null ? null : $"it holds a part of collection '{stray.Key.Collection}', which it does not claim to cover";
    }

    private static string? MissingFrom(Manifest manifest, ManifestCollection collection)
    {
        ManifestPart[] parts = [.. manifest.Parts.Where(p => p.Key.Collection == collection.Name)];
        if (parts.Length == 0)
        {
            return "no part of it";
        }

        HashSet<uint> held = [.. parts.SelectMany(p => p.Key.Shard is { } shard ? [shard] : ShardsOn(manifest.Cluster, collection, p.Key.Node))];
        uint[] missing = [.. collection.Replicas.Select(r => r.Shard).Distinct().Where(s => !held.Contains(s))];
        return missing.Length == 0 ? null : $"no part with shard {missing[0].ToString(CultureInfo.InvariantCulture)}";
    }
}
