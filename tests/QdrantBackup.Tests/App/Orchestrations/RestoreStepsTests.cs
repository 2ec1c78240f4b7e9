using QdrantBackup.App.Runs;
using QdrantBackup.Runs;
using Events = QdrantBackup.App.Runs.Events;

namespace QdrantBackup.Tests.App.Orchestrations;

/// <summary>When a run is over, every step has a final state, and its percentage is 100 or absent.</summary>
public sealed class RestoreStepsTests
{
    [Fact]
    public void A_complete_restore_ends_at_100_percent_with_every_step_done()
    {
        var restore = new RehearsedRestore(items: 2);

        restore.Run();

        var status = StatusOf(restore);
        Assert.Equal(100, status.Percent);
        Assert.All(status.Steps, step => Assert.Contains(step.State, (string[])["done", "skipped"]));
        Assert.Equal("done", StateOf(status, "restore"));
    }

    [Fact]
    public void An_upload_that_fails_shows_as_the_step_that_uploads_and_not_as_the_one_behind_it()
    {
        var restore = new RehearsedRestore(items: 2) { UploadFailure = _ => new PermanentStepException("Qdrant refused the upload", "Read its log.") };

        Assert.ThrowsAny<Exception>(restore.Run);

        var status = StatusOf(restore);
        Assert.Equal("failed", StateOf(status, "restore"));
        Assert.Equal("skipped", StateOf(status, "set aliases"));
        Assert.Null(status.Percent);
    }

    [Fact]
    public void One_of_two_uploads_that_fails_makes_the_step_partial()
    {
        var restore = new RehearsedRestore(items: 2) { UploadFailure = item => item == 1 ? new PermanentStepException("Qdrant refused the upload", "Read its log.") : null };

        Assert.Equal(RunState.Partial, restore.Run().State);

        var status = StatusOf(restore);
        Assert.Equal("partial", StateOf(status, "restore"));
        Assert.Equal("done", StateOf(status, "set aliases"));
    }

    [Fact]
    public void A_cancelled_restore_shows_where_it_was_cancelled_and_no_percentage()
    {
        var restore = new RehearsedRestore(needsApproval: true);
        restore.Stage.Sends(TimeSpan.FromHours(1), Events.Cancel, "alice");

        restore.Run();

        var status = StatusOf(restore);
        Assert.Equal("cancelled", StateOf(status, "wait for approval"));
        Assert.Equal("skipped", StateOf(status, "restore"));
        Assert.Null(status.Percent);
    }

    [Fact]
    public void A_restore_that_cannot_be_planned_shows_the_plan_as_failed()
    {
        var restore = new RehearsedRestore();
        restore.Stage.On("PlanRestore", _ => throw new RefusedStepException("the collection exists", "Overwrite it."));

        Assert.ThrowsAny<Exception>(restore.Run);

        var status = StatusOf(restore);
        Assert.Equal("failed", StateOf(status, "plan"));
        Assert.Equal("done", StateOf(status, "record the result"));
    }

    private static RunStatus StatusOf(RehearsedRestore restore)
    {
        var status = Assert.IsType<RunStatus>(restore.Stage.Status);
        Assert.DoesNotContain(status.Steps, step => step.State is "pending" or "running");
        return status;
    }

    private static string StateOf(RunStatus status, string step) => status.Steps.Single(s => s.Name == step).State;
}
