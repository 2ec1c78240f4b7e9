using System.Buffers;
using System.Globalization;
using System.Text;
using QdrantBackup.Parts;
using QdrantBackup.Runs;

namespace QdrantBackup.Restores;

/// <summary>What a restore refuses before it touches anything.</summary>
internal static class RestoreGates
{
    private const int MaxNameBytes = 255;
    private static readonly SearchValues<char> Unfit = SearchValues.Create("<>:\"/\\|?*\0\u001f");

    public static void CheckBackup(Manifest manifest, RestoreRequest wanted, string cluster)
    {
        if (manifest.Cluster.Name != (wanted.FromCluster ?? cluster))
        {
            throw new RefusedException(
                $"backup {manifest.Id} is of cluster '{manifest.Cluster.Name}', not of '{wanted.FromCluster ?? cluster}'",
                $"If that is meant, add: from cluster '{manifest.Cluster.Name}'.");
        }

        if (manifest.State == BackupState.Partial && !wanted.AllowPartial && !NamesWhatItHolds(manifest, wanted))
        {
            string missing = string.Join(", ", manifest.Collections.Where(c => !c.Covered).Select(c => $"'{c.Name}'").Take(10));
            throw new RefusedException(
                $"backup {manifest.Id} is partial: it lacks {missing}", "Choose a complete backup, name the collections to restore, or allow a partial one: what it holds is whole.");
        }

        if (manifest.Cluster.Nodes.Count != 1 || manifest.Parts.Any(p => p.Key.Shard is not null))
        {
            throw new RefusedException($"backup {manifest.Id} is of {manifest.Cluster.Nodes.Count} nodes or of single shards", "This version restores backups of standalone servers; use a newer version.");
        }
    }

    public static void CheckTarget(Manifest manifest, TargetState target)
    {
        if (target.IsCluster)
        {
            throw new RefusedException($"{target.Node} is part of a Qdrant cluster", "This version restores to a standalone server only; nothing was changed.");
        }

        string source = manifest.Cluster.Nodes[0].Version;
        if (Minor(source) is not { } from || Minor(target.Version) is not { } to)
        {
            throw new RefusedException($"the versions of Qdrant, '{source}' in the backup and '{target.Version}' now, cannot be compared", "Restore to a server of the backup's own minor version.");
        }

        if (to.Major != from.Major || to.Minor - from.Minor is < 0 or > 1)
        {
            throw new RefusedException(
                $"backup {manifest.Id} was made on Qdrant {source}; {target.Node} runs {target.Version}",
                $"Restore to Qdrant {from.Major}.{from.Minor} or {from.Major}.{from.Minor + 1}, then upgrade one minor version at a time.");
        }
    }

    public static void CheckItems(IReadOnlyList<RestoreItem> items, RestoreRequest wanted, TargetState target)
    {
        if (items.Count == 0)
        {
            throw new UsageException("there is nothing to restore", "Check the names of the collections; names are case-sensitive.");
        }

        if (items.GroupBy(i => i.Target).FirstOrDefault(g => g.Count() > 1) is { } twice)
        {
            throw new UsageException($"'{twice.Key}' would be written from {twice.Count()} collections", "Give each its own new name.");
        }

        foreach (RestoreItem item in items)
        {
            if (!IsName(item.Target))
            {
                throw new UsageException($"'{item.Target}' cannot be the name of a collection", "Give a new name that Qdrant accepts.");
            }

            if (target.Aliases.FirstOrDefault(a => a.Alias == item.Target) is { } alias)
            {
                throw new RefusedException($"'{item.Target}' is an alias of collection '{alias.Collection}'", "Restore under another name, or remove the alias first.");
            }
        }

        string? taken = items.SelectMany(i => i.Aliases).FirstOrDefault(alias => items.Any(i => i.Target == alias));
        if (taken is not null)
        {
            throw new UsageException($"'{taken}' would be both a collection and an alias", "Give the collection another name, or leave the aliases alone.");
        }

        string existing = string.Join(", ", items.Where(i => i.Overwrites).Select(i => $"'{i.Target}'"));
        if (existing.Length > 0 && !wanted.Overwrite)
        {
            throw new RefusedException($"these collections exist on {target.Node}: {existing}", "Restore under new names ('qdrant-backup restore --rename' or 'qdrant-backup restore --suffix') and switch an alias, or allow that they are replaced: 'qdrant-backup restore --overwrite'.");
        }
    }

    // A request that names collections of a partial backup lacks nothing if they are there.
    private static bool NamesWhatItHolds(Manifest manifest, RestoreRequest wanted) =>
        wanted.Collections.Count > 0 && wanted.Collections.All(name => manifest.Collections.Any(c => c.Covered && c.Name == name));

    /// <summary>Whether Qdrant takes a text as the name of a collection.</summary>
    public static bool IsName(string name) =>
        Encoding.UTF8.GetByteCount(name) is > 0 and <= MaxNameBytes && name is not "." and not ".." && name.AsSpan().IndexOfAny(Unfit) < 0;

    /// <summary>Whether a text is a version that can be compared with others.</summary>
    public static bool IsVersion(string version) => Minor(version) is not null;

    private static (int Major, int Minor)? Minor(string version)
    {
        string[] numbers = version.Split('.');
        return numbers.Length >= 2
            && int.TryParse(numbers[0], NumberStyles.None, CultureInfo.InvariantCulture, out int major)
            && int.TryParse(numbers[1], NumberStyles.None, CultureInfo.InvariantCulture, out int minor)
                ? (major, minor)
                : null;
    }
}
