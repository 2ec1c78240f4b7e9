namespace LocalFunctions.Durable;

/// <summary>The order of orchestration versions.</summary>
internal static class VersionOrder
{
    /// <summary>Compares as numbers with dots where both are, else as text without regard to case; no version comes before all others.</summary>
    public static int Compare(string? one, string? other)
    {
        if (string.IsNullOrWhiteSpace(one) || string.IsNullOrWhiteSpace(other))
        {
            return (string.IsNullOrWhiteSpace(one) ? 0 : 1) - (string.IsNullOrWhiteSpace(other) ? 0 : 1);
        }

        return Version.TryParse(one, out var mine) && Version.TryParse(other, out var theirs)
            ? mine.CompareTo(theirs)
            : string.Compare(one, other, StringComparison.OrdinalIgnoreCase);
    }
}
