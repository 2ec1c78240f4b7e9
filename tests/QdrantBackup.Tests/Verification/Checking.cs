using Microsoft.Extensions.Logging.Abstractions;
using QdrantBackup.Catalog;
using QdrantBackup.Damages;
using QdrantBackup.Ids;
using QdrantBackup.Parts;
using QdrantBackup.Runs;
using QdrantBackup.Stores;
using QdrantBackup.Tests.Capture;
using QdrantBackup.Verification;

namespace QdrantBackup.Tests.Verification;

/// <summary>Verifications like the app's, step by step, on one store with or without a second one.</summary>
internal sealed class Checking
{
    private readonly CaptureRig _rig;
    private readonly SealedStore _store;
    private readonly VerifyPlanner _planner;
    private readonly ItemVerifier _items;
    private readonly DamageTrace _trace;

    public Checking(CaptureRig rig, SealedStore? store = null, SealedStore? other = null)
    {
        _rig = rig;
        _store = store ?? rig.Store;
        var plans = new VerifyPlans(rig.Store);
        var catalog = new BackupCatalog(_store, NullLogger<BackupCatalog>.Instance);
        OtherCopy? copy = other is null ? null : new OtherCopy(other.Blobs.Location, _ => Task.FromResult(other));
        CaptureOptions options = rig.Get<CaptureOptions>();
        Damage = new DamageRecords(_store, rig.Time, NullLogger<DamageRecords>.Instance);
        Verified = new VerifiedRecords(_store, rig.Time);
        var on = new StoreAccess(_store, catalog, Damage, copy);
        _planner = new VerifyPlanner(plans, catalog, Verified, new RunPins(_store), options, copy);
        _trace = new DamageTrace(rig.Store, plans, on, Verified, options, rig.Time);
        _items = new ItemVerifier(plans, on, _trace, options, rig.Time, NullLogger<ItemVerifier>.Instance);
    }

    public DamageRecords Damage { get; }

    public VerifiedRecords Verified { get; }

    /// <summary>The receipts of the last run, item by item.</summary>
    public List<(VerifyItem Item, ItemReceipt Receipt)> Receipts { get; } = [];

    private static CancellationToken Cancellation => CaptureRig.Cancellation;

    public Task<DamageReport> VerifyAsync(BackupId id, VerifyLevel level, bool repair = false) =>
        RunAsync(new VerifyRequest { BackupId = id, Level = level, Repair = repair });

    public async Task<DamageReport> RunAsync(VerifyRequest wanted, int pageSize = 3)
    {
        Receipts.Clear();
        RunRequest request = await _rig.AskAsync(wanted.Repair ? RunKind.Repair : RunKind.Verify, r => r with { Verify = wanted });
        await _planner.PlanAsync(request, Cancellation);
        for (VerifyCursor? cursor = new(); cursor is not null;)
        {
            VerifyPage page = await _planner.ListAsync(request.RunId, cursor, pageSize, Cancellation);
            foreach (VerifyItem item in page.Items)
            {
                await VerifyAsync(request.RunId, item);
            }

            cursor = page.Next;
        }

        return await TraceAsync(request.RunId);
    }

    /// <summary>Finds the backups that damages affect; the given items, one after the other, report these damages.</summary>
    public async Task<DamageReport> TraceAsync(VerifyRequest wanted, params IReadOnlyList<Damage>[] ofItems)
    {
        RunRequest request = await _rig.AskAsync(RunKind.Verify, r => r with { Verify = wanted });
        VerifyPlan plan = await _planner.PlanAsync(request, Cancellation);
        for (int i = 0; i < ofItems.Length; i++)
        {
            var step = new VerifyStep { RunId = request.RunId, Item = new VerifyItem { BackupId = plan.Backups[0], PartNo = i + 1 } };
            await _trace.NoteAsync(step, new ItemDamage { Count = ofItems[i].Count, Damages = ofItems[i] }, Cancellation);
        }

        return await TraceAsync(request.RunId);
    }

    private async Task<DamageReport> TraceAsync(RunId runId)
    {
        for (TraceReceipt traced = new(null); ;)
        {
            traced = await _trace.TraceAsync(runId, traced.After, isWhole: true, Cancellation);
            if (traced.After is null)
            {
                return await _trace.ReadAsync(runId, Cancellation) ?? throw new InvalidOperationException("there is no report");
            }
        }
    }

    private async Task VerifyAsync(RunId runId, VerifyItem item)
    {
        string? after = null;
        do
        {
            ItemReceipt receipt = await _items.VerifyAsync(new VerifyStep { RunId = runId, Item = item, After = after }, Cancellation);
            Receipts.Add((item, receipt));
            after = receipt.After;
        }
        while (after is not null);
    }
}
