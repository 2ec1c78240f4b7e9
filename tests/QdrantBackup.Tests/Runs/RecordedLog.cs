using Microsoft.Extensions.Logging;

namespace QdrantBackup.Tests.Runs;

/// <summary>Keeps the events of a log with their levels and values, as an alert counts them.</summary>
internal sealed class RecordedLog<T> : ILogger<T>
{
    private readonly List<LoggedEvent> _events = [];

    public IReadOnlyList<LoggedEvent> Events => _events;

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _events.Add(new(eventId.Id, logLevel, ((IEnumerable<KeyValuePair<string, object?>>)state!).ToDictionary(pair => pair.Key, pair => pair.Value), formatter(state, exception)));
}

/// <summary>One event of a log.</summary>
internal sealed record LoggedEvent(int Id, LogLevel Level, IReadOnlyDictionary<string, object?> Values, string Text);
