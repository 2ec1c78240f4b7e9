using QdrantBackup.Manifests;
using QdrantBackup.Verification;

namespace QdrantBackup.Functions.Orchestrations;

/// <summary>What is to be verified.</summary>
/// <param name="BackupId">The backup.</param>
/// <param name="Level">How deep.</param>
/// <param name="Parts">How many parts.</param>
/// <param name="Bytes">Bytes of all parts.</param>
public sealed record VerifyPlanReceipt(BackupId BackupId, VerifyLevel Level, int Parts, long Bytes);

/// <summary>Which parts to list.</summary>
/// <param name="RunId">The run.</param>
/// <param name="BackupId">The backup that the plan chose.</param>
/// <param name="Level">How deep.</param>
/// <param name="From">How many to pass over.</param>
/// <param name="Count">How many to list.</param>
public sealed record VerifyPageInput(string RunId, BackupId BackupId, VerifyLevel Level, int From, int Count);

/// <summary>Some parts.</summary>
/// <param name="Parts">The parts.</param>
public sealed record VerifyPage(IReadOnlyList<VerifyPart> Parts);
