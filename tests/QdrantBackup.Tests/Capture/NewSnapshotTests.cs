using QdrantBackup.Capture;
using QdrantBackup.Clusters;
using QdrantBackup.Ids;

namespace QdrantBackup.Tests.Capture;

/// <summary>Another program may make a snapshot of the same collection at the same time.</summary>
public sealed class NewSnapshotTests
{
    private static readonly PartKey Docs = new("docs", "http://node:6333");

    private static CancellationToken Cancellation => CaptureRig.Cancellation;

    [Fact]
    public async Task Several_new_snapshots_are_all_reported_and_none_is_chosen()
    {
        using var rig = new CaptureRig();
        rig.Node.Collections["docs"] = CaptureRig.Fixture("snapshots/empty.snapshot");
        var snapshots = rig.Get<NodeSnapshots>();
        await snapshots.BeginAsync(Docs, [], Cancellation);
        IReadOnlyList<string> before = await snapshots.ListNamesAsync(Docs, Cancellation);
        await snapshots.BeginAsync(Docs, [], Cancellation);
        await rig.Node.BeginSnapshotAsync("docs", Cancellation);

        IReadOnlyList<SnapshotDescription> found = await snapshots.FindNewAsync(Docs, before, Cancellation);

        Assert.Single(before);
        Assert.Equal(rig.Node.SnapshotNames.Except(before).Order(StringComparer.Ordinal), found.Select(s => s.Name).Order(StringComparer.Ordinal));
        Assert.Equal(2, found.Count);
    }
}
