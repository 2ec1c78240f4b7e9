using QdrantBackup.App.Stores;
using QdrantBackup.Ids;
using QdrantBackup.Parts;
using QdrantBackup.Runs;
using QdrantBackup.Stores;

namespace QdrantBackup.App.Runs;

/// <summary>Gives back what a run that is over held, and records its end. Each step is tried whatever becomes of the others, and all may be repeated.</summary>
internal sealed class RunBurial(StoreServices services, string cluster, TimeProvider time)
{
    private BackupException? _failure;

    public async Task BuryAsync(OpenRun run, IReadOnlyList<string> left, bool hasResult, CancellationToken cancellationToken)
    {
        var request = await FindRequestAsync(run.RunId, cancellationToken);
        await TryAsync(() => services.Lease.ReleaseAsync(cluster, run.RunId, cancellationToken));
        if (!hasResult && request is not null)
        {
            // Before the fence: it would put a marker where a backup is committed, were there none.
            await TryAsync(async () => await services.Records.WriteResultAsync(await EndOfAsync(run, left, cancellationToken), cancellationToken));
        }

        await TryAsync(async () =>
        {
            var fences = request is null ? [services.Fences] : await RunActivities.FencesOfAsync(services, request, cancellationToken);
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

    /// <summary>How it ended: as a committed backup if its manifest is there, which the process did not live to record.</summary>
    private async Task<RunResult> EndOfAsync(OpenRun run, IReadOnlyList<string> left, CancellationToken cancellationToken)
    {
        var end = new RunResult { RunId = run.RunId, State = RunState.Failed, Finished = time.GetUtcNow(), Remarks = left };
        if (run.Kind == RunKind.Backup && await services.Catalog.FindCommittedAsync(run.RunId.AsBackup(), cancellationToken) is { } manifest)
        {
            return end with
            {
                State = manifest.State == BackupState.Complete ? RunState.Complete : RunState.Partial,
                BackupId = manifest.Id,
                Totals = manifest.Totals,
                Remarks = [.. left, "the run committed its backup and ended before it recorded that; the manifest shows it"],
            };
        }

        return end with
        {
            Error = "The run ended without a result: it was terminated, or never started",
            Hint = "Start it again; cancel runs instead of terminating them.",
        };
    }

    private async Task<RunRequest?> FindRequestAsync(RunId runId, CancellationToken cancellationToken)
    {
        try
        {
            return await services.Records.ReadRequestAsync(runId, cancellationToken);
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
