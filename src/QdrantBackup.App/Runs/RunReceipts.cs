using QdrantBackup.Catalog;
using QdrantBackup.Runs;

namespace QdrantBackup.App.Runs;

/// <summary>How a run ended, for its record.</summary>
/// <param name="RunId">The run.</param>
/// <param name="State">How it ended.</param>
/// <param name="Errors">What went wrong.</param>
/// <param name="Committed">The backup that it made, so that the app knows of it from its own histories, whatever becomes of the store.</param>
public sealed record RunEnd(string RunId, RunState State, IReadOnlyList<RunError> Errors, SeenBackup? Committed = null)
{
    /// <summary>What a person should know besides.</summary>
    public IReadOnlyList<string> Remarks { get; init; } = [];
}

/// <summary>Names of external events.</summary>
internal static class Events
{
    public const string Cancel = "Cancel";
    public const string Approve = "Approve";
    public const string Progress = "Progress";
}
