using Microsoft.Extensions.Logging;
using QdrantBackup.Capture;
using QdrantBackup.Ids;
using QdrantBackup.Runs;

namespace QdrantBackup.App.Runs;

/// <summary>What is left of a run after a look.</summary>
/// <param name="Left">What is there and could not be deleted, a sentence each.</param>
/// <param name="IsWaiting">Whether something may still appear.</param>
internal sealed record LeftReport(IReadOnlyList<string> Left, bool IsWaiting)
{
    public bool IsNothing => Left.Count == 0 && !IsWaiting;
}

/// <summary>
/// Deletes the snapshots that runs left on nodes, and names what it must not or cannot delete (W8). It deletes only what a sealed record says a run of this cluster made.
/// </summary>
internal sealed partial class LeftOvers(TimeProvider time, ILogger log)
{
    // A snapshot that was begun appears when Qdrant has written it: a large one after hours.
    private static readonly TimeSpan AppearsWithin = TimeSpan.FromHours(24);

    private readonly Dictionary<BegunSnapshot, Sighting> _sightings = new(new SameBegun());

    /// <summary>Looks once.</summary>
    /// <param name="services">The store.</param>
    /// <param name="runId">The run.</param>
    /// <param name="open">All open runs.</param>
    /// <param name="isOver">Whether the run is over or has its result, so that it begins and notes nothing any more.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<LeftReport> SweepAsync(RunServices services, RunId runId, IReadOnlyList<OpenRun> open, bool isOver, CancellationToken cancellationToken)
    {
        var found = await services.MadeSnapshots.ListLeftAsync(runId, cancellationToken);
        var left = new List<string>();
        foreach (var made in found.Made)
        {
            await DeleteAsync(services, made, left, cancellationToken);
        }

        left.AddRange(found.Damaged.Select(name =>
            $"the record '{name}' does not open: a snapshot that it named may still be on a node; look at the nodes' snapshots, then delete the record"));
        var isWaiting = false;
        foreach (var begun in found.Unnamed)
        {
            isWaiting |= await LookForAsync(services, begun, open, isOver, left, cancellationToken);
        }

        return new LeftReport(left, isWaiting);
    }

    private async Task DeleteAsync(RunServices services, MadeSnapshot made, List<string> left, CancellationToken cancellationToken)
    {
        try
        {
            if (await services.MadeSnapshots.DeleteAsync(made, longest: TimeSpan.Zero, cancellationToken) is { } kept)
            {
                left.Add($"{kept.Why}. {kept.Hint}");
            }
            else
            {
                LogDeleted(log, made.Name, made.Key.Node, made.RunId);
            }
        }
        catch (BackupException e)
        {
            left.Add($"snapshot {made.Name} of '{made.Key.Collection}' is still on {made.Key.Node}; the app tries again to delete it");
            LogLeft(log, made.Name, made.Key.Node, e);
        }
    }

    /// <summary>Looks for a snapshot whose name was never learnt; true while it may still appear.</summary>
    private async Task<bool> LookForAsync(
        RunServices services, BegunSnapshot begun, IReadOnlyList<OpenRun> open, bool isOver, List<string> left, CancellationToken cancellationToken)
    {
        IReadOnlyList<string>? candidates;
        try
        {
            candidates = await services.MadeSnapshots.FindCandidatesAsync(begun, open, cancellationToken);
        }
        catch (BackupException e)
        {
            left.Add($"a snapshot of '{begun.Key.Collection}' was started on {begun.Key.Node}, its name is unknown, and the node does not answer; the app tries again");
            LogNotAsked(log, begun.Key.Collection, begun.Key.Node, e);
            return true;
        }

        var now = time.GetTimestamp();
        var before = _sightings.GetValueOrDefault(begun);
        if (candidates is null or [])
        {
            // The collection is gone, or what was seen has been deleted, or nothing has appeared for so long that nothing will.
            var isSettled = candidates is null || before is { Names.Count: > 0 } || (before is not null && time.GetElapsedTime(before.First, now) >= AppearsWithin);
            _sightings[begun] = isSettled && before is not null ? before : before ?? new Sighting(now, []);
            return !isSettled;
        }

        // A run that goes on notes what it makes a moment later: only what is there at a second look is taken for left.
        var seen = before?.Names ?? [];
        if (candidates is [var only] && (isOver || seen.Contains(only)) && await TryClaimAsync(services, begun, only, cancellationToken) is { } made)
        {
            _sightings.Remove(begun);
            await DeleteAsync(services, made, left, cancellationToken);
            return false;
        }

        foreach (var name in candidates.Where(seen.Contains))
        {
            left.Add($"snapshot {name} of '{begun.Key.Collection}' appeared on {begun.Key.Node} after this run began one there, and no record names its maker; delete it there if no other tool made it");
        }

        _sightings[begun] = new Sighting(before?.First ?? now, candidates);
        return true;
    }

    private async Task<MadeSnapshot?> TryClaimAsync(RunServices services, BegunSnapshot begun, string name, CancellationToken cancellationToken)
    {
        try
        {
            return await services.MadeSnapshots.ClaimAsync(begun, name, cancellationToken);
        }
        catch (BackupException e)
        {
            LogNotAsked(log, begun.Key.Collection, begun.Key.Node, e);
            return null;
        }
    }

    /// <summary>Forgets what was seen of runs that are not open any more.</summary>
    public void KeepOnly(IReadOnlySet<RunId> open)
    {
        foreach (var gone in _sightings.Keys.Where(b => !open.Contains(b.RunId)).ToList())
        {
            _sightings.Remove(gone);
        }
    }

    private sealed record Sighting(long First, IReadOnlyList<string> Names);

    private sealed class SameBegun : IEqualityComparer<BegunSnapshot>
    {
        public bool Equals(BegunSnapshot? x, BegunSnapshot? y) =>
            x?.RunId == y?.RunId && x?.Key == y?.Key && x?.Attempt == y?.Attempt && (x?.Before ?? []).SequenceEqual(y?.Before ?? [], StringComparer.Ordinal);

        public int GetHashCode(BegunSnapshot obj) => HashCode.Combine(obj.RunId, obj.Key, obj.Attempt);
    }

    [LoggerMessage(2302, LogLevel.Error, "Snapshot {Snapshot} on {Node} could not be deleted; it is tried again")]
    private static partial void LogLeft(ILogger logger, string snapshot, string node, Exception exception);

    [LoggerMessage(2306, LogLevel.Warning, "Snapshot {Snapshot} on {Node}, which run {RunId} had left, was deleted")]
    private static partial void LogDeleted(ILogger logger, string snapshot, string node, RunId runId);

    [LoggerMessage(2307, LogLevel.Warning, "A snapshot of {Collection} that was started on {Node} cannot be looked for now")]
    private static partial void LogNotAsked(ILogger logger, string collection, string node, Exception exception);
}
