using QdrantBackup.Ids;
using QdrantBackup.Parts;
using QdrantBackup.Runs;
using QdrantBackup.Stores;

namespace QdrantBackup.App.Runs;

/// <summary>Gives back what a run that is over held, and records its end. Each step is tried whatever becomes of the others, and all may be repeated.</summary>
internal sealed class RunBurial(RunServices services, RunFeatures features, string cluster, TimeProvider time)
{
    private BackupException? _failure;

    /// <summary>Ends a run of which nobody knows how it went.</summary>
    public Task BuryAsync(OpenRun run, IReadOnlyList<string> left, bool hasResult, CancellationToken cancellationToken) =>
        BuryAsync(run, hasResult ? null : () => EndOfAsync(run, left, cancellationToken), cancellationToken);

    /// <summary>Ends a run with a result that the caller knows.</summary>
    public Task BuryAsync(OpenRun run, RunResult end, CancellationToken cancellationToken) => BuryAsync(run, () => Task.FromResult(end), cancellationToken);

    private async Task BuryAsync(OpenRun run, Func<Task<RunResult>>? end, CancellationToken cancellationToken)
    {
        var request = await FindRequestAsync(run.RunId, cancellationToken);
        await TryAsync(() => services.Lease.ReleaseAsync(cluster, run.RunId, cancellationToken));
        if (end is not null && request is not null)
        {
            // Before the fence: it would put a marker where a backup is committed, were there none.
            await TryAsync(async () => await services.Opened.Records.WriteResultAsync(await end(), cancellationToken));
        }

        await TryAsync(async () =>
        {
            var fences = request is null ? [services.Opened.Fences] : await features.FencesOfAsync(services.Opened, request, cancellationToken);
            foreach (var fence in fences)
            {
                await fence.ReleaseAsync(run.RunId, cancellationToken);
            }
        });
        if (_failure is { } failure)
        {
            throw failure;
        }
    }

    /// <summary>How it ended: as its feature finds it, if the run did its work and its process did not live to record that.</summary>
    private async Task<RunResult> EndOfAsync(OpenRun run, IReadOnlyList<string> left, CancellationToken cancellationToken)
    {
        var end = await features.Of(run.Kind).FindUnrecorded(services.Opened, run, cancellationToken) ?? new RunResult
        {
            RunId = run.RunId,
            State = RunState.Failed,
            Finished = time.GetUtcNow(),
            Error = "The run ended without a result: it was terminated, or never started",
            Hint = "Start it again; cancel runs instead of terminating them.",
        };
        return end with { Finished = time.GetUtcNow(), Remarks = [.. left, .. end.Remarks] };
    }

    private async Task<RunRequest?> FindRequestAsync(RunId runId, CancellationToken cancellationToken)
    {
        try
        {
            return await services.Opened.Records.ReadRequestAsync(runId, cancellationToken);
        }
        catch (BackupException e) when (e is SealException or RefusedException or MissingBlobException)
        {
            // Never written, or damaged: what the run held is given back all the same.
            return null;
        }
    }

    private async Task TryAsync(Func<Task> step)
    {
        try
        {
            await step();
        }
        catch (BackupException e)
        {
            _failure ??= e;
        }
    }
}
