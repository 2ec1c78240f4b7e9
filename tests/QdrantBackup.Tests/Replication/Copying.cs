using Microsoft.Extensions.Logging.Abstractions;
using QdrantBackup.Ids;
using QdrantBackup.Keys;
using QdrantBackup.Replication;
using QdrantBackup.Runs;
using QdrantBackup.Storage;
using QdrantBackup.Stores;
using QdrantBackup.Tests.Capture;

namespace QdrantBackup.Tests.Replication;

/// <summary>Copies like the app, step by step, between the rig's store and a second one.</summary>
internal sealed class Copying(CaptureRig rig, SealedStore second)
{
    /// <summary>The receipts of the last run.</summary>
    public List<CopyReceipt> Receipts { get; } = [];

    /// <summary>The remarks of the last run's plan.</summary>
    public IReadOnlyList<string> Remarks { get; private set; } = [];

    public SealedStore Second => second;

    private static CancellationToken Cancellation => CaptureRig.Cancellation;

    /// <summary>A rig's second store in memory, made by its first copy; wrapped, so that it does not copy blobs by itself.</summary>
    public static async Task<Copying> IntoMemoryAsync(CaptureRig rig, Func<IBackupStore, IBackupStore>? wrap = null)
    {
        var blobs = new InMemoryStore(rig.Time, "memory:second");
        return new Copying(rig, await MakeAsync(rig, wrap?.Invoke(blobs) ?? blobs));
    }

    /// <summary>Makes the second store in an empty place. A rig has no recipients, so it gets a key document that no key opens.</summary>
    public static async Task<SealedStore> MakeAsync(CaptureRig rig, IBackupStore blobs)
    {
        BlobName key = BlobNames.Key(rig.Store.KeyId, "test");
        await rig.Store.Blobs.PutAsync(key, rig.Store.Sealer.ProtectPlain(key.Value, "{}"u8), PutCondition.Always, null, Cancellation);
        return await ReplicaOpening.MakeAsync(rig.Store, blobs, rig.Time, Cancellation);
    }

    public async Task<RunId> CopyAsync(CopyRequest? wanted = null)
    {
        Receipts.Clear();
        wanted ??= new CopyRequest();
        RunRequest request = await rig.AskAsync(RunKind.Copy, r => r with { Copy = wanted });
        var (planner, parts, commit, ends) = Open(wanted.Back);
        Remarks = (await planner.PlanAsync(request, Cancellation)).Remarks;
        for (CopyCursor? cursor = new(); cursor is not null;)
        {
            CopyPage page = await planner.ListAsync(request.RunId, cursor, 2, Cancellation);
            foreach (CopyItem item in page.Items)
            {
                await CopyAsync(request.RunId, item, parts, wanted.Full);
                if (item.IsLast)
                {
                    await commit.CommitAsync(request.RunId, item.BackupId, Cancellation);
                }
            }

            cursor = page.Next;
        }

        await new RunFences(ends.Source, ends.SourcePins).ReleaseAsync(request.RunId, Cancellation);
        await new RunFences(ends.Target, ends.TargetPins).ReleaseAsync(request.RunId, Cancellation);
        return request.RunId;
    }

    public (CopyPlanner Planner, PartCopy Parts, CopyCommit Commit, CopyEnds Ends) Open(bool back = false)
    {
        CopyEnds ends = back
            ? new CopyEnds(second, rig.Store, rig.Time, NullLoggerFactory.Instance)
            : new CopyEnds(rig.Store, second, rig.Time, NullLoggerFactory.Instance);
        var options = rig.Get<QdrantBackup.Runs.CaptureOptions>();
        var parts = new PartCopy(rig.Store, ends, options, rig.Time, NullLogger<PartCopy>.Instance);
        return (new CopyPlanner(new CopyPlans(rig.Store), ends, options), parts, new CopyCommit(ends, parts, options, NullLogger<CopyCommit>.Instance), ends);
    }

    private async Task CopyAsync(RunId runId, CopyItem item, PartCopy parts, bool full)
    {
        if (item.IsFirst)
        {
            await parts.BeginAsync(runId, item.BackupId, Cancellation);
        }

        CopyStep? step = item.PartNo == 0 ? null : new CopyStep(runId, item.BackupId, item.PartNo);
        while (step is not null)
        {
            CopyReceipt receipt = await parts.CopyAsync(step, Cancellation);
            Receipts.Add(receipt);
            if (receipt.Next is null && full)
            {
                await parts.CheckAsync(step, Cancellation);
            }

            step = receipt.Next;
        }
    }
}
