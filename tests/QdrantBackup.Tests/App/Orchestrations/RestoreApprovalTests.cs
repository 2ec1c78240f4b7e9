using QdrantBackup.App.Runs;
using QdrantBackup.Runs;
using Events = QdrantBackup.App.Runs.Events;

namespace QdrantBackup.Tests.App.Orchestrations;

/// <summary>A restore that was asked to wait for an approval changes nothing before somebody approves exactly its plan.</summary>
public sealed class RestoreApprovalTests
{
    private static readonly string OtherPlan = new('2', 64);

    [Fact]
    public void Nothing_is_uploaded_before_the_plan_is_approved()
    {
        var restore = new RehearsedRestore(items: 2, needsApproval: true);
        restore.Approve(TimeSpan.FromHours(3), RehearsedRestore.PlanHash);

        var end = restore.Run();

        Assert.Equal(RunState.Complete, end.State);
        Assert.Equal([1, 2], restore.Uploads.Select(u => u.ItemNo));
        Assert.All(restore.Uploads, u => Assert.True(u.At >= TimeSpan.FromHours(3), $"item {u.ItemNo} was uploaded after {u.At}"));
    }

    [Fact]
    public void An_approval_of_another_plan_approves_nothing()
    {
        var restore = new RehearsedRestore(needsApproval: true);
        restore
            .Approve(TimeSpan.FromHours(1), OtherPlan)
            .Approve(TimeSpan.FromHours(2), "")
            .Approve(TimeSpan.FromHours(3), RehearsedRestore.PlanHash.ToUpperInvariant() + " ")
            .Approve(TimeSpan.FromHours(4), RehearsedRestore.PlanHash);

        Assert.Equal(RunState.Complete, restore.Run().State);

        Assert.True(Assert.Single(restore.Uploads).At >= TimeSpan.FromHours(4));
    }

    [Fact]
    public void An_event_without_a_record_approves_nothing_whatever_it_holds()
    {
        var restore = new RehearsedRestore(needsApproval: true);
        restore.Stage.Sends(TimeSpan.FromHours(1), Events.Approve, RehearsedRestore.PlanHash).Sends(TimeSpan.FromHours(2), Events.Approve, RehearsedRestore.PlanHash);

        Assert.ThrowsAny<Exception>(restore.Run);

        Assert.Equal(RunState.Refused, restore.Recorded!.State);
        Assert.Empty(restore.Uploads);
        Assert.Empty(restore.Aliased);
    }

    [Fact]
    public void A_plan_that_was_approved_before_the_run_waits_for_it_needs_no_event()
    {
        var restore = new RehearsedRestore(needsApproval: true);
        restore.Record(TimeSpan.Zero, RehearsedRestore.PlanHash);

        Assert.Equal(RunState.Complete, restore.Run().State);

        Assert.True(Assert.Single(restore.Uploads).At < TimeSpan.FromHours(1));
    }

    [Fact]
    public void A_restore_whose_plan_is_never_approved_ends_as_refused_and_has_changed_nothing()
    {
        var restore = new RehearsedRestore(needsApproval: true);
        restore.Approve(TimeSpan.FromHours(1), OtherPlan);

        Assert.ThrowsAny<Exception>(restore.Run);

        Assert.Equal(RunState.Refused, restore.Recorded!.State);
        Assert.NotEmpty(Assert.Single(restore.Recorded.Errors).Hint);
        Assert.Empty(restore.Uploads);
        Assert.Empty(restore.Aliased);
    }

    [Fact]
    public void A_restore_that_is_cancelled_while_it_waits_for_an_approval_has_changed_nothing()
    {
        var restore = new RehearsedRestore(needsApproval: true);
        restore.Stage.Sends(TimeSpan.FromHours(1), Events.Cancel, "alice");
        restore.Approve(TimeSpan.FromHours(2), RehearsedRestore.PlanHash);

        Assert.Equal(RunState.Cancelled, restore.Run().State);

        Assert.Empty(restore.Uploads);
        Assert.Empty(restore.Aliased);
    }

    [Fact]
    public void A_restore_renews_pin_and_lease_while_it_waits_for_an_approval()
    {
        var restore = new RehearsedRestore(needsApproval: true);
        restore.Approve(TimeSpan.FromHours(3), RehearsedRestore.PlanHash);

        Assert.Equal(RunState.Complete, restore.Run().State);

        TimeSpan[] moments = [TimeSpan.Zero, .. restore.Renewals.Where(at => at < TimeSpan.FromHours(3)), TimeSpan.FromHours(3)];
        Assert.All(moments.Zip(moments.Skip(1)), gap => Assert.True(gap.Second - gap.First < ClusterLease.Time, $"nothing was renewed between {gap.First} and {gap.Second}"));
    }

    [Fact]
    public void A_restore_that_cannot_renew_while_it_waits_for_an_approval_changes_nothing()
    {
        var restore = new RehearsedRestore(needsApproval: true) { RenewalFailure = () => new RefusedStepException("another run has the cluster", "Start it again.") };
        restore.Stage.Sends(TimeSpan.FromHours(3), Events.Approve, RehearsedRestore.PlanHash);

        Assert.ThrowsAny<Exception>(restore.Run);

        Assert.Equal(RunState.Refused, restore.Recorded!.State);
        Assert.Empty(restore.Uploads);
    }

    [Fact]
    public void A_restore_that_was_not_asked_to_wait_begins_at_once()
    {
        var restore = new RehearsedRestore();

        Assert.Equal(RunState.Complete, restore.Run().State);

        Assert.True(Assert.Single(restore.Uploads).At < TimeSpan.FromMinutes(1));
    }

    [Theory]
    [InlineData(RunState.Complete, true)]
    [InlineData(RunState.Refused, false)]
    public void However_it_ends_the_run_gives_back_what_it_held(RunState state, bool approved)
    {
        var restore = new RehearsedRestore(needsApproval: true);
        if (approved)
        {
            restore.Approve(TimeSpan.FromHours(1), RehearsedRestore.PlanHash);
        }

        _ = Record.Exception(restore.Run);

        Assert.Equal(state, restore.Recorded!.State);
        Assert.Single(restore.Stage.InputsOf("ReleaseRun"));
    }
}
