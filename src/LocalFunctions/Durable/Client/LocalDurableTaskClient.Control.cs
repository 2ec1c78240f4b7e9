using Grpc.Core;
using LocalFunctions.Durable.History;
using LocalFunctions.Durable.Storage;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace LocalFunctions.Durable.Client;

internal sealed partial class LocalDurableTaskClient
{
    private const int PurgeBatch = 200;

    /// <inheritdoc/>
    public override Task RaiseEventAsync(string instanceId, string eventName, object? eventPayload = null, CancellationToken cancellation = default) =>
        TellAsync(instanceId, Event(HistoryEventType.EventRaised) with { Name = eventName, Input = payloads.Serialize(eventPayload) }, cancellation);

    /// <inheritdoc/>
    public override Task TerminateInstanceAsync(string instanceId, TerminateInstanceOptions? options = null, CancellationToken cancellation = default) =>
        TerminateAsync(instanceId, payloads.Serialize(options?.Output), options?.Recursive == true, cancellation);

    /// <inheritdoc/>
    public override Task SuspendInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default) =>
        TellAsync(instanceId, Event(HistoryEventType.ExecutionSuspended) with { Reason = reason }, cancellation);

    /// <inheritdoc/>
    public override Task ResumeInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default) =>
        signals.Interrupted.TreeOf(instanceId) is { Count: > 0 } tree
            ? ContinueAsync(tree, cancellation)
            : TellAsync(instanceId, Event(HistoryEventType.ExecutionResumed) with { Reason = reason }, cancellation);

    /// <inheritdoc/>
    public override async Task<PurgeResult> PurgeInstanceAsync(string instanceId, PurgeInstanceOptions? options = null, CancellationToken cancellation = default)
    {
        var isPurged = await database.WriteAsync(
            session =>
            {
                if (InstanceTable.StatusOf(session, instanceId) is { } status && !status.HasEnded())
                {
                    throw new InvalidOperationException($"The instance '{instanceId}' is {status}; only instances that have ended can be purged.");
                }

                return InstanceTable.Delete(session, instanceId);
            },
            cancellation);
        return new PurgeResult(isPurged ? 1 : 0, isComplete: true);
    }

    /// <inheritdoc/>
    public override async Task<PurgeResult> PurgeAllInstancesAsync(
        PurgeInstancesFilter filter, PurgeInstanceOptions? options = null, CancellationToken cancellation = default)
    {
        var statuses = filter.Statuses?.ToList() is { Count: > 0 } asked ? asked.Where(status => status.HasEnded()).ToList() : [.. RuntimeStatuses.Ended];
        var purged = 0;
        if (statuses.Count == 0)
        {
            return new PurgeResult(0, isComplete: true);
        }

        // Batches, so that a long transaction does not delay turns.
        var query = new OrchestrationQuery(filter.CreatedFrom, filter.CreatedTo, statuses);
        for (var batch = PurgeBatch; batch == PurgeBatch; purged += batch)
        {
            batch = await database.WriteAsync(session => PurgePage(session, query), cancellation);
        }

        return new PurgeResult(purged, isComplete: true);
    }

    /// <inheritdoc/>
    public override Task<string> RestartAsync(string instanceId, bool restartWithNewInstanceId = false, CancellationToken cancellation = default) =>
        RestartAsAsync(instanceId, restartWithNewInstanceId ? null : instanceId, version: null, cancellation);

    /// <summary>Starts an instance again with its input, under the given id and version.</summary>
    /// <param name="instanceId">The instance.</param>
    /// <param name="newInstanceId">The id of the new one; a random one if null.</param>
    /// <param name="version">The version of the new one; that of new instances if null.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <exception cref="ArgumentException">There is no such instance, or the new id is refused.</exception>
    /// <exception cref="InvalidOperationException">The instance has not ended and its id would be used again.</exception>
    public async Task<string> RestartAsAsync(string instanceId, string? newInstanceId, string? version, CancellationToken cancellation)
    {
        var row = await FindAsync(instanceId, cancellation)
            ?? throw new ArgumentException($"There is no instance '{instanceId}'.", nameof(instanceId));
        if (newInstanceId == instanceId && !row.HasEnded)
        {
            throw new InvalidOperationException($"The instance '{instanceId}' is {row.Status}; only one that has ended can be restarted under its id.");
        }

        var id = newInstanceId ?? machine.NewId();
        InstanceIds.Check(id);
        var started = Started(row.Name, row.Input, row.Tags, version is null ? (TaskVersion?)null : new TaskVersion(version));
        return await StartAsync(id, started, startAt: null, [], cancellation);
    }

    /// <summary>Ends an instance with a text as its output, unchanged: the HTTP API gives one that need not be JSON.</summary>
    public Task TerminateWithTextAsync(string instanceId, string? output, CancellationToken cancellation) =>
        TerminateAsync(instanceId, JsonPayloads.Checked(output), isRecursive: false, cancellation);

    private static int PurgePage(SqlSession session, OrchestrationQuery query)
    {
        var page = InstanceQuery.Page(session, query, PurgeBatch, continuationToken: null);
        foreach (var row in page.Values)
        {
            InstanceTable.Delete(session, row.Id);
        }

        return page.Values.Count;
    }

    // Of an interrupted instance the children end too: nothing would ever give them a turn. Their activities do not run before that.
    private async Task TerminateAsync(string instanceId, string? output, bool isRecursive, CancellationToken cancellation)
    {
        var interrupted = signals.Interrupted.TreeOf(instanceId);
        var tree = interrupted.Count > 0 ? interrupted : isRecursive ? await database.ReadAsync(session => InstanceTable.Descendants(session, instanceId), cancellation) : [];
        signals.Interrupted.Release(interrupted);
        foreach (var id in tree.Where(id => id != instanceId).Prepend(instanceId))
        {
            try
            {
                await TellAsync(id, Event(HistoryEventType.ExecutionTerminated) with { Input = output }, cancellation);
            }
            catch (RpcException) when (id != instanceId)
            {
                // A child that ended meanwhile.
            }
        }
    }

    private Task ContinueAsync(List<string> tree, CancellationToken cancellation)
    {
        var effects = new CommitEffects();
        signals.Interrupted.Release(tree);
        return WriteAndAnnounceAsync(
            session =>
            {
                var now = machine.Time.GetUtcNow();
                foreach (var id in tree)
                {
                    InstanceTable.Bind(session, id, engineOptions.Continuation.BindsInstances);
                    effects.Reached.Add(id);
                    effects.Changed.Add(id);
                    effects.Activities.AddRange(ActivityTable.Of(session, id));
                    if (InboxTable.NextDueOf(session, id, now) is { } due)
                    {
                        effects.Due(due);
                    }
                }
            },
            effects,
            cancellation);
    }

    private static RpcException Unknown(string instanceId) => new(new Status(StatusCode.NotFound, $"There is no orchestration instance '{instanceId}'."));

    private HistoryEvent Event(HistoryEventType type) => new(type, -1, machine.Time.GetUtcNow());

    private Task TellAsync(string instanceId, HistoryEvent told, CancellationToken cancellation) => WriteAndAnnounceAsync(
        session =>
        {
            var status = InstanceTable.StatusOf(session, instanceId) ?? throw Unknown(instanceId);
            if (status.HasEnded())
            {
                throw new RpcException(new Status(StatusCode.FailedPrecondition, $"The orchestration instance '{instanceId}' has ended: it is {status}."));
            }

            InboxTable.Add(session, instanceId, told);
        },
        new CommitEffects { Reached = { instanceId } },
        cancellation);
}
