using LocalFunctions.Durable.History;
using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;

namespace LocalFunctions.Durable.Replay;

/// <summary>
/// What an orchestrator sees: the official context, with the two checks that a Functions host adds around it. Calls must come from the orchestrator's thread, and
/// one turn must not schedule more actions than host.json allows.
/// </summary>
internal sealed class OrchestratorContext(
    TaskOrchestrationContext inner, HistoryEvent started, DataConverter payloads, OrchestratorThread thread, ReplayRules rules, ILoggerFactory loggers)
    : TaskOrchestrationContext
{
    private readonly List<Task> _pending = [];
    private int _actionsOfTurn;

    /// <summary>Whether the orchestrator scheduled more actions in this turn than it may, even if it caught the exception.</summary>
    public bool IsOverfull => _actionsOfTurn > rules.MaxActionsPerTurn;

    /// <summary>Whether the orchestrator has called <c>ContinueAsNew</c>.</summary>
    public bool HasContinuedAsNew { get; private set; }

    /// <inheritdoc/>
    public override TaskName Name => inner.Name;

    /// <inheritdoc/>
    public override string InstanceId => inner.InstanceId;

    /// <inheritdoc/>
    public override string Version => inner.Version ?? "";

    /// <inheritdoc/>
    public override ParentOrchestrationInstance? Parent => inner.Parent;

    /// <inheritdoc/>
    public override DateTime CurrentUtcDateTime => inner.CurrentUtcDateTime;

    /// <inheritdoc/>
    public override bool IsReplaying => inner.IsReplaying;

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, object?> Properties => inner.Properties;

    /// <inheritdoc/>
    protected override ILoggerFactory LoggerFactory => loggers;

    /// <summary>A new turn begins.</summary>
    public void BeginTurn() => _actionsOfTurn = 0;

    /// <summary>Whether a task that this context returned has no result yet.</summary>
    public bool HasPendingTasks()
    {
        _pending.RemoveAll(task => task.IsCompleted);
        return _pending.Count > 0;
    }

    /// <inheritdoc/>
    public override T? GetInput<T>()
        where T : default => payloads.Deserialize<T>(started.Input);

    /// <inheritdoc/>
    public override Task<TResult> CallActivityAsync<TResult>(TaskName name, object? input = null, TaskOptions? options = null)
    {
        CountAction();
        return Pending(inner.CallActivityAsync<TResult>(name, input, options));
    }

    /// <inheritdoc/>
    public override Task<TResult> CallSubOrchestratorAsync<TResult>(TaskName orchestratorName, object? input = null, TaskOptions? options = null)
    {
        CountAction();
        return Pending(inner.CallSubOrchestratorAsync<TResult>(orchestratorName, input, options));
    }

    /// <inheritdoc/>
    public override Task CreateTimer(DateTime fireAt, CancellationToken cancellationToken)
    {
        CountAction();
        return Pending(inner.CreateTimer(fireAt, cancellationToken));
    }

    /// <inheritdoc/>
    public override Task<T> WaitForExternalEvent<T>(string eventName, CancellationToken cancellationToken = default)
    {
        EnsureThread();
        return Pending(inner.WaitForExternalEvent<T>(eventName, cancellationToken));
    }

    /// <inheritdoc/>
    public override void SendEvent(string instanceId, string eventName, object payload)
    {
        CountAction();
        inner.SendEvent(instanceId, eventName, payload);
    }

    /// <inheritdoc/>
    public override void SetCustomStatus(object? customStatus)
    {
        EnsureThread();
        inner.SetCustomStatus(customStatus);
    }

    /// <inheritdoc/>
    public override void ContinueAsNew(object? newInput = null, bool preserveUnprocessedEvents = true) =>
        ContinueAsNew(new ContinueAsNewOptions { NewInput = newInput, PreserveUnprocessedEvents = preserveUnprocessedEvents });

    /// <inheritdoc/>
    public override void ContinueAsNew(ContinueAsNewOptions options)
    {
        EnsureThread();
        inner.ContinueAsNew(options);
        HasContinuedAsNew = true;
    }

    /// <inheritdoc/>
    public override Guid NewGuid()
    {
        EnsureThread();
        return inner.NewGuid();
    }

    private TTask Pending<TTask>(TTask task)
        where TTask : Task
    {
        if (!task.IsCompleted)
        {
            _pending.Add(task);
        }

        return task;
    }

    private void CountAction()
    {
        EnsureThread();
        if (!inner.IsReplaying && ++_actionsOfTurn > rules.MaxActionsPerTurn)
        {
            throw new InvalidOperationException(rules.TooManyActions);
        }
    }

    private void EnsureThread()
    {
        if (!thread.IsCurrent)
        {
            throw new InvalidOperationException(OrchestrationReplay.InvalidAsynchronousInvocation);
        }
    }
}
