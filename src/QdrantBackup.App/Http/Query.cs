using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace QdrantBackup.App.Http;

/// <summary>Reads a request's query strictly: what cannot be read is said, not ignored.</summary>
internal sealed class Query(HttpRequest request)
{
    private const int MaxTop = 500;

    public string? Text(string name) => request.Query[name].ToString() is { Length: > 0 } text ? text : null;

    public DateTimeOffset? Time(string name) => Text(name) is not { } text
        ? null
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
            ? time
            : throw new UsageException($"'{name}' in the address is no time", "Write it as 2026-09-01T02:00:00Z or 2026-09-01.");

    public T? Choice<T>(string name)
        where T : struct, Enum => Text(name) is not { } text
        ? null
        : !text.All(char.IsAsciiDigit) && Enum.TryParse<T>(text, ignoreCase: true, out var value)
            ? value
            : throw new UsageException($"'{name}' in the address must be one of {string.Join(", ", Enum.GetNames<T>()).ToLowerInvariant()}", "Give one of these.");

    public int Top(int fallback) => Text("top") is not { } text
        ? fallback
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var top) && top is > 0 and <= MaxTop
            ? top
            : throw new UsageException($"'top' in the address is no number from 1 to {MaxTop}", "Ask for fewer and go on with the continuation.");
}
