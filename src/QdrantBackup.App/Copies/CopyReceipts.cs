using QdrantBackup.Ids;
using QdrantBackup.Replication;

namespace QdrantBackup.App.Copies;

/// <summary>What is to be copied.</summary>
/// <param name="Backups">How many backups.</param>
/// <param name="Parts">How many parts.</param>
/// <param name="Bytes">How many bytes they have; what is over there already is not copied again.</param>
/// <param name="Remarks">What a person should know.</param>
public sealed record CopyPlanReceipt(int Backups, long Parts, long Bytes, IReadOnlyList<string> Remarks);

/// <summary>Which items to list.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Cursor">Where the page begins.</param>
/// <param name="Count">How many to list.</param>
public sealed record CopyPageInput(string RunId, CopyCursor Cursor, int Count);

/// <summary>One backup of a copy.</summary>
/// <param name="RunId">The run.</param>
/// <param name="BackupId">The backup.</param>
public sealed record CopyOfBackup(string RunId, BackupId BackupId);
