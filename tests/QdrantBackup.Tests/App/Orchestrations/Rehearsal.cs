using System.Globalization;
using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace QdrantBackup.Tests.App.Orchestrations;

/// <summary>
/// Runs an orchestrator of the app from its beginning to its end: activities answer as the test says, timers fire as soon as nothing else can happen, and
/// what others send arrives at the moment that the test names. Everything runs on the caller's thread, so the order of calls is the same every time.
/// </summary>
internal sealed class Rehearsal : TaskOrchestrationContext
{
    private const int MaxSteps = 20_000;
    private static readonly DateTime Start = new(2026, 9, 1, 2, 0, 0, DateTimeKind.Utc);

    private readonly Dictionary<string, Func<object?, object?>> _answers = new(StringComparer.Ordinal);
    private readonly PriorityQueue<(Action Happen, Func<bool> IsWanted), (DateTime At, int No)> _agenda = new();
    private readonly Dictionary<string, Queue<Action<object?>>> _waiting = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Queue<object?>> _arrived = new(StringComparer.Ordinal);
    private DateTime _now = Start;
    private int _scheduled;

    /// <summary>Every activity and sub-orchestration that was called, in order.</summary>
    public List<Call> Calls { get; } = [];

    /// <summary>The last custom status.</summary>
    public object? Status { get; private set; }

    /// <summary>How much time has passed.</summary>
    public TimeSpan Elapsed => _now - Start;

    public override TaskName Name => new("Rehearsed");

    /// <summary>Whose code runs: a child knows its parent when it begins.</summary>
    public (string Id, string? Parent) Self { get; set; } = ("rehearsal", null);

    public override string InstanceId => Self.Id;

    public override ParentOrchestrationInstance? Parent => Self.Parent is { } parent ? new ParentOrchestrationInstance(new TaskName("Rehearsed"), parent) : null;

    public override DateTime CurrentUtcDateTime => _now;

    public override bool IsReplaying => false;

    protected override ILoggerFactory LoggerFactory => NullLoggerFactory.Instance;

    /// <summary>Says what an activity or a sub-orchestration does. An exception is its failure, after all its retries; a task is awaited.</summary>
    public Rehearsal On(string name, Func<object?, object?> answer)
    {
        _answers[name] = answer;
        return this;
    }

    /// <summary>Sends an event when so much time has passed.</summary>
    public Rehearsal Sends(TimeSpan after, string eventName, object? payload)
    {
        Schedule(Start + after, () => Deliver(eventName, payload));
        return this;
    }

    /// <summary>Runs the orchestrator to its end.</summary>
    public T Run<T>(Func<TaskOrchestrationContext, Task<T>> orchestrator)
    {
        var around = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            var end = orchestrator(this);
            for (var step = 0; !end.IsCompleted; step++)
            {
                Assert.True(step < MaxSteps, $"the orchestrator does not end; its last calls were {string.Join(", ", Calls.TakeLast(5).Select(c => c.Name))}");
                Assert.True(
                    _agenda.TryDequeue(out var next, out var due),
                    $"the orchestrator waits for something that never comes: {string.Join(", ", _waiting.Where(w => w.Value.Count > 0).Select(w => w.Key))}");

                // A timer that was called off takes no time.
                if (next.IsWanted())
                {
                    _now = due.At > _now ? due.At : _now;
                    next.Happen();
                }
            }

            return end.GetAwaiter().GetResult();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(around);
        }
    }

    /// <summary>What was given to the calls of one name, in order.</summary>
    public IReadOnlyList<object?> InputsOf(string name) => [.. Calls.Where(c => c.Name == name).Select(c => c.Input)];

    public override T? GetInput<T>()
        where T : default => default;

    public override async Task<TResult> CallActivityAsync<TResult>(TaskName name, object? input = null, TaskOptions? options = null)
    {
        Calls.Add(new(name.Name, input, Elapsed));
        if (!_answers.TryGetValue(name.Name, out var answer))
        {
            throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"the rehearsal has no answer for {name.Name}"));
        }

        try
        {
            return answer(input) switch
            {
                Task<TResult> running => await running,
                TResult result => result,
                null => default!,
                var other => throw new InvalidOperationException($"{name.Name} answers with {other.GetType().Name}, and {typeof(TResult).Name} is expected"),
            };
        }
        catch (Exception e) when (e is not (TaskFailedException or InvalidOperationException))
        {
            throw new TaskFailedException(name.Name, Calls.Count, e);
        }
    }

    public override Task<TResult> CallSubOrchestratorAsync<TResult>(TaskName orchestratorName, object? input = null, TaskOptions? options = null)
    {
        var caller = Self;
        try
        {
            Self = ((options as SubOrchestrationOptions)?.InstanceId ?? "", caller.Id);
            return CallActivityAsync<TResult>(orchestratorName, input, options);
        }
        finally
        {
            Self = caller;
        }
    }

    public override Task CreateTimer(DateTime fireAt, CancellationToken cancellationToken)
    {
        var timer = new TaskCompletionSource();
        cancellationToken.Register(() => timer.TrySetCanceled(cancellationToken));
        Schedule(fireAt, () => timer.TrySetResult(), () => !timer.Task.IsCompleted);
        return timer.Task;
    }

    public override Task<T> WaitForExternalEvent<T>(string eventName, CancellationToken cancellationToken = default)
    {
        if (_arrived.TryGetValue(eventName, out var early) && early.TryDequeue(out var payload))
        {
            return Task.FromResult((T)payload!);
        }

        var wait = new TaskCompletionSource<T>();
        Of(_waiting, eventName).Enqueue(sent => wait.TrySetResult((T)sent!));
        return wait.Task;
    }

    public override void SendEvent(string instanceId, string eventName, object payload) => Deliver(eventName, payload);

    public override void SetCustomStatus(object? customStatus) => Status = customStatus;

    public override void ContinueAsNew(object? newInput = null, bool preserveUnprocessedEvents = true) =>
        throw new InvalidOperationException("the rehearsal is of one generation only");

    public override Guid NewGuid() => new(++_scheduled, 0, 0, new byte[8]);

    private static Queue<T> Of<T>(Dictionary<string, Queue<T>> queues, string name) => queues.TryGetValue(name, out var queue) ? queue : queues[name] = new();

    private void Deliver(string eventName, object? payload)
    {
        if (_waiting.TryGetValue(eventName, out var waiting) && waiting.TryDequeue(out var next))
        {
            next(payload);
        }
        else
        {
            Of(_arrived, eventName).Enqueue(payload);
        }
    }

    private void Schedule(DateTime at, Action happen, Func<bool>? isWanted = null) => _agenda.Enqueue((happen, isWanted ?? (() => true)), (at, ++_scheduled));

    /// <summary>One call.</summary>
    public sealed record Call(string Name, object? Input, TimeSpan At);
}
