using Microsoft.Extensions.Time.Testing;
using QdrantBackup.Capture;
using QdrantBackup.Clusters;
using QdrantBackup.Ids;

namespace QdrantBackup.Tests.Capture;

/// <summary>Only what our request alone can have caused is ours: another tool may make a snapshot of the same collection at any moment, also in the same second.</summary>
public sealed class SnapshotOwnershipTests
{
    private const string Ours = "docs-7-2026-09-01-02-00-05.snapshot";
    private const string Theirs = "docs-7-2026-09-01-02-00-09.snapshot";
    private static readonly DateTimeOffset At = new(2026, 9, 1, 2, 0, 5, TimeSpan.Zero);
    private static readonly SnapshotsBefore Before = new([], At, "s1", 3);

    [Theory]
    [InlineData(true, 4, 0, new[] { Ours }, SnapshotOwner.Us)]
    [InlineData(true, 5, 0, new[] { Ours, Theirs }, SnapshotOwner.Us)] // two beginnings, two files: none is shared
    [InlineData(true, 5, 1, new[] { Ours }, SnapshotOwner.Unknown)] // the other one may share the file: its end will show
    [InlineData(true, 6, 1, new[] { Ours }, SnapshotOwner.Unproven)]
    [InlineData(true, 5, 0, new[] { Ours }, SnapshotOwner.Unproven)]
    [InlineData(false, 4, 0, new[] { Ours }, SnapshotOwner.Us)]
    [InlineData(false, 4, 1, new[] { Ours }, SnapshotOwner.Unproven)] // what was counted may still be made
    [InlineData(false, 5, 0, new[] { Ours, Theirs }, SnapshotOwner.Unproven)] // nobody knows which is whose
    [InlineData(false, 5, 1, new[] { Ours }, SnapshotOwner.Unproven)]
    [InlineData(false, 3, 0, new[] { Ours }, SnapshotOwner.Unproven)] // nothing was begun: a file that was put there
    [InlineData(true, 4, 0, new[] { Theirs }, SnapshotOwner.Unproven)] // not there any more
    public void The_counts_decide(bool isNamed, long begun, int running, string[] listed, SnapshotOwner owner) =>
        Assert.Equal(owner, SnapshotOwnership.Of(Ours, isNamed, Before, [.. listed.Select(Of)], "s1", new SnapshotCount(running, begun)));

    [Theory]
    [InlineData(true, null, new[] { Ours }, SnapshotOwner.Us)]
    [InlineData(true, null, new[] { Ours, Theirs }, SnapshotOwner.Unproven)]
    [InlineData(false, null, new[] { Ours }, SnapshotOwner.Unproven)]
    [InlineData(true, "s2", new[] { Ours }, SnapshotOwner.Us)] // restarted: its counts began again at 0
    [InlineData(false, "s2", new[] { Ours }, SnapshotOwner.Unproven)]
    public void Without_counts_only_a_name_that_the_node_gave_and_that_is_alone_is_ours(bool isNamed, string? startup, string[] listed, SnapshotOwner owner) =>
        Assert.Equal(owner, SnapshotOwnership.Of(Ours, isNamed, Before, [.. listed.Select(Of)], startup, new SnapshotCount(0, 4)));

    [Fact]
    public void A_candidate_is_new_made_by_the_node_and_not_of_an_earlier_second()
    {
        string[] listed = [Ours, Theirs, "docs-7-2026-09-01-02-00-03.snapshot", "docs-7-2026-09-01-02-00-04.snapshot", "docs-2026.snapshot", "copied.snapshot", "docs-x-2026-09-01-02-00-07.snapshot"];

        var found = SnapshotOwnership.Candidates("docs", Before with { Names = [Theirs] }, listed.Select(Of));

        // The second before belongs to it, since clocks are shown in whole seconds.
        Assert.Equal(["docs-7-2026-09-01-02-00-04.snapshot", Ours], found.Select(s => s.Name));
    }

    [Fact]
    public async Task A_node_that_is_at_work_is_waited_for_and_one_that_makes_nothing_is_not()
    {
        var (node, time, snapshots) = Rig();
        node.IsSlow = true;
        var running = 1;
        node.Counters = () => new SnapshotCounters("s1", [], new Dictionary<string, SnapshotCount> { ["docs"] = new(running, 4) });
        var key = new PartKey("docs", "http://node:6333");

        Assert.Equal(SnapshotState.Awaited, (await AwaitAsync(snapshots, key, time)).State);
        running = 0;
        Assert.Equal(SnapshotState.Lost, (await AwaitAsync(snapshots, key, time)).State);
        node.Counters = () => new SnapshotCounters("s1", [], new Dictionary<string, SnapshotCount> { ["docs"] = new(0, 3) });
        Assert.Equal(SnapshotState.NeverBegun, (await AwaitAsync(snapshots, key, time)).State);
        node.Counters = () => new SnapshotCounters("s2", [], new Dictionary<string, SnapshotCount> { ["docs"] = new(0, 3) });
        Assert.Equal(SnapshotState.Lost, (await AwaitAsync(snapshots, key, time)).State);
        node.Counters = () => null;
        Assert.True(await AwaitAsync(snapshots, key, time) is { State: SnapshotState.Awaited, IsBlind: true });
    }

    [Fact]
    public async Task A_count_under_an_alias_counts_as_one_of_the_collection()
    {
        var (node, _, snapshots) = Rig();
        var key = new PartKey("docs", "http://node:6333");
        node.Counters = () => Counts(("docs", 3), ("alias", 1), ("other", 8));
        var before = await snapshots.NoteAsync(key, TestContext.Current.CancellationToken);
        var made = (await snapshots.CreateAsync(key, TestContext.Current.CancellationToken)).Made!;
        node.Counters = () => Counts(("docs", 4), ("alias", 2), ("other", 9));

        // Somebody made one through an alias in the same second: one file for both.
        Assert.Equal(SnapshotOwner.Unproven, await snapshots.JudgeAsync(key, made.Name, isNamed: true, before, TimeSpan.Zero, TestContext.Current.CancellationToken));

        static SnapshotCounters Counts(params (string Name, long Begun)[] rows) =>
            new("s1", [new CollectionAlias("alias", "docs")], rows.ToDictionary(r => r.Name, r => new SnapshotCount(0, r.Begun)));
    }

    private static (FakeNode Node, FakeTimeProvider Time, NodeSnapshots Snapshots) Rig()
    {
        var node = new FakeNode();
        node.Collections["docs"] = [1, 2, 3];
        var time = new FakeTimeProvider(At);
        return (node, time, new NodeSnapshots(new ClusterNodes([node]), time));
    }

    // A look after the other, for as long as nothing is known, four times at most.
    private static async Task<SnapshotLook> AwaitAsync(NodeSnapshots snapshots, PartKey key, FakeTimeProvider time)
    {
        SnapshotLook? last = null;
        for (var looks = 0; looks < 4 && last is null or { State: SnapshotState.Awaited }; looks++)
        {
            var look = snapshots.AwaitAsync(key, Before, last, TestContext.Current.CancellationToken);
            for (var i = 0; i < 1000 && !look.IsCompleted; i++)
            {
                time.Advance(TimeSpan.FromSeconds(1));
                await Task.Yield();
            }

            last = await look;
        }

        return last!;
    }

    private static SnapshotDescription Of(string name) => new(name, 3, null, null);
}
