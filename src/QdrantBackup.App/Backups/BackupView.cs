using QdrantBackup.App.Retention;
using QdrantBackup.App.Verifications;
using QdrantBackup.Catalog;
using QdrantBackup.Damages;
using QdrantBackup.Parts;
using QdrantBackup.Retention;

namespace QdrantBackup.App.Backups;

/// <summary>One line of the catalog as the API shows it. Of a damaged backup only the id is known, and the damage.</summary>
internal sealed record BackupView
{
    public required string Id { get; init; }

    public required string State { get; init; }

    public required DateTimeOffset Started { get; init; }

    public string? Cluster { get; init; }

    public DateTimeOffset? Finished { get; init; }

    public string? Schedule { get; init; }

    public IReadOnlyList<string>? Classes { get; init; }

    public IReadOnlyList<string>? Collections { get; init; }

    public int? CollectionCount { get; init; }

    public ulong? PointCount { get; init; }

    public int? UncountedCollections { get; init; }

    public int? OwedProofs { get; init; }

    public long? Bytes { get; init; }

    public long? NewBytes { get; init; }

    public long? StoredBytes { get; init; }

    public bool? Selection { get; init; }

    public string? Suspect { get; init; }

    public ConfirmationView? Confirmed { get; init; }

    public bool? DatedAhead { get; init; }

    public HoldView? Hold { get; init; }

    public VerifiedView? Verified { get; init; }

    public DateTimeOffset? CopiedAt { get; init; }

    public string? Damage { get; init; }

    public string? Hint { get; init; }

    public string? FalseEnd { get; init; }

    public static BackupView Of(CatalogEntry entry, Hold? hold, DateTimeOffset now) => Of(entry) with
    {
        Hold = hold is null ? null : HoldView.Of(hold),
        Selection = entry.Summary is { Selection: not null } ? true : null,
        Suspect = BackupStanding.IsSuspect(entry) ? entry.Summary!.Suspect : null,
        Confirmed = entry.Findings?.Confirmed is { } confirmed ? ConfirmationView.Of(confirmed) : null,
        DatedAhead = BackupStanding.IsAhead(entry.Id, now) ? true : null,
        Verified = VerifiedView.Of(entry.Findings?.Verified),
        OwedProofs = entry.Findings?.OwedProofs,
        FalseEnd = entry.FalseEnd is null ? null : $"A record claims that this backup was ended, without proof: {entry.FalseEnd}. {CatalogEntry.FalseEndHint(entry.Id)}",
    };

    private static BackupView Of(CatalogEntry entry) => entry.Summary is { } summary
        ? Of(summary) with { State = entry.Retired ? "retired" : summary.State.ToString().ToLowerInvariant(), Damage = entry.Damage, Hint = entry.Hint }
        : new() { Id = entry.Id.Value, State = "damaged", Started = entry.Id.Began, Damage = entry.Damage, Hint = entry.Hint };

    /// <summary>With what is known of its copy.</summary>
    public BackupView With(CopyRecord? copy) => this with { CopiedAt = copy?.At };

    private static BackupView Of(BackupSummary summary) => new()
    {
        Id = summary.Id.Value,
        State = summary.State.ToString().ToLowerInvariant(),
        Started = summary.Started,
        Cluster = summary.Cluster,
        Finished = summary.Finished,
        Schedule = summary.Schedule,
        Classes = summary.Classes,
        Collections = summary.Collections,
        CollectionCount = summary.CollectionCount,
        PointCount = summary.UncountedCollections is null ? summary.PointCount : null,
        UncountedCollections = summary.UncountedCollections,
        Bytes = summary.Totals.Bytes,
        NewBytes = summary.Totals.NewBytes,
        StoredBytes = summary.Totals.StoredBytes,
    };
}

/// <summary>That a person confirmed a suspect backup.</summary>
internal sealed record ConfirmationView(string Id, string By, DateTimeOffset At)
{
    public static ConfirmationView Of(Confirmation record) => new(record.Id.Value, record.By, record.At);
}
