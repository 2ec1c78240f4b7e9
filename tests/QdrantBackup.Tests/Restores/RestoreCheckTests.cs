using QdrantBackup.Capture;
using QdrantBackup.Clusters;
using QdrantBackup.Restores;
using QdrantBackup.Runs;
using QdrantBackup.Tests.Capture;

namespace QdrantBackup.Tests.Restores;

/// <summary>The checks after an upload: whether the collection has settled, has as many points as the backup, and which alias it gets.</summary>
public sealed class RestoreCheckTests : IDisposable
{
    private static readonly SourceException Uncounted = new("exact counts are disabled", "Allow them.");

    private readonly CaptureRig _rig = new();

    public RestoreCheckTests()
    {
        _rig.Node.Collections["docs"] = CaptureRig.Fixture("snapshots/empty.snapshot");
        _rig.Node.Aliases.AddRange([new("live", "docs"), new("elsewhere", "other")]);
    }

    private static CancellationToken Cancellation => CaptureRig.Cancellation;

    public static TheoryData<string, CollectionPlacement> Unsettled => new()
    {
        { "Partial", Of(new ShardReplica(0, 0, "Partial", null)) },
        { "Dead", Of(new ShardReplica(0, 0, "Active", null), new ShardReplica(1, 7, "Dead", null)) },
        { "Recovery", Of(new ShardReplica(0, 0, "Recovery", null), new ShardReplica(1, 7, "Active", null)) },
        { "transfers", new CollectionPlacement(0, [new ShardReplica(0, 0, "Active", null)], 1) },
    };

