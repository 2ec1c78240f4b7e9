using Microsoft.DurableTask.Client;
using QdrantBackup.App.Stores;
using QdrantBackup.Damages;
using QdrantBackup.Ids;
using QdrantBackup.Parts;
using QdrantBackup.Runs;

namespace QdrantBackup.App.Runs;

/// <summary>One run as the API shows it: its record, and while it goes on, what its orchestration says of itself.</summary>
internal sealed record RunView
{
    public required string Id { get; init; }

    public required RunKind Kind { get; init; }

    public required string Cluster { get; init; }

    public required string State { get; init; }

    public required string RequestedBy { get; init; }

    public required DateTimeOffset RequestedAt { get; init; }

    public DateTimeOffset? FinishedAt { get; init; }

    public string? BackupId { get; init; }

    /// <summary>Why the backup that was made counts for nothing until a person confirms it.</summary>
    public string? Suspect { get; init; }

    /// <summary>Whether it is dated ahead of the store's clock.</summary>
    public bool? DatedAhead { get; init; }

    public string? Step { get; init; }

    public IReadOnlyList<StepStatus>? Steps { get; init; }

    public Progress? Parts { get; init; }

    public Progress? Bytes { get; init; }

    public double? Percent { get; init; }

    public long? EtaSeconds { get; init; }

    public IReadOnlyList<CurrentPart>? Current { get; init; }

    public IReadOnlyList<RunError> Errors { get; init; } = [];

    public CaptureTotals? Totals { get; init; }

    public PruneTotals? Pruned { get; init; }

    public RoomReport? Room { get; init; }

    public IReadOnlyList<RunItem>? Items { get; init; }

    public IReadOnlyList<RunNote>? Notes { get; init; }

    public IReadOnlyList<string>? Remarks { get; init; }

    public IReadOnlyList<FollowUpView>? FollowUps { get; init; }

    public DamageReport? Damage { get; init; }

    public IReadOnlyList<string>? Warnings { get; init; }

    public required string InstanceId { get; init; }
}

/// <summary>A run that follows another.</summary>
internal sealed record FollowUpView(string Id, RunKind Kind, string State);

/// <summary>A part that is under way.</summary>
internal sealed record CurrentPart(string Name, Progress? Bytes);

/// <summary>Reads runs from durable state and the store, so that any instance of the app tells the same.</summary>
public sealed class RunViews(StoreConnection connection, RunFeatures features, TimeProvider time)
{
    /// <summary>The state of a run that nothing carries on, until a person decides.</summary>
    internal const string Interrupted = "interrupted";

    private const double LeastPercentForEta = 2;

    // A part reports after each transfer of TransferSeconds. When nothing has for longer, e.g. after a crash, no time can be told.
    private static readonly TimeSpan Stillness = TimeSpan.FromMinutes(3);

    /// <summary>Where the status of a run is served.</summary>
    internal string StatusPathOf(RunKind kind, string id) => features.Of(kind).StatusPath + id;

    /// <summary>One run, or null when there is none of that id.</summary>
    internal async Task<RunView?> FindAsync(DurableTaskClient client, RunId id, CancellationToken cancellationToken)
    {
        var opened = await connection.OpenForRunAsync(id, cancellationToken);
        if (await opened.Records.FindAsync(id, cancellationToken) is not { } run)
        {
            return null;
        }

        (run, var instance) = await WithInstanceAsync(client, opened, run, cancellationToken);
        var view = await ViewAsync(client, run, instance);
        view = view with { FollowUps = await FollowUpsAsync(opened, run, cancellationToken) };
        return await features.Of(run.Request.Kind).Complete(opened, run, view, cancellationToken);
    }

    /// <summary>The request of a run of a kind that was interrupted; null if it was not, or does not exist.</summary>
    internal async Task<RunRequest?> FindInterruptedAsync(DurableTaskClient client, RunId id, RunKind kind, CancellationToken cancellationToken)
    {
        var opened = await connection.OpenForRunAsync(id, cancellationToken);
        return await opened.Records.FindAsync(id, cancellationToken) is { Result: null } run && run.Request.Kind == kind
            && InterruptedRuns.IsInterrupted(await client.GetInstanceAsync(run.Request.InstanceId, getInputsAndOutputs: false, cancellationToken))
            ? run.Request
            : null;
    }

    private static async Task<IReadOnlyList<FollowUpView>?> FollowUpsAsync(OpenedStore opened, RunOverview run, CancellationToken cancellationToken)
    {
        if (run.Result is not { FollowUps: { Count: > 0 } following })
        {
            return null;
        }

        var views = new List<FollowUpView>();
        foreach (var next in following)
        {
            var found = await opened.Records.FindAsync(next.RunId, cancellationToken);
            views.Add(new(next.RunId.Value, next.Kind, found is null ? "unknown" : Recorded(found).State));
        }

        return views;
    }

    /// <summary>A run with what its orchestration says of itself.</summary>
    internal async Task<RunView> ViewAsync(DurableTaskClient client, OpenedStore opened, RunOverview run, CancellationToken cancellationToken)
    {
        (run, var instance) = await WithInstanceAsync(client, opened, run, cancellationToken);
        return await ViewAsync(client, run, instance);
    }

