using System.Text;

namespace QdrantBackup.Cli.Verbs;

/// <summary>Reads <c>--rename old=new</c>. A name may hold = itself; it is written \= there, which no collection's name holds.</summary>
internal static class Renames
{
    /// <summary>The new name of each old one; null if there is none.</summary>
    /// <exception cref="UsageException">One of them is not a pair, or an old name is given twice.</exception>
    public static Dictionary<string, string>? Read(string[]? pairs, string[]? collections)
    {
        if (pairs is not { Length: > 0 })
        {
            return null;
        }

        var renames = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in pairs)
        {
            var (from, to) = Split(pair, collections ?? []);
            if (!renames.TryAdd(from, to))
            {
                throw new UsageException($"--rename gives '{from}' more than one new name", "Give one new name for each collection.");
            }
        }

        return renames;
    }

    private static (string From, string To) Split(string pair, string[] collections)
    {
        var parts = Parts(pair);
        (string From, string To)[] readings =
        [
            .. Enumerable.Range(1, parts.Count - 1).Select(cut => (string.Join('=', parts.Take(cut)), string.Join('=', parts.Skip(cut))))
                .Where(reading => reading.Item1.Length > 0 && reading.Item2.Length > 0),
        ];
        if (readings.Length == 0)
        {
            throw new UsageException($"--rename '{pair}' names no new name", "Write --rename old=new.");
        }

        if (readings.Length == 1)
        {
            return readings[0];
        }

        // The collections that were asked for show which of them is meant.
        (string From, string To)[] meant = [.. readings.Where(reading => collections.Contains(reading.From, StringComparer.Ordinal))];
        return meant.Length == 1
            ? meant[0]
            : throw new UsageException($"--rename '{pair}' holds more than one =, so it is not clear where the new name begins", @"Write \= for an = that belongs to a name: --rename 'a\=b=c'.");
    }

    private static List<string> Parts(string pair)
    {
        var parts = new List<string>();
        var part = new StringBuilder();
        for (var i = 0; i < pair.Length; i++)
        {
            if (pair[i] == '\\' && i + 1 < pair.Length && pair[i + 1] == '=')
            {
                part.Append('=');
                i++;
            }
            else if (pair[i] == '=')
            {
                parts.Add(part.ToString());
                part.Clear();
            }
            else
            {
                part.Append(pair[i]);
            }
        }

        parts.Add(part.ToString());
        return parts;
    }
}
