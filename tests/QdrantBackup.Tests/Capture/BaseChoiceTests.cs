using QdrantBackup.Capture;
using QdrantBackup.Ids;
using QdrantBackup.Runs;
using QdrantBackup.Stores;

namespace QdrantBackup.Tests.Capture;

/// <summary>The earlier backups whose chunks a run may reuse.</summary>
public sealed class BaseChoiceTests : IDisposable
{
    private readonly CaptureRig _rig = new();

    public BaseChoiceTests()
    {
        _rig.Node.Collections["docs"] = CaptureRig.Fixture("snapshots/empty.snapshot");
        _rig.Node.Collections["users"] = CaptureRig.Fixture("snapshots/hermes_vectors.snapshot");
    }

    [Fact]
    public async Task Many_backups_of_one_collection_do_not_hide_the_base_of_another()
    {
        BackupId whole = (await _rig.BackupAsync()).Id;
        BackupId last = default;
        for (int i = 0; i < 6; i++)
        {
            last = (await _rig.BackupAsync(new BackupRequest { Collections = ["docs"] })).Id;
        }

        Assert.Equal([("docs", last), ("users", whole)], await BasesAsync());
    }

    [Fact]
    public async Task A_partial_backup_is_a_base_of_what_it_holds()
    {
        BackupId whole = (await _rig.BackupAsync()).Id;
        _rig.Node.Status["users"] = "red";
        BackupId partial = (await _rig.BackupAsync()).Id;
        _rig.Node.Status.Clear();

        Assert.Equal([("docs", partial), ("users", whole)], await BasesAsync());
    }

    [Fact]
    public async Task Backups_that_are_dated_ahead_do_not_hide_a_present_base()
    {
        using var ahead = new CaptureRig(_rig.Node, _rig.Blobs, new SealedStore(_rig.Blobs, _rig.Store.Sealer, ownsSealer: false));
        ahead.Time.Advance(TimeSpan.FromDays(400));
        BackupId present = (await _rig.BackupAsync()).Id;
        for (int i = 0; i < 6; i++)
        {
            await ahead.BackupAsync();
        }

        Assert.Equal([("docs", present), ("users", present)], await BasesAsync());
    }

    public void Dispose() => _rig.Dispose();

    private async Task<IEnumerable<(string Collection, BackupId? Base)>> BasesAsync()
    {
        RunRequest request = await _rig.AskAsync();
        await _rig.Get<BackupPlanner>().PlanAsync(request, CaptureRig.Cancellation);
        BackupPlan plan = await _rig.Get<BackupPlans>().ReadAsync(request.RunId, CaptureRig.Cancellation);
        return plan.Parts.Select(p => (p.Key.Collection, p.Base));
    }
}
