using System.Text;

namespace QdrantBackup.Cli.Output;

/// <summary>
/// Standard output or standard error, with everything that is written made harmless first (<see cref="SafeText"/>). A line that is written as one stays one line,
/// whatever stands in it.
/// </summary>
/// <param name="inner">Where it goes; only JSON, which escapes for itself, and the drawing of tables, whose cells were made harmless, are written there directly.</param>
/// <param name="isForErrors">Whether what looks like a secret is masked too. Results are shown as they are: a command may be asked for a new key.</param>
internal sealed class SafeWriter(TextWriter inner, bool isForErrors) : TextWriter
{
    public override Encoding Encoding => inner.Encoding;

    /// <summary>What writes as it stands.</summary>
    public static TextWriter Unwrap(TextWriter writer) => writer is SafeWriter safe ? safe.Unwrapped : writer;

    private TextWriter Unwrapped => inner;

    public override void Write(char value) => Write(value.ToString());

    public override void Write(char[] buffer, int index, int count) => Write(new string(buffer, index, count));

    public override void Write(ReadOnlySpan<char> buffer) => Write(buffer.ToString());

    public override void Write(string? value)
    {
        if (value is not null)
        {
            inner.Write(string.Join('\n', value.Split('\n').Select(Safe)));
        }
    }

    public override void WriteLine() => inner.WriteLine();

    public override void WriteLine(string? value) => inner.WriteLine(Safe(value ?? ""));

    public override void WriteLine(ReadOnlySpan<char> buffer) => WriteLine(buffer.ToString());

    public override Task WriteAsync(char value) => Done(() => Write(value));

    public override Task WriteAsync(string? value) => Done(() => Write(value));

    public override Task WriteAsync(char[] buffer, int index, int count) => Done(() => Write(buffer, index, count));

    public override Task WriteLineAsync(string? value) => inner.WriteLineAsync(Safe(value ?? ""));

    public override void Flush() => inner.Flush();

    private static Task Done(Action write)
    {
        write();
        return Task.CompletedTask;
    }

    private string Safe(string text) => isForErrors ? SafeText.ErrorLine(text) : SafeText.Line(text);
}