    /// <summary>A run's record beside its instance, neither older than the other.</summary>
    private static async Task<(RunOverview Run, OrchestrationMetadata? Instance)> WithInstanceAsync(
        DurableTaskClient client, OpenedStore opened, RunOverview run, CancellationToken cancellationToken)
    {
        var instance = await client.GetInstanceAsync(run.Request.InstanceId, getInputsAndOutputs: true, cancellationToken);

        // The record was read before the instance: what has ended meanwhile wrote its result first.
        return run.Result is null && instance is { IsCompleted: true }
            ? (await opened.Records.FindAsync(run.Request.RunId, cancellationToken) ?? run, instance)
            : (run, instance);
    }

    private async Task<RunView> ViewAsync(DurableTaskClient client, RunOverview run, OrchestrationMetadata? instance)
    {
        var view = Recorded(run);
        if (instance?.SerializedCustomStatus is null || instance.ReadCustomStatusAs<RunStatus>() is not { } status)
        {
            return run.Result is not null ? view : view with { State = instance is null ? "unknown" : InterruptedRuns.IsInterrupted(instance) ? Interrupted : view.State };
        }

        view = view with { Step = status.Step, Steps = status.Steps, Parts = status.Parts, Bytes = status.Bytes, Percent = status.Percent };
        if (run.Result is not null || instance.IsCompleted)
        {
            return view with { State = run.Result is null ? "failed" : view.State, Errors = run.Result is null ? status.Errors : view.Errors };
        }

        if (InterruptedRuns.IsInterrupted(instance))
        {
            return view with { State = Interrupted, Errors = status.Errors, Current = [.. status.Current.Select(name => new CurrentPart(name, null))] };
        }

        var (current, moved) = await CurrentAsync(client, run.Request, status);
        moved = moved > instance.LastUpdatedAt ? moved : instance.LastUpdatedAt;
        var bytes = status.Bytes with { Done = status.Bytes.Done + current.Sum(p => p.Bytes?.Done ?? 0) };
        var percent = bytes.Total > 0 ? Math.Min(100, Math.Round(100.0 * bytes.Done / bytes.Total, 1)) : status.Percent ?? 0;
        return view with { State = status.State, Errors = status.Errors, Bytes = bytes, Percent = percent, EtaSeconds = Eta(time.GetUtcNow(), instance.CreatedAt, moved, percent), Current = current };
    }

    /// <summary>A run as it is recorded, without asking the runtime.</summary>
    internal static RunView Recorded(RunOverview run) => new()
    {
        Id = run.Request.RunId.Value,
        Kind = run.Request.Kind,
        Cluster = run.Request.Cluster,
        State = run.Result is { } result ? result.State.ToString().ToLowerInvariant() : "pending",
        RequestedBy = run.Request.RequestedBy,
        RequestedAt = run.Request.RequestedAt,
        FinishedAt = run.Result?.Finished,
        BackupId = run.Result?.BackupId?.Value,
        Suspect = run.Result?.Suspect,
        DatedAhead = run.IsAhead ? true : null,
        Errors = ErrorsOf(run.Result),
        Totals = run.Result?.Totals,
        Pruned = run.Result?.Pruned,
        Room = run.Result?.Room,
        Items = run.Result?.Items,
        Notes = run.Notes.Count == 0 ? null : run.Notes,
        Remarks = run.Result is { Remarks: { Count: > 0 } remarks } ? remarks : null,
        InstanceId = run.Request.InstanceId,
    };

    // The result's own error is one of its items' where it has any.
    private static IReadOnlyList<RunError> ErrorsOf(RunResult? result)
    {
        RunError[] ofItems = [.. (result?.Items ?? []).Where(i => i.Error is not null).Select(i => new RunError(i.Error!, i.Hint ?? "", i.ErrorKind))];
        return ofItems.Length == 0 && result?.Error is { } error ? [new(error, result.Hint ?? "")] : ofItems;
    }

    private async Task<(IReadOnlyList<CurrentPart> Parts, DateTimeOffset Moved)> CurrentAsync(DurableTaskClient client, RunRequest run, RunStatus status)
    {
        var parts = new List<CurrentPart>();
        var moved = DateTimeOffset.MinValue;
        if (features.Of(run.Kind).CarriedBy is { } carriedBy)
        {
            var query = new OrchestrationQuery(
                Statuses: [OrchestrationRuntimeStatus.Running], InstanceIdPrefix: $"{run.InstanceId}:p", FetchInputsAndOutputs: true);
            await foreach (var child in client.GetAllInstancesAsync(query))
            {
                if (carriedBy(child) is { } name)
                {
                    moved = child.LastUpdatedAt > moved ? child.LastUpdatedAt : moved;
                    parts.Add(new(name, child.SerializedCustomStatus is null ? null : child.ReadCustomStatusAs<Progress?>()));
                }
            }
        }

        return (parts.Count > 0 ? parts : [.. status.Current.Select(name => new CurrentPart(name, null))], moved);
    }

    /// <summary>How long the rest takes if it goes on as before; null while that cannot be told.</summary>
    /// <param name="now">The time.</param>
    /// <param name="began">When the run began.</param>
    /// <param name="moved">When something of it last moved.</param>
    /// <param name="percent">How far it is.</param>
    internal static long? Eta(DateTimeOffset now, DateTimeOffset began, DateTimeOffset moved, double percent) =>
        percent is >= LeastPercentForEta and < 100 && now - moved < Stillness ? (long)((now - began).TotalSeconds * (100 - percent) / percent) : null;
}
