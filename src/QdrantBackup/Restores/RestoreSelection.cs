using QdrantBackup.Parts;
using QdrantBackup.Runs;
using QdrantBackup.Stores;

namespace QdrantBackup.Restores;

/// <summary>Which collections of a backup are restored, and under which names.</summary>
internal static class RestoreSelection
{
    public static IReadOnlyList<ManifestCollection> Collections(Manifest manifest, RestoreRequest wanted, List<string> warnings)
    {
        string? unknown = wanted.Collections.Where(c => !NamePattern.IsPattern(c)).Concat(wanted.Rename.Keys)
            .FirstOrDefault(name => manifest.Collections.All(c => c.Name != name));
        if (unknown is not null)
        {
            throw new UsageException($"backup {manifest.Id} holds no collection '{unknown}'", "Look at what it holds with 'qdrant-backup show'.");
        }

        ManifestCollection[] chosen = [.. manifest.Collections.Where(c => wanted.Collections.Count == 0 || NamePattern.MatchesAny(wanted.Collections, c.Name))];
        foreach (ManifestCollection missing in chosen.Where(c => !c.Covered))
        {
            warnings.Add($"collection '{missing.Name}' is not in the backup: {missing.Missing}");
        }

        return [.. chosen.Where(c => c.Covered)];
    }

    public static RestoreItem Item(
        int itemNo, Manifest manifest, ManifestCollection collection, RestoreRequest wanted, TargetState target, List<string> warnings)
    {
        string name = wanted.Rename.TryGetValue(collection.Name, out string? renamed) ? renamed : collection.Name + wanted.Suffix;
        ManifestPart part = manifest.Parts.FirstOrDefault(p => p.Key.Collection == collection.Name)
            ?? throw new SealException($"backup {manifest.Id} claims to cover '{collection.Name}' but holds no part of it", Hints.OtherBackup);
        if (collection.CountProblem is { } uncounted)
        {
            warnings.Add($"'{collection.Name}' could not be counted when it was backed up, so its count cannot be compared: {uncounted}");
        }
        else if (collection.PointCount is not null && !collection.CountIsExact)
        {
            warnings.Add($"'{collection.Name}' was written to while it was backed up; its count cannot be compared exactly");
        }

        return new RestoreItem
        {
            ItemNo = itemNo,
            Collection = collection.Name,
            Target = name,
            Node = target.Node,
            PartNo = part.PartNo,
            Length = part.Length,
            Overwrites = target.Collections.Contains(name),
            PointCount = collection.CountIsExact ? collection.PointCount : null,
            Aliases = Aliases(collection, name, wanted, target, warnings),
        };
    }

    private static List<string> Aliases(
        ManifestCollection collection, string name, RestoreRequest wanted, TargetState target, List<string> warnings)
    {
        if (!(wanted.SwitchAliases ?? (name == collection.Name)))
        {
            return [];
        }

        if (collection.AliasProblem is { } unknown)
        {
            warnings.Add($"the aliases of '{collection.Name}' are not in the backup, so none is set: {unknown}");
        }

        var aliases = new List<string>();
        foreach (string alias in collection.Aliases)
        {
            string? elsewhere = target.Aliases.FirstOrDefault(a => a.Alias == alias && a.Collection != name)?.Collection;
            if (target.Collections.Contains(alias))
            {
                warnings.Add($"alias '{alias}' is not set: a collection has that name now");
            }
            else if (elsewhere is not null && wanted.SwitchAliases is null)
            {
                // No switch was asked for, and the alias may have been moved on purpose.
                warnings.Add($"alias '{alias}' is left pointing to '{elsewhere}'");
            }
            else
            {
                aliases.Add(alias);
            }
        }

        return aliases;
    }
}
