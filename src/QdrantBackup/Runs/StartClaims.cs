using QdrantBackup.Ids;
using QdrantBackup.Sealing;
using QdrantBackup.Stores;

namespace QdrantBackup.Runs;

/// <summary>What stands in <c>checks/starts/&lt;cluster&gt;</c>.</summary>
/// <param name="Format">Version of the format.</param>
/// <param name="Runs">By what a run does: the run that was last started to do it.</param>
public sealed record StartsRecord(int Format, IReadOnlyDictionary<string, RunId> Runs);

/// <summary>
/// Lets one of several starts of the same work win. To look which runs go on and to start another are two steps, and two callers may take the first one at the same
/// moment. A claim is one step: the store writes it only if nothing has changed since it was read.
/// </summary>
public sealed class StartClaims(SealedStore store)
{
    /// <summary>Claims a work for a run that is about to start.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="work">What the run does.</param>
    /// <param name="run">The run.</param>
    /// <param name="goesOn">Whether a run that claimed a work before still goes on.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    /// <returns>Null if this run has the claim now; else the run that has it.</returns>
    public Task<RunId?> TryTakeAsync(string cluster, string work, RunId run, Func<RunId, Task<bool>> goesOn, CancellationToken cancellationToken)
    {
        var name = BlobNames.Starts(cluster);
        return SealedRecords.SwapAsync<RunId?>(async () =>
        {
            var found = await store.FindRenewableAsync(name, RunsJson.Default.StartsRecord, cancellationToken);
            var going = new SortedDictionary<string, RunId>(StringComparer.Ordinal);
            foreach (var (other, holder) in found.Value?.Runs ?? new Dictionary<string, RunId>())
            {
                if (holder != run && await goesOn(holder))
                {
                    going.Add(other, holder);
                }
            }

            if (going.TryGetValue(work, out var there))
            {
                return there;
            }

            going[work] = run;
            await store.PutDocumentAsync(
                name, SealedType.Record, new StartsRecord(1, going), RunsJson.Default.StartsRecord, found.Condition, summary: null, cancellationToken);
            return null;
        });
    }

    /// <summary>Gives the claim of a run back that could not be started; a claim of another run stays.</summary>
    public Task ReleaseAsync(string cluster, string work, RunId run, CancellationToken cancellationToken) =>
        store.ChangeRecordAsync(
            BlobNames.Starts(cluster),
            RunsJson.Default.StartsRecord,
            there => there is not null && there.Runs.TryGetValue(work, out var holder) && holder == run
                ? there with { Runs = there.Runs.Where(r => r.Key != work).ToDictionary() }
                : there,
            cancellationToken);
}
