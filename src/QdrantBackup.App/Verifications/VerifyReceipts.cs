using QdrantBackup.App.Runs;
using QdrantBackup.Ids;
using QdrantBackup.Verification;

namespace QdrantBackup.App.Verifications;

/// <summary>What is to be verified.</summary>
/// <param name="Items">About how many items.</param>
/// <param name="Bytes">About how many bytes.</param>
public sealed record VerifyPlanReceipt(long Items, long Bytes);

/// <summary>Which items to list.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Cursor">Where the page begins.</param>
/// <param name="Count">How many to list.</param>
public sealed record VerifyPageInput(string RunId, VerifyCursor Cursor, int Count);

/// <summary>Where to go on finding out which backups need what is damaged.</summary>
/// <param name="RunId">The run.</param>
/// <param name="After">The backup after which to go on.</param>
/// <param name="IsWhole">Whether everything was looked at.</param>
public sealed record TraceInput(string RunId, BackupId? After, bool IsWhole);

/// <summary>What a verification came to, for its end.</summary>
/// <param name="RunId">The run.</param>
/// <param name="IsWhole">Whether everything was looked at.</param>
/// <param name="IsCancelled">Whether somebody cancelled it.</param>
/// <param name="Errors">What kept it from looking.</param>
public sealed record VerifyOutcome(string RunId, bool IsWhole, bool IsCancelled, IReadOnlyList<RunError> Errors);
