using LocalFunctions.Durable.History;
using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;

namespace LocalFunctions.Durable.Replay;

/// <summary>What an orchestrator sees during a replay: every call becomes a numbered action in the ledger.</summary>
internal sealed partial class ReplayContext(
    string instanceId,
    HistoryEvent started,
    DataConverter payloads,
    ReplaySynchronizationContext thread,
    ReplayRules rules,
    ILoggerFactory loggers) : TaskOrchestrationContext
{
    // As officially, where some backends know no longer ones: histories must not depend on where they were written.
    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(3);

    private int _guids;
    private DateTime _now = started.Timestamp.UtcDateTime;
    private bool _isReplaying;

    /// <summary>What the orchestrator set going.</summary>
    public ActionLedger Ledger { get; } = new(rules.MaxActionsPerTurn);

    /// <summary>The events that came for it.</summary>
    public EventMailbox Mailbox { get; } = new(payloads);

    /// <summary>How it goes on, once it has called <c>ContinueAsNew</c>.</summary>
    public ContinueAsNewOptions? Next { get; private set; }

    /// <summary>The custom status, once it has set one.</summary>
    public CustomStatus? CustomStatus { get; private set; }

    /// <inheritdoc/>
    public override TaskName Name => started.Name ?? "";

    /// <inheritdoc/>
    public override string InstanceId => instanceId;

    /// <inheritdoc/>
    public override string Version => started.Version ?? "";

    /// <inheritdoc/>
    public override ParentOrchestrationInstance? Parent { get; } =
        started.Parent is { } parent ? new ParentOrchestrationInstance(parent.Name, parent.InstanceId) : null;

    /// <inheritdoc/>
    public override DateTime CurrentUtcDateTime => _now;

    /// <inheritdoc/>
    public override bool IsReplaying => _isReplaying;

    /// <inheritdoc/>
    protected override ILoggerFactory LoggerFactory => loggers;

    /// <summary>A turn begins, one of the past or the present one.</summary>
    public void BeginTurn(DateTimeOffset now, bool isReplaying)
    {
        _now = now.UtcDateTime;
        _isReplaying = isReplaying;
    }

    /// <inheritdoc/>
    public override T? GetInput<T>()
        where T : default => payloads.Deserialize<T>(started.Input);

    /// <inheritdoc/>
    public override async Task CreateTimer(DateTime fireAt, CancellationToken cancellationToken)
    {
        var due = fireAt.Kind == DateTimeKind.Local ? fireAt.ToUniversalTime() : DateTime.SpecifyKind(fireAt, DateTimeKind.Utc);
        while (due - _now > LongestTimer && !cancellationToken.IsCancellationRequested)
        {
            await StartTimer(_now + LongestTimer, cancellationToken);
        }

        await StartTimer(due, cancellationToken);
    }

    /// <inheritdoc/>
    public override Task<T> WaitForExternalEvent<T>(string eventName, CancellationToken cancellationToken = default)
    {
        EnsureThread();
        return Mailbox.Wait<T>(eventName, cancellationToken);
    }

    /// <inheritdoc/>
    public override void SendEvent(string instanceId, string eventName, object payload)
    {
        EnsureThread();
        RefuseEntity(instanceId, nameof(instanceId));
        var input = payloads.Serialize(payload);
        Ledger.Add(Action(HistoryEventType.EventSent, Ledger.TakeId()) with { Name = eventName, InstanceId = instanceId, Input = input });
    }

    /// <inheritdoc/>
    public override void SetCustomStatus(object? customStatus)
    {
        EnsureThread();
        CustomStatus = new CustomStatus(payloads.Serialize(customStatus));
    }

    /// <inheritdoc/>
    public override void ContinueAsNew(object? newInput = null, bool preserveUnprocessedEvents = true) =>
        ContinueAsNew(new ContinueAsNewOptions { NewInput = newInput, PreserveUnprocessedEvents = preserveUnprocessedEvents });

    /// <inheritdoc/>
    public override void ContinueAsNew(ContinueAsNewOptions options)
    {
        EnsureThread();
        Next = options;
        if (!options.PreserveUnprocessedEvents)
        {
            // Only what is here now; what arrives later in this turn is carried over regardless.
            Mailbox.Clear();
        }
    }

    /// <inheritdoc/>
    public override Guid NewGuid()
    {
        EnsureThread();
        return DeterministicGuid.Create(InstanceId, _now, _guids++);
    }

    private Task StartTimer(DateTime due, CancellationToken cancellationToken)
    {
        EnsureThread();
        var id = Ledger.TakeId();
        var fired = Ledger.Open(Action(HistoryEventType.TimerCreated, id) with { FireAt = new DateTimeOffset(due) });
        cancellationToken.Register(() => Ledger.CancelTimer(id, cancellationToken));
        return fired;
    }

    private static void RefuseEntity(string instanceId, string parameter)
    {
        if (instanceId.StartsWith('@'))
        {
            throw new ArgumentException($"The instance id '{instanceId}' must not start with '@'.", parameter);
        }
    }

    private HistoryEvent Action(HistoryEventType type, int id) => new(type, id, new DateTimeOffset(_now));

    private void EnsureThread()
    {
        if (!thread.IsCurrent)
        {
            throw new InvalidOperationException(OrchestrationReplay.InvalidAsynchronousInvocation);
        }
    }
}

/// <summary>A custom status that was set; null clears it.</summary>
internal sealed record CustomStatus(string? Json);
