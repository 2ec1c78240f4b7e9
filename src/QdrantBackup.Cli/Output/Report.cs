using System.Globalization;
using System.Text.Json;
using Spectre.Console;

namespace QdrantBackup.Cli.Output;

/// <summary>Prints what a verb found: the server's JSON as it is, or what a person reads of it.</summary>
/// <param name="output">Where it goes.</param>
/// <param name="settings">Which of the two, how wide, and whether a person asked for everything instead of a summary.</param>
internal sealed class Report(TextWriter output, Settings settings)
{
    private const int LeastWidth = 40;
    private const int ShortIdLength = 6;

    // Its encoder writes everything that is not ASCII as a number, so that nothing in it reaches a terminal as it came.
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public bool IsJson => settings.Output == OutputFormat.Json;

    /// <summary>Whether a person at a terminal is reading, who may be shown what moves.</summary>
    public bool IsInteractive => !IsJson && ReferenceEquals(SafeWriter.Unwrap(output), Console.Out) && !Console.IsOutputRedirected;

    /// <summary>How wide lines may be: the terminal's width, or what <c>COLUMNS</c> says. Rows for other programs have no limit.</summary>
    public int? Width { get; } = settings.Columns is >= LeastWidth ? settings.Columns : WidthOf(output);

    public void Json(JsonElement answer) => SafeWriter.Unwrap(output).WriteLine(JsonSerializer.Serialize(answer, Indented));

    /// <summary>An answer that is short enough to be shown whole: as JSON, or as indented lines.</summary>
    public void Tree(JsonElement answer)
    {
        if (IsJson)
        {
            Json(answer);
            return;
        }

        foreach (var line in Output.Tree.Lines(answer))
        {
            Line(line);
        }
    }

    /// <summary>An answer of which a person needs a screen: the summary, unless everything is asked for.</summary>
    public void Summary(JsonElement answer, Action<JsonElement> summarize)
    {
        if (IsJson || settings.Verbose)
        {
            Tree(answer);
            return;
        }

        summarize(answer);
        Line("Everything: --verbose, or --output json.");
    }

    /// <summary>The same for an answer that other programs have always read as lines of names and values.</summary>
    public void SummaryOnTerminal(JsonElement answer, Action<JsonElement> summarize)
    {
        if (Width is null)
        {
            Tree(answer);
            return;
        }

        Summary(answer, summarize);
    }

    /// <summary>Sentences, folded where the terminal is narrow.</summary>
    public void Text(string text)
    {
        foreach (var line in Width is { } width ? TableText.Fold(SafeText.Line(text), width) : [text])
        {
            Line(line);
        }
    }

    public void Line(string text = "") => output.WriteLine(text);

    /// <summary>A line of a summary; none where there is nothing to say.</summary>
    public void Fact(string name, string? value)
    {
        if (string.IsNullOrEmpty(value))
        {
            return;
        }

        var heading = $"  {name,-12} ";
        foreach (var line in Width is { } width ? TableText.Fold(SafeText.Line(value), width - heading.Length) : [value])
        {
            Line(heading + line);
            heading = new string(' ', heading.Length);
        }
    }

    public void Table(IReadOnlyList<Column> columns, IEnumerable<IReadOnlyList<string>> rows)
    {
        IReadOnlyList<string>[] safe = [.. rows.Select(row => (IReadOnlyList<string>)[.. row.Select(SafeText.Line)])];
        foreach (var line in TableText.Lines(columns, safe, Width))
        {
            Line(line);
        }
    }

    /// <summary>An id for a table: where there is little room its last six characters, which every command takes too.</summary>
    public string Id(string? id) => id is null ? "?" : Width is null || id.Length <= ShortIdLength ? id : id[^ShortIdLength..];

    /// <summary>A time for a table: where there is little room to the minute, as the clocks of this machine show it.</summary>
    public string Time(string? text) => !DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, out var time)
        ? text ?? "-"
        : Width is null ? time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture) : LocalTime(time);

    /// <summary>A time as the clocks of this machine show it.</summary>
    public static string LocalTime(DateTimeOffset time) => time.ToLocalTime().ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);

    public IAnsiConsole Terminal() => AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(SafeWriter.Unwrap(output)) });

    private static int? WidthOf(TextWriter output) =>
        ReferenceEquals(SafeWriter.Unwrap(output), Console.Out) && !Console.IsOutputRedirected ? Math.Max(LeastWidth, Console.WindowWidth) : null;
}
