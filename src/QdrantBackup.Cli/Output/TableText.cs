using System.Text;
using Spectre.Console.Rendering;

namespace QdrantBackup.Cli.Output;

/// <summary>A column of a table.</summary>
/// <param name="Name">Its heading.</param>
/// <param name="Drop">Where there is no room for all, the column of the highest number goes first; one of 0 always stays.</param>
/// <param name="Wraps">Whether its cells are folded into several lines where there is no room. At most one column's are, the last.</param>
internal sealed record Column(string Name, int Drop = 0, bool Wraps = false);

/// <summary>Lays a table out in lines that fit a terminal: columns that matter less go, the last one is folded, and nothing is cut that a person needs.</summary>
internal static class TableText
{
    private const string Gap = "  ";
    private const int LeastFolded = 24;
    private const int LeastCut = 8;

    /// <summary>The lines of a table.</summary>
    /// <param name="columns">Its columns.</param>
    /// <param name="rows">Its rows, a cell for each column, made harmless already.</param>
    /// <param name="width">How many characters a line may have; null for as many as it takes.</param>
    public static IEnumerable<string> Lines(IReadOnlyList<Column> columns, IReadOnlyList<IReadOnlyList<string>> rows, int? width)
    {
        var shown = Enumerable.Range(0, columns.Count).ToList();
        var widths = columns.Select((column, i) => rows.Select(row => WidthOf(row[i])).Append(WidthOf(column.Name)).Max()).ToArray();
        if (width is { } most)
        {
            Fit(columns, shown, widths, most);
        }

        foreach (var row in rows.Prepend([.. columns.Select(column => column.Name)]))
        {
            foreach (var line in Row(columns, shown, widths, row))
            {
                yield return line;
            }
        }
    }

    private static void Fit(IReadOnlyList<Column> columns, List<int> shown, int[] widths, int most)
    {
        int Over() => shown.Sum(i => widths[i]) + (Gap.Length * (shown.Count - 1)) - most;

        var folded = shown.FindLast(i => columns[i].Wraps);
        var canFold = columns[folded].Wraps;
        while (Over() > (canFold ? Math.Max(0, widths[folded] - LeastFolded) : 0) && shown.Where(i => columns[i].Drop > 0).ToList() is { Count: > 0 } droppable)
        {
            shown.Remove(droppable.MaxBy(i => columns[i].Drop));
        }

        if (canFold && Over() > 0)
        {
            widths[folded] = Math.Max(LeastFolded, widths[folded] - Over());
        }

        for (var over = Over(); over > 0; over = Over())
        {
            var widest = shown.MaxBy(i => widths[i]);
            if (widths[widest] <= LeastCut)
            {
                return;
            }

            widths[widest] = Math.Max(LeastCut, widths[widest] - over);
        }
    }

    private static IEnumerable<string> Row(IReadOnlyList<Column> columns, List<int> shown, int[] widths, IReadOnlyList<string> row)
    {
        var cells = shown.ConvertAll(i => columns[i].Wraps ? Fold(row[i], widths[i]) : [Cut(row[i], widths[i])]);
        for (var line = 0; line < cells.Max(cell => cell.Count); line++)
        {
            yield return string.Join(Gap, cells.Select((cell, i) => Padded(line < cell.Count ? cell[line] : "", widths[shown[i]]))).TrimEnd();
        }
    }

    /// <summary>Folds a text into lines of a width, between words where there are any.</summary>
    public static List<string> Fold(string text, int width)
    {
        var lines = new List<string>();
        var line = new StringBuilder();
        foreach (var word in text.Split(' '))
        {
            if (line.Length > 0 && WidthOf(line.ToString()) + 1 + WidthOf(word) > width)
            {
                lines.Add(line.ToString());
                line.Clear();
            }

            line.Append(line.Length > 0 ? " " : "").Append(word);
        }

        lines.Add(line.ToString());
        return lines.ConvertAll(l => Cut(l, width));
    }

    // The middle goes: names differ at their ends.
    private static string Cut(string text, int width)
    {
        if (WidthOf(text) <= width)
        {
            return text;
        }

        var head = text[..Math.Min(text.Length, width / 2)];
        var tail = text[^Math.Min(text.Length, width - (width / 2) - 1)..];
        while (WidthOf(head) + 1 + WidthOf(tail) > width && head.Length > 0)
        {
            head = head[..^1];
            tail = tail.Length > 0 ? tail[1..] : tail;
        }

        return $"{head}…{tail}";
    }

    private static string Padded(string text, int width) => text + new string(' ', Math.Max(0, width - WidthOf(text)));

    private static int WidthOf(string text) => new Segment(text).CellCount();
}
