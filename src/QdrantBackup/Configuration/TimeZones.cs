using System.Diagnostics.CodeAnalysis;

namespace QdrantBackup.Configuration;

/// <summary>Finds time zones by their IANA name, in the machine's own database.</summary>
internal static class TimeZones
{
    public static bool TryFind(string id, [NotNullWhen(true)] out TimeZoneInfo? zone, [NotNullWhen(false)] out string? hint)
    {
        hint = null;
        if (TimeZoneInfo.TryFindSystemTimeZoneById(id, out zone))
        {
            return true;
        }

        var known = TimeZoneInfo.GetSystemTimeZones().Select(candidate => candidate.Id).ToList();
        if (known.Count <= 1)
        {
            hint = "This machine has no time zone database: install the package tzdata, or use UTC.";
            return false;
        }

        // Somebody who writes Berlin means Europe/Berlin.
        var nearest = known.FirstOrDefault(name => name.EndsWith('/' + id, StringComparison.OrdinalIgnoreCase)) ?? Nearest.To(id, known);
        hint = nearest is null
            ? "This machine knows no such zone; names are IANA's, such as Europe/Berlin."
            : $"This machine knows no such zone; did you mean {nearest}?";
        return false;
    }
}
