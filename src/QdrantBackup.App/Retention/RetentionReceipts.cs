using QdrantBackup.Retention;
using QdrantBackup.Runs;
using QdrantBackup.Storage;

namespace QdrantBackup.App.Retention;

/// <summary>What a retention's plan came to.</summary>
/// <param name="Backups">How many backups it ends.</param>
/// <param name="Prune">Whether what nothing needs is deleted too.</param>
/// <param name="EmptyTrash">Whether everything in the trash is removed for good.</param>
public sealed record RetentionPlanReceipt(int Backups, bool Prune, bool EmptyTrash = false);

/// <summary>Which backups of a plan to end.</summary>
/// <param name="RunId">The run.</param>
/// <param name="From">How many to pass over.</param>
/// <param name="Count">How many to end.</param>
public sealed record RetentionPageInput(string RunId, int From, int Count);

/// <summary>What became of some backups.</summary>
/// <param name="Backups">One line for each.</param>
public sealed record RetentionPage(IReadOnlyList<RetirementReceipt> Backups);

/// <summary>How a retention went, for its record.</summary>
/// <param name="RunId">The run.</param>
/// <param name="State">How it ended.</param>
/// <param name="Left">Backups that were to be ended and are not, the first of them.</param>
/// <param name="Pruned">What was pruned, or null.</param>
/// <param name="Emptied">What emptying the trash freed, or null.</param>
public sealed record RetentionEnd(string RunId, RunState State, IReadOnlyList<RetirementReceipt> Left, PruneTotals? Pruned, EmptiedTrash? Emptied = null);
