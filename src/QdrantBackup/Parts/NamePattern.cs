using System.IO.Enumeration;

namespace QdrantBackup.Parts;

/// <summary>Names of collections as people give them: exact, or with * for any characters and ? for one.</summary>
public static class NamePattern
{
    /// <summary>Whether a text is a pattern and not a name.</summary>
    public static bool IsPattern(string text) => text.AsSpan().IndexOfAny('*', '?') >= 0;

    /// <summary>Whether a name fits.</summary>
    public static bool Matches(string pattern, string name) =>
        // A backslash stands for itself: it is a character of names, and nothing is escaped.
        FileSystemName.MatchesSimpleExpression(pattern.Replace(@"\", @"\\", StringComparison.Ordinal), name, ignoreCase: false);

    /// <summary>Whether a name fits any of several patterns; no pattern fits no name.</summary>
    public static bool MatchesAny(IEnumerable<string> patterns, string name) => patterns.Any(p => Matches(p, name));
}
