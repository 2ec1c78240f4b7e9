using Microsoft.Extensions.Logging;

namespace Microsoft.DurableTask;

/// <summary>
/// The only way in which an orchestrator touches the world: whatever it awaits here is kept in its history, so that its
/// code can be run again from the start and arrives at the same point.
/// </summary>
public abstract partial class TaskOrchestrationContext
{
    /// <summary>The name of the orchestrator.</summary>
    public abstract TaskName Name { get; }

    /// <summary>The id of the instance.</summary>
    public abstract string InstanceId { get; }

    /// <summary>The orchestration that called this one; null if a client started it.</summary>
    public abstract ParentOrchestrationInstance? Parent { get; }

    /// <summary>The time of the current turn, the same whenever the code runs again.</summary>
    public abstract DateTime CurrentUtcDateTime { get; }

    /// <summary>Whether the code is running again over what already happened.</summary>
    public abstract bool IsReplaying { get; }

    /// <summary>The version of the orchestration; empty if it has none.</summary>
    public virtual string Version => "";

    /// <summary>Makes the loggers behind <see cref="CreateReplaySafeLogger(string)"/>.</summary>
    protected abstract ILoggerFactory LoggerFactory { get; }

    /// <summary>The input of the orchestration.</summary>
    /// <typeparam name="T">Its type.</typeparam>
    /// <returns>The input; the default of the type if there is none.</returns>
    public abstract T? GetInput<T>();

    /// <summary>Waits until a time, durably: across restarts.</summary>
    /// <param name="delay">How long.</param>
    /// <param name="cancellationToken">Cancels the timer; a timer that is not awaited to its end must be cancelled.</param>
    /// <returns>Completes at that time.</returns>
    public virtual Task CreateTimer(TimeSpan delay, CancellationToken cancellationToken) =>
        CreateTimer(CurrentUtcDateTime.Add(delay), cancellationToken);

    /// <summary>Waits until a time, durably: across restarts.</summary>
    /// <param name="fireAt">When; a time in the past fires at once.</param>
    /// <param name="cancellationToken">Cancels the timer; a timer that is not awaited to its end must be cancelled.</param>
    /// <returns>Completes at that time.</returns>
    public abstract Task CreateTimer(DateTime fireAt, CancellationToken cancellationToken);

    /// <summary>Waits for an event of a name, without regard to case. Events that came earlier are kept; the newest waiter is served first.</summary>
    /// <typeparam name="T">The type of its payload.</typeparam>
    /// <param name="eventName">The name.</param>
    /// <param name="cancellationToken">Ends the wait; an event that comes later for this waiter is lost.</param>
    /// <returns>The payload.</returns>
    public abstract Task<T> WaitForExternalEvent<T>(string eventName, CancellationToken cancellationToken = default);

    /// <summary>Waits for an event, but not longer than a given time.</summary>
    /// <typeparam name="T">The type of its payload.</typeparam>
    /// <param name="eventName">The name.</param>
    /// <param name="timeout">How long; measured by a durable timer.</param>
    /// <returns>The payload; cancelled if the time ran out.</returns>
    public Task<T> WaitForExternalEvent<T>(string eventName, TimeSpan timeout) => WaitForExternalEvent<T>(eventName, timeout, CancellationToken.None);

    /// <summary>Waits for an event, but not longer than a given time.</summary>
    /// <typeparam name="T">The type of its payload.</typeparam>
    /// <param name="eventName">The name.</param>
    /// <param name="timeout">How long; measured by a durable timer.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The payload; cancelled if the time ran out.</returns>
    public async Task<T> WaitForExternalEvent<T>(string eventName, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var timerEnd = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var timer = CreateTimer(timeout, timerEnd.Token);
        using var eventEnd = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var received = WaitForExternalEvent<T>(eventName, eventEnd.Token);

        // Nothing here may leave the orchestrator's thread: no ConfigureAwait(false), and Cancel, not CancelAsync.
        var first = await Task.WhenAny(timer, received);
        if (first == received)
        {
            timerEnd.Cancel();
        }
        else
        {
            eventEnd.Cancel();
        }

        return await received;
    }

    /// <summary>Sends an event to another instance; nothing is learnt if there is no such instance.</summary>
    /// <param name="instanceId">The instance.</param>
    /// <param name="eventName">The name of the event.</param>
    /// <param name="payload">Its payload.</param>
    public abstract void SendEvent(string instanceId, string eventName, object payload);

    /// <summary>Sets what clients see as custom status after this turn; at most 16 KiB of JSON where apps are to run everywhere.</summary>
    /// <param name="customStatus">The status; null clears it.</param>
    public abstract void SetCustomStatus(object? customStatus);

    /// <summary>Starts over with a new input and an empty history. The orchestrator must return after this call.</summary>
    /// <param name="newInput">The new input.</param>
    /// <param name="preserveUnprocessedEvents">Whether events that arrived but were not consumed are carried over.</param>
    public abstract void ContinueAsNew(object? newInput = null, bool preserveUnprocessedEvents = true);

    /// <summary>Starts over with a new input and an empty history. The orchestrator must return after this call.</summary>
    /// <param name="options">How.</param>
    public virtual void ContinueAsNew(ContinueAsNewOptions options) => ContinueAsNew(options.NewInput, options.PreserveUnprocessedEvents);

    /// <summary>A new unique id, the same whenever the code runs again.</summary>
    /// <returns>The id.</returns>
    public abstract Guid NewGuid();

    /// <summary>A logger that is silent while the code runs again.</summary>
    /// <param name="categoryName">The category.</param>
    /// <returns>The logger.</returns>
    public virtual ILogger CreateReplaySafeLogger(string categoryName) => new ReplaySafeLogger(this, LoggerFactory.CreateLogger(categoryName));

    /// <summary>A logger that is silent while the code runs again.</summary>
    /// <param name="type">The type whose full name is the category.</param>
    /// <returns>The logger.</returns>
    public virtual ILogger CreateReplaySafeLogger(Type type) => new ReplaySafeLogger(this, LoggerFactory.CreateLogger(type));

    /// <summary>A logger that is silent while the code runs again.</summary>
    /// <typeparam name="T">The type whose full name is the category.</typeparam>
    /// <returns>The logger.</returns>
    public virtual ILogger CreateReplaySafeLogger<T>() => new ReplaySafeLogger(this, LoggerFactory.CreateLogger<T>());

    /// <summary>Compares the version of this orchestration with another.</summary>
    /// <param name="version">The other version.</param>
    /// <returns>Less than zero if this one is older, zero if equal, more if newer; no version is the oldest.</returns>
    public virtual int CompareVersionTo(string version) => VersionOrder.Compare(Version, version);
}
