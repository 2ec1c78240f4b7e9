using QdrantBackup.Ids;
using QdrantBackup.Runs;

namespace QdrantBackup.Retention;

/// <summary>What to prune.</summary>
/// <param name="RunId">The retention run that prunes; its pin shows the store's time.</param>
/// <param name="AllowUnusual">Whether a person allowed deleting an unusual share, or backups whose manifests vanished.</param>
/// <param name="By">Who asked, for the records.</param>
/// <param name="ConfirmClock">Whether a person confirmed that the clock is right although the last retention is long ago.</param>
public sealed record PruneRequest(RunId RunId, bool AllowUnusual, string By, bool ConfirmClock = false);

/// <summary>How far a prune is.</summary>
/// <param name="Done">Whether it is over.</param>
/// <param name="Phase">What it does next.</param>
/// <param name="Position">Which of the 256 slices of the chunk ids it is at.</param>
/// <param name="Totals">What it has done.</param>
public sealed record PruneReceipt(bool Done, PrunePhase Phase, int Position, PruneTotals Totals);
