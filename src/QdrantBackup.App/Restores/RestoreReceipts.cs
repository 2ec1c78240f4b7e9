using QdrantBackup.App.Runs;

namespace QdrantBackup.App.Restores;

/// <summary>What a restore's plan came to.</summary>
/// <param name="PlanHash">Over source and target; an approval names it.</param>
/// <param name="NeedsApproval">Whether the request asked for one.</param>
/// <param name="Items">How many uploads.</param>
/// <param name="Bytes">Bytes of all uploads.</param>
public sealed record RestorePlanReceipt(string PlanHash, bool NeedsApproval, int Items, long Bytes);

/// <summary>Whose approval is looked for.</summary>
/// <param name="RunId">The run.</param>
/// <param name="PlanHash">Its plan.</param>
public sealed record ApprovalWanted(string RunId, string PlanHash);

/// <summary>Some uploads of a plan.</summary>
/// <param name="Items">The uploads.</param>
/// <param name="Next">Where the next page begins; null after the last.</param>
public sealed record RestorePage(IReadOnlyList<RestoreItemRef> Items, RestoreCursor? Next);

/// <summary>One upload.</summary>
/// <param name="ItemNo">Its number in the plan.</param>
/// <param name="Target">The collection that is written.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="HasAliases">Whether aliases follow.</param>
public sealed record RestoreItemRef(int ItemNo, string Target, long Bytes, bool HasAliases);

/// <summary>Which part of a plan to list.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Cursor">Where the page begins.</param>
/// <param name="Count">How many to list.</param>
public sealed record RestorePageInput(string RunId, RestoreCursor Cursor, int Count);

/// <summary>What became of one upload.</summary>
/// <param name="Restored">Whether the collection is there and holds what it should.</param>
/// <param name="Errors">What went wrong.</param>
/// <param name="FromSecond">How many blobs came from the second store.</param>
/// <param name="SecondLocation">Where that is, when any did.</param>
public sealed record ItemOutcome(bool Restored, IReadOnlyList<RunError> Errors, int FromSecond = 0, string? SecondLocation = null);

/// <summary>Some collections whose aliases are to be set.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Items">The numbers of their uploads.</param>
public sealed record AliasBatch(string RunId, IReadOnlyList<int> Items);

/// <summary>Which aliases could not be set.</summary>
/// <param name="Errors">What went wrong.</param>
public sealed record AliasReceipt(IReadOnlyList<RunError> Errors);

/// <summary>Where the next page of a restore begins.</summary>
/// <param name="From">How many uploads are passed.</param>
public sealed record RestoreCursor(int From);

/// <summary>One upload to carry out.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Item">The upload.</param>
public sealed record ItemInput(string RunId, RestoreItemRef Item);
