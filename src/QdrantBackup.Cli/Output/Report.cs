using System.Text.Json;
using Spectre.Console;

namespace QdrantBackup.Cli.Output;

/// <summary>Prints what a verb found: the server's JSON as it is, or a table of it.</summary>
internal sealed class Report(TextWriter output, OutputFormat format)
{
    // Its encoder writes everything that is not ASCII as a number, so that nothing in it reaches a terminal as it came.
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public bool IsJson => format == OutputFormat.Json;

    /// <summary>Whether a person at a terminal is reading, who may be shown what moves.</summary>
    public bool IsInteractive => format == OutputFormat.Table && ReferenceEquals(SafeWriter.Unwrap(output), Console.Out) && !Console.IsOutputRedirected;

    public void Json(JsonElement answer) => SafeWriter.Unwrap(output).WriteLine(JsonSerializer.Serialize(answer, Indented));

    /// <summary>An answer that is no table: as JSON, or as indented lines.</summary>
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

    public void Line(string text = "") => output.WriteLine(text);

    public void Table(IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<string>> rows)
    {
        var table = new Table().Border(TableBorder.None).AddColumns([.. columns.Select(c => new TableColumn(Markup.Escape(c)).NoWrap())]);
        foreach (var row in rows)
        {
            table.AddRow([.. row.Select(cell => Markup.Escape(SafeText.Line(cell)))]);
        }

        Terminal().Write(table);
    }

    public IAnsiConsole Terminal()
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(SafeWriter.Unwrap(output)) });
        if (!IsInteractive)
        {
            // Rows are for other programs to read: never folded at somebody's window width.
            console.Profile.Width = 400;
        }

        return console;
    }
}
