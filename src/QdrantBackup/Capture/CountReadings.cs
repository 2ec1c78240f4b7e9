using System.Collections.Concurrent;
using QdrantBackup.Clusters;

namespace QdrantBackup.Capture;

/// <summary>
/// Reads what nodes count of snapshots. Telemetry walks every collection of a node under a lock, so the reading after one snapshot serves as the one before the next. That costs at most a
/// proof: what others begin between it and a snapshot of ours makes ours unproven.
/// </summary>
internal sealed class CountReadings(TimeProvider time)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<Uri, Reading> _readings = new();
    private readonly ConcurrentDictionary<(Uri Node, string Collection), long> _begun = new();

    /// <summary>Notes that a snapshot is begun: from now on an earlier reading does not count it.</summary>
    public void Begin(IQdrantNode node, string collection) => _begun[(node.Address, collection)] = time.GetTimestamp();

    /// <summary>A reading from before a snapshot that is to be begun, not much older than now.</summary>
    public async Task<SnapshotCounters?> BeforeAsync(IQdrantNode node, string collection, CancellationToken cancellationToken) =>
        _readings.TryGetValue(node.Address, out var known) && time.GetElapsedTime(known.Began) < Fresh
            && known.Began > _begun.GetValueOrDefault((node.Address, collection), long.MinValue)
            ? known.Counters
            : await NowAsync(node, cancellationToken);

    /// <summary>A reading from now on.</summary>
    public async Task<SnapshotCounters?> NowAsync(IQdrantNode node, CancellationToken cancellationToken)
    {
        var reading = new Reading(time.GetTimestamp(), await node.CountSnapshotsAsync(cancellationToken));
        _readings[node.Address] = reading;
        return reading.Counters;
    }

    private sealed record Reading(long Began, SnapshotCounters? Counters);
}
