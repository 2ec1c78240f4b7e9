using Microsoft.Extensions.Configuration;

namespace QdrantBackup.Configuration;

/// <summary>Finds keys that nobody reads: a mistyped key must not be a silently kept default.</summary>
internal static class UnknownKeys
{
    /// <summary>One problem per unknown key, with the nearest known name; an unknown section counts once.</summary>
    public static IEnumerable<ConfigurationProblem> In(IConfiguration configuration)
    {
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (fullKey, value) in configuration.GetSection(BackupOptions.SectionName).AsEnumerable(makePathsRelative: true))
        {
            if (value is null || fullKey.Length == 0 || SettingCatalog.Find(fullKey) is not null)
            {
                continue;
            }

            var segments = fullKey.Split(':');
            var known = KnownDepth(segments);
            var parent = string.Join(':', segments.Take(known));

            // What stands below a key for a secret may be the secret.
            var offender = SettingCatalog.Find(parent) is { IsSecret: true } ? parent : SafeText.Line(string.Join(':', segments.Take(known + 1)));
            if (seen.Add(offender))
            {
                yield return Describe(configuration, fullKey, offender, segments, known);
            }
        }
    }

    private static int KnownDepth(string[] segments)
    {
        var depth = 0;
        while (depth < segments.Length && SettingCatalog.All.Any(setting => setting.FitsAsFarAs(segments, depth + 1)))
        {
            depth++;
        }

        return depth;
    }

    private static ConfigurationProblem Describe(IConfiguration configuration, string fullKey, string offender, string[] segments, int known)
    {
        var origin = Origins.Of(configuration, fullKey);
        var depth = Math.Min(known, segments.Length);
        var names = SettingCatalog.All
            .Where(setting => setting.Segments.Count > depth && setting.FitsAsFarAs(segments, depth))
            .Select(setting => setting.Segments[depth])
            .Distinct(StringComparer.OrdinalIgnoreCase)
            .ToList();
        var list = string.Join(", ", names.Select(name => name == "*" ? "a name or number" : name));
        if (known == segments.Length)
        {
            // The key is a section: its value is not shown, as nobody knows what it is.
            return new ConfigurationProblem(offender, Value: null, $"takes no value of its own but keys below it: {list}", origin);
        }

        if (SettingCatalog.Find(offender) is { IsSecret: true })
        {
            return new ConfigurationProblem(offender, Value: null, "takes a value, and no keys below it", origin);
        }

        var hint = Nearest.To(segments[known], names.Where(name => name != "*")) is { } nearest
            ? $"Did you mean {string.Join(':', [.. segments.Take(known), nearest])}?"
            : list.Length > 0 ? $"Known here: {list}." : "Nothing can stand below that key.";
        return new ConfigurationProblem(offender, Value: null, "is not a known key", origin, hint);
    }
}
