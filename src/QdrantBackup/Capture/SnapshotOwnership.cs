using System.Globalization;
using System.Text.Json.Serialization;
using QdrantBackup.Clusters;

namespace QdrantBackup.Capture;

/// <summary>Whose a snapshot is.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<SnapshotOwner>))]
public enum SnapshotOwner
{
    /// <summary>Not judged yet, or not to be judged while others are being made.</summary>
    [JsonStringEnumMemberName("unknown")]
    Unknown,

    /// <summary>Ours, proven by what only our request can have caused.</summary>
    [JsonStringEnumMemberName("us")]
    Us,

    /// <summary>Perhaps another tool's: it may be read and is never deleted.</summary>
    [JsonStringEnumMemberName("unproven")]
    Unproven,
}

/// <summary>
/// Decides whose a snapshot is. Other tools make snapshots of the same collections, and two that are begun in one second are one file under one name, so that deleting ours would take
/// theirs away.
/// </summary>
public static class SnapshotOwnership
{
    private const string Stamp = "yyyy-MM-dd-HH-mm-ss";
    private const string Extension = ".snapshot";

    /// <summary>The second in which a snapshot was begun, by the node's clock, from its name COLLECTION-PEER-TIME.snapshot; null for any other name.</summary>
    public static DateTimeOffset? SecondOf(string collection, string name)
    {
        if (!name.StartsWith($"{collection}-", StringComparison.Ordinal) || !name.EndsWith(Extension, StringComparison.Ordinal))
        {
            return null;
        }

        var rest = name.AsSpan(collection.Length + 1)[..^Extension.Length];
        var dash = rest.IndexOf('-');
        return dash > 0 && !rest[..dash].ContainsAnyExceptInRange('0', '9')
            && DateTimeOffset.TryParseExact(rest[(dash + 1)..], Stamp, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var second)
            ? second
            : null;
    }

    /// <summary>The snapshots that may have been begun since: made by the node, not listed before, and not named after an earlier second.</summary>
    public static IReadOnlyList<SnapshotDescription> Candidates(string collection, SnapshotsBefore before, IEnumerable<SnapshotDescription> listed) =>
        [.. listed.Where(s => !before.Names.Contains(s.Name, StringComparer.Ordinal) && IsSince(collection, s.Name, before)).OrderBy(s => s.Name, StringComparer.Ordinal)];

    /// <summary>Decides whose a snapshot is that was listed before the counts were read, in a later second than the one that it is named after.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="isNamed">Whether the node gave its name as the answer to our request.</param>
    /// <param name="before">What the node showed before.</param>
    /// <param name="candidates">Everything that may have been begun since.</param>
    /// <param name="startup">When the node's process was started; null where it counts no snapshots.</param>
    /// <param name="counted">What it counts.</param>
    public static SnapshotOwner Of(string name, bool isNamed, SnapshotsBefore before, IReadOnlyList<SnapshotDescription> candidates, string? startup, SnapshotCount counted)
    {
        if (!candidates.Any(c => c.Name == name))
        {
            return SnapshotOwner.Unproven;
        }

        if (startup is null || startup != before.Startup || before.Begun is not { } begun)
        {
            return isNamed && candidates.Count == 1 ? SnapshotOwner.Us : SnapshotOwner.Unproven;
        }

        // Each beginning makes at most one file. As many files as beginnings: none is shared.
        var rise = counted.Begun - begun;
        if (isNamed && rise > candidates.Count && rise <= candidates.Count + counted.Running && rise > 1)
        {
            return SnapshotOwner.Unknown; // What is still being made will have a name of its own, or ours.
        }

        var isAlone = rise == 1 && candidates.Count == 1 && counted.Running == 0;
        return isAlone || (isNamed && (rise == 1 || rise == candidates.Count)) ? SnapshotOwner.Us : SnapshotOwner.Unproven;
    }

    // The node shows its clock in whole seconds.
    private static bool IsSince(string collection, string name, SnapshotsBefore before) =>
        SecondOf(collection, name) is { } second && (before.At is not { } at || second >= at - TimeSpan.FromSeconds(1));
}
