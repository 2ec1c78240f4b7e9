using QdrantBackup.Clusters;
using QdrantBackup.Ids;

namespace QdrantBackup.Capture;

/// <summary>Stored snapshots on the nodes: noting, making, finding, judging and deleting them.</summary>
public sealed class NodeSnapshots(ClusterNodes nodes, TimeProvider time)
{
    /// <summary>How long the answer to a request for a snapshot is awaited: a small one needs no further look, and a refusal comes at once with its reason.</summary>
    public static readonly TimeSpan Answer = TimeSpan.FromSeconds(10);

    /// <summary>How long a deletion waits for what others are making, if that may show whose the snapshot is.</summary>
    public static readonly TimeSpan LongestJudgement = TimeSpan.FromSeconds(60);

    // A run that is cancelled waits for the end of the step that it is in.
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(10);

    // Telemetry walks every collection of the node under a lock.
    private const int LooksPerCount = 3;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);
    private readonly CountReadings _readings = new(time);

    /// <summary>Notes what the node shows; a collection that is gone is a <see cref="SourceException"/>.</summary>
    public async Task<SnapshotsBefore> NoteAsync(PartKey key, CancellationToken cancellationToken)
    {
        var node = NodeOf(key);
        var counters = await _readings.BeforeAsync(node, key.Collection, cancellationToken);
        var at = await node.GetTimeAsync(cancellationToken);
        var listed = await ListAsync(key, cancellationToken) ?? throw Gone(key);
        return new([.. listed.Select(s => s.Name).Order(StringComparer.Ordinal)], at, counters?.Startup, counters?.Of(key.Collection).Begun);
    }

    /// <summary>Makes a snapshot, and waits for the answer for a bounded time. The node's own refusal is a <see cref="SourceException"/>.</summary>
    public Task<SnapshotAnswer> CreateAsync(PartKey key, CancellationToken cancellationToken)
    {
        var node = NodeOf(key);
        _readings.Begin(node, key.Collection);
        return node.CreateSnapshotAsync(key.Collection, Answer, cancellationToken);
    }

    /// <summary>Looks for a snapshot that was begun, for ten seconds. The node shows that it is at work: no limit is guessed.</summary>
    /// <param name="key">Which part it is a snapshot of.</param>
    /// <param name="before">What the node showed before it was begun.</param>
    /// <param name="last">The look before this one; null for the first.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<SnapshotLook> AwaitAsync(PartKey key, SnapshotsBefore before, SnapshotLook? last, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        for (var pause = FirstPause; time.GetElapsedTime(began) < Look; pause = Patience.Longer(pause, LongestPause))
        {
            if (await FindAsync(key, before, cancellationToken) is { } found)
            {
                return new(SnapshotState.Found, found);
            }

            await Task.Delay(pause, time, cancellationToken);
        }

        var look = last is null ? new SnapshotLook(SnapshotState.Awaited, IsBlind: before.Startup is null) : last with { Number = last.Number + 1 };
        if (last is { IsQuiet: false } && look.Number % LooksPerCount != 0)
        {
            return look;
        }

        // Two readings of a node that makes nothing, a look apart, and nothing listed after the second: nothing will come.
        var counters = await _readings.NowAsync(NodeOf(key), cancellationToken);
        if (counters?.Of(key.Collection) is not { Running: 0 } count)
        {
            return look with { IsBlind = counters is null, IsQuiet = false };
        }

        return !look.IsQuiet ? look with { IsBlind = false, IsQuiet = true }
            : await FindAsync(key, before, cancellationToken) is { } late ? new(SnapshotState.Found, late)
            : new(counters.Startup == before.Startup && count.Begun == before.Begun ? SnapshotState.NeverBegun : SnapshotState.Lost);
    }

    /// <summary>Decides whose a snapshot is; null when it, or its collection, is not listed any more.</summary>
    /// <param name="key">Which part it is a snapshot of.</param>
    /// <param name="name">Its name.</param>
    /// <param name="isNamed">Whether the node gave its name as the answer to our request.</param>
    /// <param name="before">What the node showed before it was begun.</param>
    /// <param name="longest">How long to wait for what others are making meanwhile.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<SnapshotOwner?> JudgeAsync(PartKey key, string name, bool isNamed, SnapshotsBefore before, TimeSpan longest, CancellationToken cancellationToken)
    {
        var node = NodeOf(key);
        var began = time.GetTimestamp();
        await PassAsync(node, SnapshotOwnership.SecondOf(key.Collection, name), cancellationToken);
        for (var pause = FirstPause; ; pause = Patience.Longer(pause, LongestPause))
        {
            if (await ListAsync(key, cancellationToken) is not { } listed || !listed.Any(s => s.Name == name))
            {
                return null;
            }

            var counters = await _readings.NowAsync(node, cancellationToken);
            var owner = SnapshotOwnership.Of(name, isNamed, before, SnapshotOwnership.Candidates(key.Collection, before, listed), counters?.Startup, counters?.Of(key.Collection) ?? default);
            if (owner != SnapshotOwner.Unknown || time.GetElapsedTime(began) + pause > longest)
            {
                return owner;
            }

            await Task.Delay(pause, time, cancellationToken);
        }
    }

    /// <summary>The snapshots that the node may have begun since; null when the collection no longer exists.</summary>
    public async Task<IReadOnlyList<SnapshotDescription>?> FindSinceAsync(PartKey key, SnapshotsBefore before, CancellationToken cancellationToken) =>
        await ListAsync(key, cancellationToken) is { } listed ? SnapshotOwnership.Candidates(key.Collection, before, listed) : null;

    /// <summary>Whether the node lists a snapshot; null when the collection no longer exists.</summary>
    public async Task<bool?> IsListedAsync(PartKey key, string name, CancellationToken cancellationToken) =>
        (await ListAsync(key, cancellationToken))?.Any(s => s.Name == name);

    /// <summary>Deletes a snapshot; false when there was none.</summary>
    public Task<bool> DeleteAsync(PartKey key, string name, CancellationToken cancellationToken) => NodeOf(key).DeleteSnapshotAsync(key.Collection, name, cancellationToken);

    // Of several, the first is as good as ours: it was begun no earlier. An entry that is odd cannot be used.
    private async Task<SnapshotDescription?> FindAsync(PartKey key, SnapshotsBefore before, CancellationToken cancellationToken)
    {
        var candidates = await FindSinceAsync(key, before, cancellationToken) ?? throw Gone(key);
        return candidates.FirstOrDefault(s => s.Problem is null) ?? (candidates is not [var odd, ..]
            ? null
            : throw new SourceException(
                $"the new snapshot '{odd.Name}' of collection '{key.Collection}' on {key.Node} cannot be used: {odd.Problem}",
                "Look at the node's log and its snapshots directory; the collection is captured again.",
                isTransient: true));
    }

    // Until the second is over, another snapshot may be begun that has the same name.
    private async Task PassAsync(IQdrantNode node, DateTimeOffset? second, CancellationToken cancellationToken)
    {
        if (second is not null && await node.GetTimeAsync(cancellationToken) is { } now && now <= second)
        {
            await Task.Delay(second.Value - now + TimeSpan.FromSeconds(1), time, cancellationToken);
        }
    }

    private Task<IReadOnlyList<SnapshotDescription>?> ListAsync(PartKey key, CancellationToken cancellationToken) => NodeOf(key).ListSnapshotsAsync(key.Collection, cancellationToken);

    private IQdrantNode NodeOf(PartKey key) => key.Shard is null
        ? nodes.Of(key)
        : throw new RefusedException($"shard {key.Shard} of '{key.Collection}' cannot be captured by itself", "This version captures whole collections of a standalone server.");

    private static SourceException Gone(PartKey key) => new(
        $"collection '{key.Collection}' is no longer on {key.Node}",
        "It was deleted while the backup ran. A snapshot of it that was begun stays as a file in the node's snapshots directory. Start a new backup if the backup should hold it.");
}
