using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace QdrantBackup;

/// <summary>
/// The one place that makes text harmless before a person sees it: names, labels and answers come from outside, and a terminal obeys what it is sent. Everything that
/// goes to a terminal or a log as text passes here; JSON is escaped by its writer.
/// </summary>
public static partial class SafeText
{
    /// <summary>What stands for a value that is not shown.</summary>
    public const string Mask = "***";

    /// <summary>
    /// The text as one line: what a terminal would obey or not show (control characters, line ends too, marks of direction and other invisible ones, halves of characters)
    /// is written as its number, e.g. <c>\u001b</c>.
    /// </summary>
    public static string Line(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (IsHarmless(text))
        {
            return text;
        }

        var line = new StringBuilder(text.Length + 16);
        for (var i = 0; i < text.Length;)
        {
            var isWhole = Rune.TryGetRuneAt(text, i, out var rune);
            var length = isWhole ? rune.Utf16SequenceLength : 1;
            if (isWhole && IsShown(rune))
            {
                line.Append(text, i, length);
            }
            else
            {
                Escape(line, text.AsSpan(i, length));
            }

            i += length;
        }

        return line.ToString();
    }

    /// <summary>The same for an error or a log entry, where what looks like a key, a SAS or a password is masked too: a second net below those that keep secrets out.</summary>
    public static string ErrorLine(string text) => Line(WithoutSecrets(text));

    /// <summary>The text without what looks like a secret: values of keys that hold one in connection strings and queries, user information in addresses, our own API keys.</summary>
    public static string WithoutSecrets(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return OwnKey().Replace(UserInformation().Replace(SecretValue().Replace(text, "${name}" + Mask), "${before}" + Mask + "@"), "qb_" + Mask);
    }

    private static bool IsHarmless(string text)
    {
        foreach (var character in text)
        {
            if (character is < ' ' or > '~')
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsShown(Rune rune) => Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Surrogate);

    private static void Escape(StringBuilder line, ReadOnlySpan<char> units)
    {
        foreach (var unit in units)
        {
            line.Append(unit switch { '\n' => "\\n", '\r' => "\\r", '\t' => "\\t", _ => $"\\u{(int)unit:x4}" });
        }
    }

    // A SAS is a query of its own, so all of it goes; other values end where the next one begins.
    [GeneratedRegex(
        """(?<name>\bSharedAccessSignature\s*=)\s*[^;\s'"]+|(?<name>\b(AccountKey|SharedAccessKey|SharedSecret|sig|signature|password|passwd|pwd|passphrase|secret|api[-_]?key|access[-_]?token)\s*=)\s*[^;&\s'"]+""",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex SecretValue();

    [GeneratedRegex("""(?<before>[a-z][a-z0-9+.-]{0,20}://)[^\s/?#'"]{1,500}@""", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex UserInformation();

    [GeneratedRegex("qb_[0-9A-Za-z]{16,}", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex OwnKey();
}
