
namespace QdrantBackup.App.Runs;

/// <summary>What working through a plan came to so far.</summary>
public sealed record PagesOutcome
{
    /// <summary>How many errors it carries along.</summary>
    public const int MaxErrors = 50;

    /// <summary>Items that are over.</summary>
    public long Done { get; init; }

    /// <summary>Of these, items that ended well.</summary>
    public long Good { get; init; }

    /// <summary>Bytes of the items that are over.</summary>
    public long Bytes { get; init; }

    /// <summary>Chunks looked at or copied.</summary>
    public long Chunks { get; init; }

    /// <summary>Bytes put, sealed.</summary>
    public long StoredBytes { get; init; }

    /// <summary>What it works on now.</summary>
    public string? Current { get; init; }

    /// <summary>Whether somebody cancelled the run before it was over.</summary>
    public bool IsCancelled { get; init; }

    /// <summary>The first errors.</summary>
    public IReadOnlyList<RunError> Errors { get; init; } = [];

    /// <summary>What a person should know besides.</summary>
    public IReadOnlyList<string> Remarks { get; init; } = [];

    /// <summary>The uploads after which aliases are to be set.</summary>
    public IReadOnlyList<int> Aliased { get; init; } = [];

    /// <summary>Which backup cannot be finished any more, so that its other parts are passed over.</summary>
    public string? Spoilt { get; init; }

    /// <summary>This and one more remark, while there is room.</summary>
    internal PagesOutcome WithRemark(string remark) => this with { Remarks = [.. Remarks.Append(remark).Take(MaxErrors)] };

    /// <summary>This and more errors.</summary>
    internal PagesOutcome With(IEnumerable<RunError> errors) => this with { Errors = [.. Errors.Concat(errors).Take(MaxErrors)] };
}

/// <summary>Where one generation of working through a plan begins.</summary>
/// <param name="RunId">The run.</param>
/// <param name="RootId">The instance that is told of progress.</param>
/// <param name="Total">About how many items there are.</param>
/// <param name="Left">Items that were listed and are not over.</param>
/// <param name="Next">Where the next page begins; null after the last.</param>
/// <param name="Position">How far the first of the items left is; null at its beginning.</param>
/// <param name="SoFar">What the earlier generations came to.</param>
public sealed record PagesInput<TItem, TCursor>(
    string RunId, string RootId, long Total, IReadOnlyList<TItem> Left, TCursor? Next, string? Position, PagesOutcome SoFar)
    where TCursor : class;

/// <summary>Some items of a plan.</summary>
/// <param name="Items">The items.</param>
/// <param name="Next">Where the next page begins; null after the last.</param>
internal sealed record Page<TItem, TCursor>(IReadOnlyList<TItem> Items, TCursor? Next)
    where TCursor : class;

/// <summary>What one step on an item came to.</summary>
/// <param name="Outcome">What it all came to so far.</param>
/// <param name="Position">How far the item is; null when it is over.</param>
internal sealed record StepOutcome(PagesOutcome Outcome, string? Position = null);
