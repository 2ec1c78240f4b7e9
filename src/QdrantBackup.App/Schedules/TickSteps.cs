using Microsoft.Extensions.Logging;
using QdrantBackup.Configuration;
using QdrantBackup.Runs;

namespace QdrantBackup.App.Schedules;

/// <summary>Runs the steps of the tick, each by itself: one that fails keeps no other from running, and is told of until it works again.</summary>
public sealed partial class TickSteps(BackupOptions options, TimeProvider time, ILogger<TickSteps> log)
{
    /// <summary>How often the state is written, and a failure that goes on is logged again.</summary>
    public static readonly TimeSpan Repeat = TimeSpan.FromHours(1);

    // Every step can be repeated, so one that hangs is cut short: the steps behind it matter too.
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, TickStep> _steps = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _logged = new(StringComparer.Ordinal);
    private long? _saved;
    private bool _isChanged;
    private bool _isLoaded;

    /// <summary>What the ticks of this process came to; null before the first.</summary>
    public TickState? Latest
    {
        get
        {
            lock (_gate)
            {
                return _steps.Count == 0 ? null : StateNow();
            }
        }
    }

    /// <summary>Runs a step; false when it failed. Only stopping the app itself is passed on.</summary>
    public async Task<bool> RunAsync(string name, Func<CancellationToken, Task> step, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(Longest, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            await step(either.Token);
            Works(name);
            return true;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            Fails(name, late.IsCancellationRequested ? TookTooLong(name) : e);
            return false;
        }
    }

    /// <summary>Writes the state, if it is due or something has changed. Failing to is logged and no more: what is known is in this process's log too.</summary>
    public async Task SaveAsync(TickRecords records, CancellationToken cancellationToken)
    {
        try
        {
            await TakeOverAsync(records, cancellationToken);
            TickState state;
            lock (_gate)
            {
                if (!_isChanged && _saved is { } saved && time.GetElapsedTime(saved) < Repeat)
                {
                    return;
                }

                state = StateNow();
                _isChanged = false;
            }

            await records.WriteAsync(options.Role, options.ClusterName, state, cancellationToken);
            _saved = time.GetTimestamp();
        }
        catch (BackupException e)
        {
            _isChanged = true;
            LogUnsaved(log, e.Message, e.Hint);
        }
    }

    /// <summary>What failed before this process began goes on being told with the time since when.</summary>
    private async Task TakeOverAsync(TickRecords records, CancellationToken cancellationToken)
    {
        if (_isLoaded)
        {
            return;
        }

        var earlier = await records.FindAsync(options.Role, options.ClusterName, cancellationToken);
        lock (_gate)
        {
            foreach (var was in earlier?.Failing() ?? [])
            {
                // One that fails here too has failed since then.
                if (_steps.TryGetValue(was.Name, out var step) && step.FailingSince > was.FailingSince)
                {
                    _steps[was.Name] = step with { FailingSince = was.FailingSince };
                }
            }

            _isLoaded = true;
        }
    }

    private void Works(string name)
    {
        lock (_gate)
        {
            if (_steps.TryGetValue(name, out var before) && before.FailingSince is { } since)
            {
                LogWorks(log, name, since);
                _isChanged = true;
            }

            _steps[name] = new TickStep(name);
            _logged.Remove(name);
        }
    }

    private void Fails(string name, Exception exception)
    {
        var problem = exception is BackupException known ? known.Message : $"an unexpected error ({exception.GetType().Name})";
        var hint = exception is BackupException { Hint: { } advice } ? advice : "Read the app's log of this moment; if it happens again, restart the app.";
        lock (_gate)
        {
            var before = _steps.GetValueOrDefault(name);
            var since = before?.FailingSince ?? time.GetUtcNow();
            var isNew = before?.FailingSince is null || before.Problem != problem;
            _isChanged |= isNew;
            _steps[name] = new TickStep(name) { FailingSince = since, Problem = problem, Hint = hint };
            if (isNew || !_logged.TryGetValue(name, out var logged) || time.GetElapsedTime(logged) >= Repeat)
            {
                _logged[name] = time.GetTimestamp();
                LogFails(log, name, since, problem, hint, exception);
            }
        }
    }

    private TickState StateNow() => new() { At = time.GetUtcNow(), Steps = [.. _steps.Values.OrderBy(s => s.Name, StringComparer.Ordinal)] };

    private static StoreException TookTooLong(string name) => new(
        $"'{name}' did not end within {Longest.TotalMinutes} minutes",
        "Look whether the store and Qdrant answer; the next tick tries again.",
        isTransient: true);

    [LoggerMessage(2221, LogLevel.Error, "The step '{Step}' of the tick has failed since {Since:u}: {Problem}. {Hint}")]
    private static partial void LogFails(ILogger logger, string step, DateTimeOffset since, string problem, string hint, Exception exception);

    [LoggerMessage(2222, LogLevel.Information, "The step '{Step}' of the tick, which had failed since {Since:u}, works again")]
    private static partial void LogWorks(ILogger logger, string step, DateTimeOffset since);

    [LoggerMessage(2223, LogLevel.Warning, "The result of the tick cannot be written: {Problem}. {Hint}")]
    private static partial void LogUnsaved(ILogger logger, string problem, string hint);
}
