using QdrantBackup.Ids;
using QdrantBackup.Stores;

namespace QdrantBackup.Runs;

/// <summary>A run that may have left something behind.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Kind">What it does.</param>
/// <param name="InstanceId">Its orchestration's instance id.</param>
public sealed record OpenRun(RunId RunId, RunKind Kind, string InstanceId)
{
    /// <summary>The backup that this follow-up belongs to, or null.</summary>
    public RunId? Follows { get; init; }

    /// <summary>What it left on nodes, one sentence each, as far as it is known; kept until it is removed.</summary>
    public IReadOnlyList<string> Left { get; init; } = [];
}

/// <summary>The content of <c>open/cluster</c>; rebuilt from the records of all runs where it is missing or damaged.</summary>
internal sealed record OpenRunsRecord
{
    /// <summary>Version of the format.</summary>
    public int Format { get; init; } = 1;

    /// <summary>The runs.</summary>
    public required IReadOnlyList<OpenRun> Runs { get; init; }

    /// <summary>Whether the records of all earlier runs have been searched.</summary>
    public bool IsSearched { get; init; }

    /// <summary>The oldest run that has been searched so far; null before the first.</summary>
    public RunId? SearchedTo { get; init; }
}

/// <summary>
/// The index of open work: which runs of a cluster have not ended, or ended and left something on a node. A run is added before its request is written, and removed when
/// nothing of it is left. So cleaning up reads one record instead of months of runs, and finds a run of any age.
/// </summary>
public sealed class OpenRuns(SealedStore store)
{
    private static readonly OpenRunsRecord Nothing = new() { Runs = [] };

    // More open runs than this mean that something is wrong; the search finds the others again when there is room.
    private const int MaxRuns = 10_000;

    /// <summary>The open runs of a cluster, oldest first.</summary>
    public async Task<IReadOnlyList<OpenRun>> ListAsync(string cluster, CancellationToken cancellationToken) =>
        [.. (await ReadAsync(cluster, cancellationToken)).Runs.OrderBy(r => r.RunId.Value, StringComparer.Ordinal)];

    /// <summary>Adds a run. Repeating it is harmless. Where a newer version keeps the index, its own search finds the run.</summary>
    public async Task AddAsync(RunRequest request, CancellationToken cancellationToken)
    {
        try
        {
            await ChangeAsync(request.Cluster, there => With(there, [EntryOf(request)]), cancellationToken);
        }
        catch (SealException e) when (e.IsNewerFormat)
        {
            // A run that cannot be added can be started all the same.
        }
    }

    /// <summary>Removes a run: nothing of it is left.</summary>
    public Task RemoveAsync(string cluster, RunId runId, CancellationToken cancellationToken) => ChangeAsync(
        cluster,
        there => there.Runs.Any(r => r.RunId == runId) ? there with { Runs = [.. there.Runs.Where(r => r.RunId != runId)] } : there,
        cancellationToken);

    /// <summary>Notes what a run left on nodes; false when the note existed.</summary>
    public async Task<bool> NoteLeftAsync(string cluster, RunId runId, IReadOnlyList<string> left, CancellationToken cancellationToken)
    {
        bool isNew = false;
        await ChangeAsync(
            cluster,
            there =>
            {
                isNew = there.Runs.FirstOrDefault(r => r.RunId == runId) is { } known && !known.Left.SequenceEqual(left, StringComparer.Ordinal);
                return isNew ? there with { Runs = [.. there.Runs.Select(r => r.RunId == runId ? r with { Left = left } : r)] } : there;
            },
            cancellationToken);
        return isNew;
    }

    /// <summary>The entry of a run.</summary>
    internal static OpenRun EntryOf(RunRequest request) => new(request.RunId, request.Kind, request.InstanceId)
    {
        Follows = request.RequestedBy.StartsWith(FollowUp.RequestedByPrefix, StringComparison.Ordinal)
            && RunId.TryParse(request.RequestedBy[FollowUp.RequestedByPrefix.Length..], out RunId followed) ? followed : null,
    };

    /// <summary>How far the records of earlier runs have been searched.</summary>
    internal async Task<OpenRunsRecord> ReadAsync(string cluster, CancellationToken cancellationToken) =>
        (await store.FindRenewableAsync(BlobNames.OpenRuns(cluster), RunsJson.Default.OpenRunsRecord, cancellationToken)).Value ?? Nothing;

    /// <summary>Adds the runs that a search found, and its position.</summary>
    internal Task SearchedAsync(string cluster, IReadOnlyList<OpenRun> found, RunId? searchedTo, bool isDone, CancellationToken cancellationToken) =>
        ChangeAsync(cluster, there => With(there, found) with { SearchedTo = searchedTo ?? there.SearchedTo, IsSearched = isDone }, cancellationToken);

    private static OpenRunsRecord With(OpenRunsRecord there, IReadOnlyList<OpenRun> runs)
    {
        HashSet<RunId> known = [.. there.Runs.Select(r => r.RunId)];
        OpenRun[] added = [.. runs.Where(r => known.Add(r.RunId))];
        int room = Math.Max(0, MaxRuns - there.Runs.Count);
        return added.Length == 0
            ? there
            : there with { Runs = [.. there.Runs, .. added.Take(room)], IsSearched = there.IsSearched && added.Length <= room, SearchedTo = added.Length <= room ? there.SearchedTo : null };
    }

    private Task ChangeAsync(string cluster, Func<OpenRunsRecord, OpenRunsRecord> change, CancellationToken cancellationToken) => store.ChangeRecordAsync(
        BlobNames.OpenRuns(cluster), RunsJson.Default.OpenRunsRecord, there => change(there ?? Nothing), cancellationToken);
}
