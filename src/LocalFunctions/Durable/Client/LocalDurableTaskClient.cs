using DurableTask.Core.Exceptions;
using LocalFunctions.Durable.Dispatch;
using LocalFunctions.Durable.History;
using LocalFunctions.Durable.Machine;
using LocalFunctions.Durable.Storage;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace LocalFunctions.Durable.Client;

/// <summary>The client of the engine in the same process.</summary>
internal sealed partial class LocalDurableTaskClient(
    DurableEngineOptions engineOptions,
    IDurableFunctions functions,
    IDurableDatabase database,
    JsonPayloads payloads,
    WorkSignals signals,
    IMachine machine) : DurableTaskClient(engineOptions.HubName)
{
    /// <inheritdoc/>
    public override Task<string> ScheduleNewOrchestrationInstanceAsync(
        TaskName orchestratorName, object? input = null, StartOrchestrationOptions? options = null, CancellationToken cancellation = default)
    {
        var id = options?.InstanceId ?? machine.NewId();
        InstanceIds.Check(id);
        var started = Started(orchestratorName.Name, payloads.Serialize(input), options?.Tags, options?.Version);
        return StartAsync(id, started, options?.StartAt, options?.DedupeStatuses ?? [], cancellation);
    }

    /// <inheritdoc/>
    public override async Task<OrchestrationMetadata> WaitForInstanceStartAsync(
        string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default) =>
        await WaitAsync(instanceId, status => status != OrchestrationRuntimeStatus.Pending, getInputsAndOutputs, cancellation);

    /// <inheritdoc/>
    public override async Task<OrchestrationMetadata> WaitForInstanceCompletionAsync(
        string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default) =>
        await WaitAsync(instanceId, status => status.HasEnded(), getInputsAndOutputs, cancellation);

    /// <inheritdoc/>
    public override async Task<OrchestrationMetadata?> GetInstancesAsync(
        string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default) =>
        await FindAsync(instanceId, cancellation) is { } row ? Metadata(row, getInputsAndOutputs) : null;

    /// <inheritdoc/>
    public override AsyncPageable<OrchestrationMetadata> GetAllInstancesAsync(OrchestrationQuery? filter = null) =>
        new InstancePages(database, filter ?? new OrchestrationQuery(), StatusOf, Metadata);

    /// <inheritdoc/>
    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <exception cref="ArgumentException">The orchestrator is disabled. One that does not exist makes an instance that fails, as officially.</exception>
    private HistoryEvent Started(string orchestrator, string? input, IReadOnlyDictionary<string, string>? tags, TaskVersion? version)
    {
        if (functions.IsDisabled(orchestrator))
        {
            throw new ArgumentException($"The orchestrator function '{orchestrator}' is disabled by a setting; remove AzureWebJobs.{orchestrator}.Disabled to start it.");
        }

        return Event(HistoryEventType.ExecutionStarted) with
        {
            Name = orchestrator,
            Input = input,
            Version = version is { } chosen ? chosen.Version : engineOptions.Versions.Default,
            Tags = tags is { Count: > 0 } ? tags : null,
        };
    }

    private async Task<string> StartAsync(
        string id, HistoryEvent started, DateTimeOffset? startAt, IReadOnlyList<string> dedupe, CancellationToken cancellation)
    {
        var effects = new CommitEffects { Reached = { id }, Changed = { id } };
        if (startAt is { } due)
        {
            effects.Due(due);
        }

        await WriteAndAnnounceAsync(
            session =>
            {
                if (InstanceTable.StatusOf(session, id) is { } status
                    && (!status.HasEnded() || dedupe.Contains(status.ToString(), StringComparer.OrdinalIgnoreCase)))
                {
                    throw new OrchestrationAlreadyExistsException(
                        $"An orchestration instance with the id '{id}' already exists and is {status}.");
                }

                InstanceTable.Create(session, id, machine.NewId(), started, startAt, engineOptions.Continuation.BindsInstances);
            },
            effects,
            cancellation);
        return id;
    }

    private async Task<OrchestrationMetadata> WaitAsync(
        string instanceId, Func<OrchestrationRuntimeStatus, bool> isReached, bool getInputsAndOutputs, CancellationToken cancellation)
    {
        // Reads before it watches: nothing would ever complete a watch of an instance that has ended, and it would be kept for ever.
        Task? change = null;
        while (true)
        {
            var row = await FindAsync(instanceId, cancellation) ?? throw Unknown(instanceId);
            if (isReached(StatusOf(row)))
            {
                return Metadata(row, getInputsAndOutputs);
            }

            if (change is null)
            {
                // Reads again: it may have changed in between.
                change = signals.Watch.NextChange(instanceId);
                continue;
            }

            await change.WaitAsync(cancellation);
            change = null;
        }
    }

    // A write whose commit failed may be on disk all the same; announcing it then completes it, and does no harm otherwise.
    private async Task WriteAndAnnounceAsync(Action<SqlSession> statements, CommitEffects effects, CancellationToken cancellation)
    {
        try
        {
            await database.WriteAsync(
                session =>
                {
                    statements(session);
                    return true;
                },
                cancellation);
        }
        finally
        {
            signals.Announce(effects);
        }
    }

    private Task<InstanceRow?> FindAsync(string instanceId, CancellationToken cancellation) =>
        database.ReadAsync(session => InstanceTable.Find(session, instanceId), cancellation);

    private OrchestrationRuntimeStatus StatusOf(InstanceRow row) =>
        !row.HasEnded && signals.Interrupted.Contains(row.Id) ? OrchestrationRuntimeStatus.Suspended : row.Status;

    private OrchestrationMetadata Metadata(InstanceRow row, bool withPayloads) => new(row.Name, row.Id)
    {
        RuntimeStatus = StatusOf(row),
        CreatedAt = row.Created,
        LastUpdatedAt = row.Updated,
        Tags = row.Tags,
        DataConverter = withPayloads ? payloads : null,
        SerializedInput = withPayloads ? row.Input : null,
        SerializedOutput = withPayloads ? row.Output : null,
        SerializedCustomStatus = withPayloads ? row.CustomStatus : null,
        FailureDetails = withPayloads ? row.Failure : null,
    };
}
