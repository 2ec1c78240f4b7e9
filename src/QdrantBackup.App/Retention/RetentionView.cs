using QdrantBackup.Retention;
using QdrantBackup.Runs;

namespace QdrantBackup.App.Retention;

/// <summary>What retention says of a cluster's backups.</summary>
internal sealed record RetentionView
{
    public required string Cluster { get; init; }

    public required DateTimeOffset Now { get; init; }

    public required string Hash { get; init; }

    public required int Kept { get; init; }

    public required int Ends { get; init; }

    public string? Unusual { get; init; }

    /// <summary>What applying the plan frees and when, and how much room there is.</summary>
    public required RoomReport Room { get; init; }

    public required IReadOnlyList<VerdictView> Backups { get; init; }

    public required IReadOnlyList<EndedView> Ended { get; init; }

    public static RetentionView Of(RetentionPreview preview, RoomReport room) => new()
    {
        Cluster = preview.Cluster,
        Now = preview.Now,
        Hash = preview.Hash,
        Kept = preview.Backups.Count(b => b.Verdict.Keep),
        Ends = preview.Backups.Count(b => !b.Verdict.Keep),
        Unusual = preview.Unusual,
        Room = room,
        Backups = [.. preview.Backups.Select(VerdictView.Of)],
        Ended = [.. preview.Ended.Select(e => new EndedView(e.Id.Value, e.Since, e.Until))],
    };
}

/// <summary>One backup, what becomes of it, and why.</summary>
internal sealed record VerdictView(
    string Id, DateTimeOffset Started, string State, string Verdict, IReadOnlyList<string> Reasons, long? Bytes, HoldView? Hold)
{
    public static VerdictView Of(JudgedBackup backup) => new(
        backup.Verdict.Id.Value,
        backup.Verdict.Id.Began,
        backup.Summary?.State.ToString().ToLowerInvariant() ?? "damaged",
        backup.Verdict.Keep ? "keep" : "end",
        backup.Verdict.Reasons,
        backup.Summary?.Totals.Bytes,
        backup.Hold is null ? null : HoldView.Of(backup.Hold));
}

/// <summary>A backup that was ended and is still there.</summary>
internal sealed record EndedView(string Id, DateTimeOffset Since, DateTimeOffset Until);

/// <summary>A hold.</summary>
internal sealed record HoldView(string Id, string Reason, string By, DateTimeOffset At)
{
    public static HoldView Of(Hold hold) => new(hold.Id.Value, hold.Reason, hold.By, hold.At);
}
