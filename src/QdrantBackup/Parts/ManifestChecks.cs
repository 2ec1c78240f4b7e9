namespace QdrantBackup.Parts;

/// <summary>Checks a manifest that opens: it must be within the limits and free of contradictions (docs/format.md §6 and §8), so that readers can rely on it.</summary>
internal static class ManifestChecks
{
    public const int MaxParts = 20_000;
    public const int MaxRanges = 10_000;
    private const int Sha256Length = 64;

    /// <summary>Refuses a manifest that a faulty writer made.</summary>
    public static void Check(string name, Manifest manifest)
    {
        if (Problem(manifest) is { } problem)
        {
            throw new SealException($"'{name}' opens but is malformed: {problem}", "A faulty writer made it: restore another backup, and make a new one with the newest version of this program.");
        }
    }

    /// <summary>What is wrong with the list of a part's ranges, or null: they follow one another without gaps and make up its length.</summary>
    public static string? RangeProblem(ManifestPart part)
    {
        string where = $"the ranges of part {part.PartNo} (collection '{part.Key.Collection}')";
        if (part.Ranges.Count is 0 or > MaxRanges)
        {
            return $"{where} are {part.Ranges.Count}, and must be 1 to {MaxRanges}";
        }

        long end = 0;
        int last = -1;
        foreach (ManifestRange? range in part.Ranges)
        {
            if (range is null || range.Range <= last || range.Offset != end || range.Length <= 0 || range.Length > part.Length - end)
            {
                return $"{where} have a gap, or reach beyond its end, at byte {end}";
            }

            (end, last) = (end + range.Length, range.Range);
        }

        return end == part.Length ? null : $"{where} make up {end} bytes of {part.Length}";
    }

    private static string? Problem(Manifest manifest)
    {
        if (manifest.Parts.Count > MaxParts)
        {
            return $"it has {manifest.Parts.Count} parts, more than {MaxParts}";
        }

        if (manifest.Cluster.Nodes.Any(n => n is null) || manifest.Collections.Any(c => c is null) || manifest.Parts.Any(p => p is null))
        {
            return "a node, collection or part is null";
        }

        if (manifest.Parts.Any(p => p.PartNo < 1) || !AreDistinct(manifest.Parts, p => p.PartNo) || !AreDistinct(manifest.Parts, p => p.Key))
        {
            return "two parts have one number or hold the same, or a number is below 1";
        }

        if (!AreDistinct(manifest.Collections, c => c.Name))
        {
            return "a collection is named twice";
        }

        return PartProblem(manifest.Parts);
    }

    private static string? PartProblem(IReadOnlyList<ManifestPart> parts)
    {
        Int128 sum = 0;
        foreach (ManifestPart part in parts)
        {
            sum += part.Length;
            if (part.Sha256.Length != Sha256Length || !part.Sha256.All(char.IsAsciiHexDigitLower))
            {
                return $"the SHA-256 of part {part.PartNo} is malformed";
            }

            if (RangeProblem(part) is { } problem)
            {
                return problem;
            }
        }

        return sum <= long.MaxValue ? null : "its parts together are longer than can be";
    }

    private static bool AreDistinct<TItem, TKey>(IReadOnlyList<TItem> items, Func<TItem, TKey> key) => items.DistinctBy(key).Count() == items.Count;
}
