using System.Globalization;

namespace QdrantBackup.Retention;

/// <summary>The brake: deleting an unusual share needs an explicit confirmation.</summary>
internal static class UnusualDeletion
{
    // So few are never unusual: one of three backups is a third.
    public const int MostUsualBackups = 2;
    public const int MostUsualChunks = 256;

    /// <summary>The hint for each refusal.</summary>
    public const string Hint =
        "Look at what was ended with 'qdrant-backup cleanup --dry-run'. If it is as it should be, allow it with 'qdrant-backup cleanup --yes-delete-unusual'.";

    /// <summary>Why ending so many backups is unusual, or null.</summary>
    public static string? OfBackups(int ended, int all, double share) => ended > MostUsualBackups && ended > all * share
        ? $"it would end {ended} of {all} backups, more than {Percent(share)}"
        : null;

    /// <summary>Why deleting so many manifests that no person ended by name is unusual, or null.</summary>
    public static string? OfManifests(int expired, int all, double share) => expired > MostUsualBackups && expired > all * share
        ? $"it would delete {expired} of {all} manifests whose end no person confirmed, more than {Percent(share)}"
        : null;

    /// <summary>Why deleting so many chunks is unusual, or null.</summary>
    public static string? OfChunks(long deleted, long deletedBytes, PruneRound round, double share) =>
        deleted > MostUsualChunks && (deleted > round.ChunksListed * share || deletedBytes > round.BytesListed * share)
            ? $"it would delete {deleted} of {round.ChunksListed} chunks ({deletedBytes} of {round.BytesListed} bytes) that belong to no backup whose end a person confirmed, more than {Percent(share)}"
            : null;

    private static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{share * 100:0.#} %");
}