    [Theory]
    [MemberData(nameof(Unsettled), DisableDiscoveryEnumeration = true)]
    public async Task A_collection_with_an_inactive_or_moving_replica_is_not_settled(string why, CollectionPlacement placement)
    {
        RestoreStep step = await UploadedAsync();
        _rig.Node.Placement = placement;

        SettledLook look = await _rig.Get<RestoreChecks>().LookAsync(step, Cancellation);

        Assert.False(look.IsSettled);
        Assert.Contains(why, look.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("yellow")]
    [InlineData("grey")]
    [InlineData("red")]
    public async Task A_collection_whose_status_is_not_green_is_not_settled(string status)
    {
        RestoreStep step = await UploadedAsync();
        _rig.Node.Status["docs-back"] = status;

        SettledLook look = await _rig.Get<RestoreChecks>().LookAsync(step, Cancellation);

        Assert.False(look.IsSettled);
        Assert.Contains(status, look.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_collection_is_neither_settled_nor_counted_as_empty()
    {
        RestoreStep step = await UploadedAsync();
        _rig.Node.Collections.Remove("docs-back");

        Assert.False((await _rig.Get<RestoreChecks>().LookAsync(step, Cancellation)).IsSettled);
        await Assert.ThrowsAsync<SourceException>(() => _rig.Get<RestoreChecks>().CheckAsync(step, Cancellation));
    }

    [Fact]
    public async Task A_collection_that_one_of_several_nodes_does_not_show_is_not_settled()
    {
        RestoreStep step = await UploadedAsync();
        var second = new FakeNode("http://second:6333");
        var checks = new RestoreChecks(new ClusterNodes([_rig.Node, second]), _rig.Get<RestorePlans>());

        SettledLook look = await checks.LookAsync(step, Cancellation);

        Assert.False(look.IsSettled);
        Assert.StartsWith("http://second:6333", look.Reason, StringComparison.Ordinal);
        second.Collections["docs-back"] = _rig.Node.Collections["docs-back"];
        Assert.True((await checks.LookAsync(step, Cancellation)).IsSettled);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    public async Task A_collection_with_fewer_or_more_points_than_the_backup_is_not_good(int difference)
    {
        RestoreStep step = await UploadedAsync();
        Assert.True((await _rig.Get<RestoreChecks>().CheckAsync(step, Cancellation)).IsGood);

        // This node counts the bytes as points.
        int points = _rig.Node.Collections["docs-back"].Length;
        _rig.Node.Collections["docs-back"] = new byte[points + difference];

        RestoreVerdict verdict = await _rig.Get<RestoreChecks>().CheckAsync(step, Cancellation);
        Assert.False(verdict.IsGood);
        Assert.Equal(((ulong)points, (ulong)(points + difference)), (verdict.Expected, verdict.Actual));
    }

    [Fact]
    public async Task A_collection_that_cannot_be_counted_is_in_doubt_where_the_backup_knows_its_count()
    {
        RestoreStep step = await UploadedAsync();
        _rig.Node.CountFailure = Uncounted;

        RestoreVerdict verdict = await _rig.Get<RestoreChecks>().CheckAsync(step, Cancellation);

        Assert.False(verdict.IsGood);
        Assert.NotNull(verdict.Expected);
        Assert.Null(verdict.Actual);
        Assert.Equal(Uncounted.Message, verdict.Problem);
    }

    [Fact]
    public async Task Points_that_wait_for_the_optimizer_are_restored_although_counts_leave_them_out()
    {
        RestoreStep step = await UploadedAsync();
        _rig.Node.Hidden = 3;

        RestoreVerdict verdict = await _rig.Get<RestoreChecks>().CheckAsync(step, Cancellation);

        Assert.True(verdict.IsGood, verdict.Problem);
        Assert.Equal(verdict.Expected, verdict.Actual);
    }

    [Fact]
    public async Task A_number_that_leaves_points_out_is_no_count()
    {
        _rig.Node.Hidden = 3;

        RestoreStep step = await UploadedAsync();

        Assert.True((await _rig.Get<RestoreChecks>().CheckAsync(step, Cancellation)) is { IsGood: true, Expected: null });
    }

    [Fact]
    public async Task If_the_backup_has_no_count_none_is_compared()
    {
        _rig.Node.CountFailure = Uncounted;
        RestoreStep step = await UploadedAsync();

        RestoreVerdict uncounted = await _rig.Get<RestoreChecks>().CheckAsync(step, Cancellation);
        _rig.Node.CountFailure = null;
        RestoreVerdict counted = await _rig.Get<RestoreChecks>().CheckAsync(step, Cancellation);

        Assert.Equal((true, null), (uncounted.IsGood, uncounted.Expected));
        Assert.Equal((true, null), (counted.IsGood, counted.Expected));
        Assert.NotNull(counted.Actual);
    }

    [Fact]
    public async Task Only_the_aliases_of_the_restored_collection_are_moved_and_they_lead_to_it()
    {
        RestoreStep step = await UploadedAsync();
        Assert.Contains(new CollectionAlias("live", "docs"), _rig.Node.Aliases);

        Assert.Equal(["live"], await _rig.Get<RestoreChecks>().SetAliasesAsync(step, Cancellation));

        Assert.Equal(
            [new CollectionAlias("elsewhere", "other"), new CollectionAlias("live", "docs-back")],
            _rig.Node.Aliases.OrderBy(a => a.Alias, StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_restore_that_does_not_switch_aliases_moves_none()
    {
        RestoreStep step = await UploadedAsync(switchAliases: false);

        Assert.Empty(await _rig.Get<RestoreChecks>().SetAliasesAsync(step, Cancellation));

        Assert.Contains(new CollectionAlias("live", "docs"), _rig.Node.Aliases);
    }

    public void Dispose() => _rig.Dispose();

    private static CollectionPlacement Of(params ShardReplica[] shards) => new(0, shards, 0);

    private async Task<RestoreStep> UploadedAsync(bool switchAliases = true)
    {
        await _rig.BackupAsync();
        var restore = new RestoreRequest { Latest = true, Suffix = "-back", SwitchAliases = switchAliases };
        RestorePlanOverview plan = await _rig.Get<RestorePlanner>().PlanAsync(await _rig.AskAsync(restore: restore), Cancellation);
        var step = new RestoreStep(plan.RunId, Assert.Single(plan.Items).ItemNo);
        await _rig.Get<PartRestore>().UploadAsync(step, Cancellation);
        return step;
    }
}
