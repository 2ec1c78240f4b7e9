using QdrantBackup.Ids;
using QdrantBackup.Runs;
using QdrantBackup.Storage;
using QdrantBackup.Stores;

namespace QdrantBackup.Capture;

/// <summary>
/// Rebuilds the index of open runs from the records of all runs: once for a store that had no index, and where it was damaged. It works for a bounded time and continues with the
/// next call, from the newest run to the oldest, those dated ahead first.
/// </summary>
public sealed class OpenRunSearch(SealedStore store, RunRecords records, MadeSnapshots snapshots, TimeProvider time)
{
    private static readonly TimeSpan StepTime = TimeSpan.FromMinutes(1);

    /// <summary>Continues the search; true when every run has been searched.</summary>
    public async Task<bool> StepAsync(string cluster, CancellationToken cancellationToken)
    {
        OpenRunsRecord state = await records.Open.ReadAsync(cluster, cancellationToken);
        if (state.IsSearched)
        {
            return true;
        }

        long began = time.GetTimestamp();
        var found = new List<OpenRun>();
        RunId? searchedTo = null;
        foreach ((string run, Traces traces) in (await ListAsync(cancellationToken)).Reverse())
        {
            var runId = new RunId(run);
            if (state.SearchedTo is { } before && string.CompareOrdinal(run, before.Value) >= 0)
            {
                continue;
            }

            if (time.GetElapsedTime(began) >= StepTime)
            {
                await records.Open.SearchedAsync(cluster, found, searchedTo, isDone: false, cancellationToken);
                return false;
            }

            if (traces.MayBeOpen && await LookAsync(cluster, runId, traces, cancellationToken) is { } open)
            {
                found.Add(open);
            }

            searchedTo = runId;
        }

        await records.Open.SearchedAsync(cluster, found, searchedTo, isDone: true, cancellationToken);
        return true;
    }

    private async Task<OpenRun?> LookAsync(string cluster, RunId runId, Traces traces, CancellationToken cancellationToken)
    {
        RunRequest request;
        try
        {
            request = await records.ReadRequestAsync(runId, cancellationToken);
        }
        catch (BackupException e) when (e.IsDamage || e is RefusedException)
        {
            // Its cluster is not known; listings log it.
            return null;
        }

        bool isOpen = request.Cluster == cluster && (!traces.HasResult || !(await snapshots.ListLeftAsync(runId, cancellationToken)).IsNothing);
        return isOpen ? OpenRuns.EntryOf(request) : null;
    }

    /// <summary>Every run that has records, found by blob names alone.</summary>
    private async Task<SortedDictionary<string, Traces>> ListAsync(CancellationToken cancellationToken)
    {
        var runs = new SortedDictionary<string, Traces>(StringComparer.Ordinal);
        await foreach (BlobEntry entry in store.Blobs.ListAsync(BlobNames.Runs, cancellationToken))
        {
            string[] path = entry.Name.Value[BlobNames.Runs.Length..].Split('/');
            if (path is not [_, _, var run, var what] || !RunId.IsValid(run))
            {
                continue;
            }

            Traces traces = runs.GetValueOrDefault(run);
            runs[run] = new Traces(
                traces.HasRequest || what == RunRecords.Request,
                traces.HasResult || what == RunRecords.Result,
                traces.HasSnapshots || MadeSnapshots.IsRecord(what));
        }

        return runs;
    }

    private readonly record struct Traces(bool HasRequest, bool HasResult, bool HasSnapshots)
    {
        public bool MayBeOpen => HasRequest && (!HasResult || HasSnapshots);
    }
}
